"""Rows that came out of the transforms, made into the items of one sink."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

from pimflow.answers import Answering, Answers
from pimflow.configuration.forms import FlowConfig
from pimflow.delivering.cells import Reading, check_length, is_too_long, key_in, read_key
from pimflow.delivering.diff import Prepared, Rules, Verdict
from pimflow.delivering.first_import import FirstImport
from pimflow.delivering.identification import Identification
from pimflow.delivering.linking import linked_rows
from pimflow.delivering.ownership import Domain
from pimflow.delivering.references import References
from pimflow.errors import PimflowError, RowProblem, defect
from pimflow.model import Header, Item, Outcome, Problem, Row, Status
from pimflow.plain import to_json
from pimflow.rows import Carried, Passed, Stopped
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.state.links import Links
from pimflow.state.records import Records
from pimflow.words import did_you_mean, full_stop

_NONE_BAD = frozenset[str]()

ROW = ""
"""The resource under which a row is kept open that never became an item."""


@dataclass(frozen=True, slots=True)
class Target:
    """A sink of a flow, opened for one run.

    `other_keys` are the key columns of the flow's other sinks, where each has its own: a row that has one of these and
    not ours is theirs. `tells_stopped`: rows that never reached a sink, or have no key at all, are told here.
    `answers` are what people decided about values, `domain` is what the flow may write where others own a part,
    `identification` tells records apart by their source's own id, `named` is its column with their names. `links` name
    the records that the target has under another key, `references` put that key into columns that name them.
    `first_import` is asked before a flow creates records beside ones that it never sent.
    """

    sink: Sink
    writer: Writer
    records: Records
    config: FlowConfig
    rules: Rules
    only: frozenset[str] = frozenset()
    other_keys: frozenset[str] = frozenset()
    tells_stopped: bool = True
    answers: Answers = Answers()  # noqa: RUF009 - frozen
    domain: Domain | None = None
    identification: Identification | None = None
    named: str | None = None
    links: Links | None = None
    references: References | None = None
    first_import: FirstImport | None = None

    @property
    def key(self) -> str | None:
        """The column that holds a record's key."""
        return self.config.key or self.sink.key


class Made(NamedTuple):
    """An item, and the source row that it was made of. `bad` names the columns whose value could not be read."""

    row: int
    source: Row
    item: Item
    bad: frozenset[str]


