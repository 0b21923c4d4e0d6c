"""Some records of both sides, and what of their values can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, TypeVar

from pimflow.components import Source
from pimflow.errors import RowProblem
from pimflow.model import BadValue, Field, Row
from pimflow.outlook import Offer
from pimflow.sinks import Writer
from pimflow.suggesting.names import parted, places

_KEYS_ASKED, _OTHERS_ASKED = 100, 1000
_FEWEST, _LONG = 3, 4
_YES, _NO = frozenset({"1", "true", "yes", "ja", "oui", "si", "x"}), frozenset({"0", "false", "no", "nein", "non"})
_FORMS = {
    "number": re.compile(r"[^\w]{0,2}[0-9][0-9.,' ]*\W?[^\W\d]{0,12}"),
    "date": re.compile(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}.*|[0-9]{8}"),
    "boolean": re.compile("|".join(sorted(_YES | _NO | {"y", "n"}))),
}
"""How values of a type look, as `compared` gives them."""
_AMOUNT = re.compile(r"([+-]?[0-9.]+) [A-Z_]+")


Made = TypeVar("Made")


@dataclass(frozen=True)
class Sample:
    """Records of the source, and those of the target: beside each that is known there, or any.

    `pairs` are places in `rows` with the values that the target has for that record.
    """

    fields: Mapping[str, Field]
    rows: Sequence[Mapping[str, Any]]
    pairs: Sequence[tuple[int, Mapping[str, Any]]] = ()
    others: Sequence[Mapping[str, Any]] = ()
    key: str = ""
    """The column whose values are keys of the target, where that is known."""
    hot: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)
    """Locales, channels and currencies that columns of the target are for."""
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def mine(self, column: str, kind: str) -> list[str]:
        """Give the values of a column of the source, record by record, as a type of the target is compared."""
        return self._once(("mine", column, kind), lambda: [compared_as(row.get(column), kind) for row in self.rows])

    def beside(self, offer: Offer) -> list[tuple[int, str]]:
        """Give the values that the target has for records of the source, with the place of each in `rows`."""
        return self._once(
            ("beside", offer.column),
            lambda: [(at, compared_as(values.get(offer.column), offer.type)) for at, values in self.pairs],
        )

    def anywhere(self, offer: Offer) -> frozenset[str]:
        """Give the values that the target has for any records."""
        return self._once(
            ("anywhere", offer.column),
            lambda: frozenset(compared_as(values.get(offer.column), offer.type) for values in self.others) - {""},
        )

    def can_be(self, column: str, kind: str) -> bool:
        """Tell whether the values of a column look like those of a type: at least half of them, if it has any."""
        form = _FORMS.get(kind)
        return form is None or self._once(("can be", column, kind), lambda: self._look_so(column, form))

    def parted(self, column: str) -> tuple[str, frozenset[str]]:
        """Part the name of a column of the source, as `names.parted` does."""
        return self._once(("parted", column), lambda: parted(column, self.places))

    def _look_so(self, column: str, form: re.Pattern[str]) -> bool:
        texts = [text for row in self.rows if (text := compared(row.get(column)))]
        return sum(form.fullmatch(text) is not None for text in texts) * 2 >= len(texts)

    def _once(self, name: tuple[str, ...], make: Callable[[], Made]) -> Made:
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made


def read_rows(source: Source, session: Any, most: int) -> tuple[dict[str, Field], list[dict[str, Any]]]:
    """Give what the source says of its columns, and its first records. Raises FlowError."""
    rows: Iterator[Row] = iter(source.extract(session, source.window(session, None)))
    try:
        header = tuple(str(name) for name in next(rows, ()))
        found = [dict(zip(header, row, strict=False)) for row in islice(rows, most)]
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()
    known = {one.name: one for one in source.discover(session)}
    return {name: known.get(name, Field(name, "text")) for name in header}, found


def sampled(
    fields: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    candidates: Sequence[str],
    writer: Writer,
    offers: Sequence[Offer],
) -> Sample:
    """Ask the target for the same records, by the first of the candidates whose values it knows, else for any."""
    key = next((one.column for one in offers if one.is_key), "")
    columns = [one.column for one in offers]
    best: tuple[str, Sequence[tuple[int, Mapping[str, Any]]]] = ("", ())
    for column in candidates:
        pairs = _known(writer, key, column, rows, columns) if key else []
        if len(pairs) > len(best[1]):
            best = (column, pairs)
    others: list[Mapping[str, Any]] = []
    if not best[1]:
        try:
            others = [values for _, values in islice(writer.listed(columns), _OTHERS_ASKED)]
        except NotImplementedError:
            others = []
    hot = frozenset(name for name, one in fields.items() if one.hot)
    return Sample(fields, rows, best[1] or joined(rows, others), others, best[0], hot, places(offers))


def joined(
    rows: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> list[tuple[int, Mapping[str, Any]]]:
    """Bring records together that have a value in common which no other has, such as a GTIN, where most of them do."""
    mine, theirs = _single(rows), _single(others)
    best: dict[int, int] = {}
    for here in mine.values():
        for there in theirs.values():
            shared = here.keys() & there.keys()
            if len(shared) >= max(_FEWEST, len(best) + 1) and len(shared) * 3 >= min(len(here), len(there)):
                best = {here[text]: there[text] for text in shared}
    return [(at, others[other]) for at, other in best.items()]


def _single(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Give, by column, the values that one record alone has, and its place; short ones mean nothing."""
    found: dict[str, dict[str, int]] = {}
    for name in {name for record in records for name in record}:
        texts = [compared(record.get(name)) for record in records]
        often = Counter(texts)
        found[name] = {text: at for at, text in enumerate(texts) if len(text) >= _LONG and often[text] == 1}
    return found


def compared_as(value: Any, kind: str) -> str:
    """Give a value of the source or target as it is compared in a column of this type of the target."""
    text = compared(value)
    if kind == "boolean":
        return "true" if text in _YES else "false" if text in _NO else text
    if kind == "list" and not isinstance(value, list | tuple):
        return ",".join(sorted(separated(text)))
    return text


def separated(text: str) -> list[str]:
    """Give the items of a list that is written as one text."""
    return [part for one in re.split("[,;|]", text) if (part := one.strip())]


def compared(value: Any) -> str:
    """Give a value as it is compared: amounts without their unit, texts without case; empty for nothing."""
    if isinstance(value, Mapping):
        return compared(value.get("amount"))
    if value is None or isinstance(value, BadValue | bool):
        return str(value).casefold() if isinstance(value, bool) else ""
    if isinstance(value, list | tuple):
        return ",".join(sorted(compared(one) for one in value))
    text = str(value).strip()
    amount = _AMOUNT.fullmatch(text)
    try:
        return format(Decimal(amount[1] if amount else text).normalize(), "f")
    except InvalidOperation:
        return " ".join(text.casefold().split())


def _known(
    writer: Writer, key: str, column: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the rows whose value in this column is the key of a record of the target, with what the target has."""
    places: dict[str, int] = {}
    resource = ""
    for at, row in enumerate(rows[:_KEYS_ASKED]):
        value = str(row.get(column) or "").strip()
        if not value:
            continue
        try:
            items = list(writer.prepare({key: value}))
        except RowProblem:
            continue
        for item in items:
            resource = item.resource
            places.setdefault(item.key, at)
    try:
        there = writer.current(resource, list(places), columns) if places else {}
    except NotImplementedError:
        return []
    return [(places[code], values) for code, values in there.items() if code in places]
