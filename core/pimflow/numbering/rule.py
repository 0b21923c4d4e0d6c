"""What `sku` of a flow says, checked and made ready for its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pimflow.components import Source
from pimflow.configuration.forms import FlowConfig, Sku
from pimflow.configuration.parts import Part
from pimflow.errors import Mistake
from pimflow.numbering.pattern import Column, Pattern, read_pattern
from pimflow.sinks import Sink
from pimflow.words import did_you_mean

_OURS = ("pattern", "check_digit", "start", "last", "per", "reserved", "also_free_in", "series")
_ABOUT_IT = "sku"


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a sequence: from `start` to `last`, but for those `reserved`, pairs of first and last."""

    start: int
    last: int | None
    reserved: tuple[tuple[int, int], ...] = ()

    def beginning(self, begin: int) -> Iterator[int]:
        """Give the places from one on."""
        place = max(begin, self.start)
        while self.last is None or place <= self.last:
            behind = next((last for first, last in self.reserved if first <= place <= last), None)
            if behind is None:
                yield place
                place += 1
            else:
                place = behind + 1


@dataclass(frozen=True, slots=True)
class Numbering:
    """How pimflow itself gives numbers. `per` is the part of the pattern each of whose values counts for itself.

    `also_free_in` are sinks whose targets are asked as well.
    """

    pattern: Pattern
    places: Places
    per: Column | None
    series: str
    also_free_in: tuple[Sink, ...] = ()


@dataclass(frozen=True, slots=True)
class SkuRule:
    """Who gives the value of `column` to records, which are told apart by `record`; `numbering` is that of pimflow."""

    giver: Literal["pimflow", "akeneo", "erp"]
    column: str
    record: str | None
    numbering: Numbering | None = None

    @property
    def also_free_in(self) -> tuple[Sink, ...]:
        """The sinks that are asked beside those of the flow."""
        return self.numbering.also_free_in if self.numbering else ()

    @property
    def named(self) -> Iterator[tuple[str, str]]:
        """The columns that it names in the rows, by option; those of the key itself stand in `column`."""
        if self.record is not None:
            yield "record", self.record
        for column in self.numbering.pattern.columns if self.numbering else ():
            yield "pattern", column.name


def rule_of(
    config: FlowConfig, sku: Sku, part: Part, source: Source, sinks: Sequence[Sink], also: Sequence[Sink]
) -> tuple[SkuRule | None, list[Mistake]]:
    """Give the rule, or all that is wrong with it."""
    column = sku.column or config.key or next((sink.key for sink in sinks if sink.key), None)
    record = sku.record or config.identity or source.identity
    mistakes = list(_mistakes(config, sku, part, sinks, column, record))
    numbering = None
    if sku.from_ == "pimflow" and sku.pattern is not None:
        try:
            pattern = read_pattern(sku.pattern, sku.check_digit)
        except ValueError as error:
            return None, [*mistakes, part.mistake(str(error), _ABOUT_IT, "pattern")]
        numbering = _numbering(sku, pattern, also)
        mistakes += _misfits(sku, pattern, part)
    if mistakes or column is None:
        return None, mistakes
    return SkuRule(sku.from_, column, record, numbering), []


def also_asked(sku: Sku, part: Part, connections: Mapping[str, Part]) -> tuple[list[Part], list[Mistake]]:
    """Give what stands under `also_free_in` as sinks: of a connection, the one that writes its products."""
    sinks, mistakes = [], []
    for number, one in enumerate(sku.also_free_in):
        steps = (_ABOUT_IT, "also_free_in", number)
        if isinstance(one, str) and one not in connections:
            mistakes.append(part.mistake(f"no connection is called {one!r}{did_you_mean(one, connections)}", *steps))
        else:
            data = one if isinstance(one, dict) else _products(one, connections)
            sinks.append(Part(part.document, (*part.trail, *steps), data))
    return sinks, mistakes


def _products(name: str, connections: Mapping[str, Part]) -> dict[str, Any]:
    data = connections[name].data
    kind = data.get("type") if isinstance(data, dict) else None
    return {"type": f"{kind}.products", "connection": name}


def _numbering(sku: Sku, pattern: Pattern, also: Sequence[Sink]) -> Numbering:
    per = next((one for one in pattern.columns if one.name == sku.per), None)
    ends = [last for last in (sku.last, pattern.last) if last is not None]
    places = Places(sku.start, min(ends, default=None), tuple(map(_range, sku.reserved)))
    return Numbering(pattern, places, per, sku.series, tuple(also))


def _mistakes(
    config: FlowConfig, sku: Sku, part: Part, sinks: Sequence[Sink], column: str | None, record: str | None
) -> Iterator[Mistake]:
    if sku.from_ == "pimflow" and sku.pattern is None:
        yield part.mistake('`pattern` is missing: how a SKU looks, as in "P-{sequence:06d}"', _ABOUT_IT)
    for option in _OURS if sku.from_ != "pimflow" else ():
        if option in sku.model_fields_set:
            yield part.mistake(f"it is for `from: pimflow`; with `from: {sku.from_}` remove it", _ABOUT_IT, option)
    if column is None:
        yield part.mistake("`column` is missing: which one is filled where it is empty", _ABOUT_IT)
    if sku.from_ == "pimflow" and record is None:
        yield part.mistake("`record` is missing: the column with an id that never changes, as `uuid`", _ABOUT_IT)
    by_it = [sink for sink in sinks if (config.key or sink.key) == column]
    if sku.from_ == "erp" and by_it:
        yield from _cannot_give(config, sku, part, sinks, by_it)


def _cannot_give(
    config: FlowConfig, sku: Sku, part: Part, sinks: Sequence[Sink], by_it: Sequence[Sink]
) -> Iterator[Mistake]:
    """Find what keeps an ERP from giving the keys by which it knows records."""
    poor = next((sink for sink in by_it if not sink.gives_keys or config.key not in {None, sink.key}), None)
    if poor is not None:
        yield part.mistake(
            f"{poor.type!r} knows records by {config.key or poor.key!r}, so none can go there without it; let it know "
            "them by another column, such as one that holds the PIM's uuid, or choose `from: pimflow`",
            _ABOUT_IT,
            "from",
        )
    elif len(sinks) > 1:
        yield part.mistake("one ERP gives the SKU: a flow to others comes after it, with `needs`", _ABOUT_IT, "from")
    elif config.entity is None:
        yield part.mistake(
            "`entity` is missing, such as `entity: product`: the SKU that the ERP gives is kept with the record's id",
            _ABOUT_IT,
            "from",
        )
    if sku.record not in {None, config.identity}:
        yield part.mistake("it is the column under `identity`: remove it", _ABOUT_IT, "record")


def _misfits(sku: Sku, pattern: Pattern, part: Part) -> Iterator[Mistake]:
    """Find what does not go with the pattern."""
    named = [column.name for column in pattern.columns]
    if sku.per is not None and sku.per not in named:
        near = did_you_mean(sku.per, named)
        message = f"the pattern has no {{{sku.per}}}, so its sequences would give the same SKUs{near}"
        yield part.mistake(message, _ABOUT_IT, "per")
    if pattern.last is not None and sku.start > pattern.last:
        yield part.mistake(f"the pattern has room for {pattern.last} at most", _ABOUT_IT, "start")
    elif sku.last is not None and sku.last < sku.start:
        yield part.mistake(f"it is less than `start`, which is {sku.start}", _ABOUT_IT, "last")
    for number, text in enumerate(sku.reserved):
        first, last = _range(text)
        if last < first:
            yield part.mistake("the last place of a range comes before its first", _ABOUT_IT, "reserved", number)


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