class Intake:
    """Makes the items of one sink.

    `not_met` are the keys that a person asked for and no row had so far. `kept`: the rows to come are those that this
    sink kept open, and nobody else's.
    """

    def __init__(self, target: Target, header: Header, refused: Container[str] = ()) -> None:
        self._target = target
        self._header = tuple("" if name in refused else name for name in header)
        self._key = target.key
        today = target.rules.now.astimezone().date().isoformat()
        self._stamps = {name: today for name in target.rules.stamps if name not in refused}
        self._other_keys = [place for place, name in enumerate(header) if name in target.other_keys]
        self._key_place = self._header.index(target.key) if target.key in self._header else None
        self._naming = target.references.columns(self._header, target.writer) if target.references else ()
        self._answering = Answering(target.answers, target.writer.separator) if target.answers else None
        self._reading = Reading(self._header, target.config, target.key, self._answering)
        self.not_met = set(target.only)
        self.kept = False

    @property
    def untouched(self) -> Header:
        """The columns of rows that the sink gets as they are; none where something is looked at in each row."""
        target, config = self._target, self._target.config
        looked_at = (
            *(target.answers, target.references, target.domain, target.identification, target.links),
            *(target.only, self._stamps, self._other_keys, config.key, config.empty_when, self.kept),
        )
        return () if any(looked_at) or config.empty != "keep" or "" in self._header else self._header

    def answers_without_column(self, source_header: Header) -> Iterator[str]:
        """Tell of each answer whose column is neither in the source nor handed to the sink."""
        names = {*source_header, *self._header, *(self._answering.met if self._answering else ())}
        for answer in self._target.answers:
            if answer.column not in names:
                near = did_you_mean(answer.column, names - {""})
                what = said("{flow} has no column '{column}'{near}", flow=answer.flow, column=answer.column, near=near)
                yield said(
                    "{place}: {what} This answer changes nothing.",
                    place=f"{self._target.answers.file}:{answer.line}",
                    what=full_stop(what),
                )

    def take(self, rows: Sequence[Passed | Stopped]) -> Iterator[Prepared | Verdict]:
        """Give the items of each row, or the verdict on one of which no item can be made."""
        for one in self.made(rows):
            yield Prepared(*one) if isinstance(one, Made) else one

    def made(self, rows: Sequence[Passed | Stopped]) -> Iterator[Made | Verdict]:
        """Give the same; nothing is known of the items yet."""
        cells = self._reading.many(rows.results) if isinstance(rows, Carried) and not self._is_choosy else None
        if isinstance(rows, Carried) and cells is not None:
            for number, source, one in zip(rows.numbers, rows.sources, cells, strict=True):
                yield from self._of_cells(number, source, one)
            return
        linked = self._linked(rows)
        if self._target.references is not None:
            rows = self._target.references.translated(rows, self._naming)
        for place, row in enumerate(rows):
            yield from self._stopped(row) if isinstance(row, Stopped) else self._items(row, linked.get(place))

    @property
    def _is_choosy(self) -> bool:
        """Tell whether more than the cells of a row decides what is made of it."""
        target = self._target
        return any((target.links, target.references, target.only, self._stamps, self._other_keys))

    def _of_cells(self, number: int, source: Row, cells: dict[str, Any]) -> Sequence[Made | Verdict]:
        """Give the items of a row of which nothing is left out."""
        key, found = "", list[Made | Verdict]()
        try:
            key = read_key(cells, self._target.config, self._key)
            for item in self._target.writer.prepare(cells):
                check_length(item.key, self._key)
                found.append(Made(number, source, item, _NONE_BAD))
        except Exception as error:  # noqa: BLE001 - told, but for those that end the flow
            found.append(_failed(number, source, key, error))
        return found

    def _linked(self, rows: Sequence[Passed | Stopped]) -> Mapping[int, str]:
        """Give by place the keys of the target for those of these rows that it has under another one."""
        target, at = self._target, self._key_place
        if target.links is None or at is None:
            return {}
        passed = ((place, row) for place, row in enumerate(rows) if isinstance(row, Passed))
        keys = ((place, row, key_in(row.result[at], target.config, target.key)) for place, row in passed)
        keyed = {place: (row.source, key) for place, row, key in keys if key}
        return linked_rows(target.links, target.identification, target.records.database, keyed)

    def _stopped(self, row: Stopped) -> Iterator[Verdict]:
        only = self._target.only
        asked = only.intersection(map(str, row.source))
        if (self.kept or self._target.tells_stopped) and (asked or not only):
            self.not_met -= asked
            identification = self._target.identification
            key = row.key or (identification.id_in(row.source) if identification else "")
            yield _refused_row(row.row, row.source, key, row.problem)

    def _items(self, row: Passed, linked: str | None) -> Sequence[Made | Verdict]:
        config, key_column = self._target.config, self._target.key
        before = None if self._key_place is None else key_in(row.result[self._key_place], config, key_column)
        key = before or ""
        of_others = bool(self._other_keys) and before is None and self._is_of_others(row.result)
        if of_others or self._is_left_out(row.key or key):
            return ()
        found: list[Made | Verdict] = []
        try:
            cells, bad = self._reading.one(row.result)
            key = read_key(cells, config, key_column)
            if linked and key == before and key_column is not None:
                key = cells[key_column] = linked
            told = tuple(dict.fromkeys(bad.values())) if bad else ()
            # An answer, a link, or a flow that numbers its records gave it the key that it goes by.
            renamed = bool(row.key) or (key != before and before in self._target.only)
            for item in self._target.writer.prepare({**cells, **self._stamps} if self._stamps else cells):
                check_length(item.key, key_column)
                if renamed or not self._is_left_out(item.key):
                    full = replace(item, problems=(*told, *item.problems)) if told else item
                    found.append(Made(row.row, row.source, full, frozenset(bad)))
        except Exception as error:  # noqa: BLE001 - told, but for those that end the flow
            found.append(_failed(row.row, row.source, key, error))
        return found

    def _is_of_others(self, row: Row) -> bool:
        """Tell whether a row has the key of another sink of the flow; one that has none at all is told once."""
        theirs = not self._target.tells_stopped or any(row[place] not in {None, ""} for place in self._other_keys)
        return theirs and not self.kept

    def _is_left_out(self, key: str) -> bool:
        """Tell whether a run of some keys leaves this one out; an empty key is not known yet."""
        if not self._target.only or not key:
            return False
        self.not_met.discard(key)
        return key not in self._target.only


def other_keys(sinks: Sequence[Sink], sink: Sink) -> frozenset[str]:
    """Give the key columns of the other sinks of a flow, where all have one and no two the same; otherwise none."""
    keys = [one.key for one in sinks if one.key]
    return frozenset(keys) - {sink.key or ""} if len(set(keys)) == len(sinks) else frozenset()


def _failed(number: int, source: Row, key: str, error: Exception) -> Verdict:
    """Refuse a row for an error; a mistake in a plugin costs the row, too. Raises what ends the flow."""
    if isinstance(error, RowProblem):
        return _refused_row(number, source, key, error.problem)
    if isinstance(error, PimflowError):
        raise error
    return _refused_row(number, source, key, defect(error))


def _refused_row(number: int, source: Row, key: str, problem: Problem) -> Verdict:
    key = "" if is_too_long(key) else key
    item = Item(ROW, key or _name_of_row(number, source), {})
    return Verdict(Prepared(number, source, item), Outcome(ROW, key or f"row {number}", Status.REFUSED, (problem,)))


def _name_of_row(number: int, source: Row) -> str:
    """Name a row without a key; two reads of changes give different rows the same number."""
    return f"row {number} {blake2b(to_json(list(source)), digest_size=4).hexdigest()}"
