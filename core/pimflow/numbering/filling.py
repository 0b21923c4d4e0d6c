"""Rows without a SKU on their way to the sinks: each gets its own, waits for one, or goes without."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pimflow.model import BadValue, Header, Problem, Row
from pimflow.numbering.allocation import Allocation
from pimflow.numbering.pattern import EmptyColumnError, RecordPattern
from pimflow.numbering.rule import Numbering, SkuRule
from pimflow.numbering.telling import lacks, note, used_up, without_id
from pimflow.rows import Carried, Passed, Stopped
from pimflow.state.memory import shortened
from pimflow.state.numbers import Wanted, Whose

Rows = Sequence[Passed | Stopped]
Given = Callable[[Collection[str]], Mapping[str, str]]
"""Gives the keys under which the target has records, by their ids."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cells:
    """Where the cells of rows stand that a rule names: in the row as it goes to the sinks, else in the source's."""

    header: Header
    source_header: Header

    def of(self, row: Passed) -> Callable[[str], Any]:
        """Give what reads a cell of one row by its column; None for a column that is nowhere."""

        def cell(name: str) -> Any:
            if name in self.header:
                return row.result[self.header.index(name)]
            return row.source[self.source_header.index(name)] if name in self.source_header else None

        return cell

    def in_source(self, source: Row, name: str) -> str:
        """Give a cell of the source's row as text."""
        return str(source[self.source_header.index(name)]) if name in self.source_header else ""


@dataclass(slots=True)
class Filling:
    """Fills one column where it is empty. `system` is that of the source, `allocation` is None unless we give numbers.

    `given` is what the ERP gave, where that is the key: a record that has none yet goes with its id in its place.
    `empty` are values that count as empty there; where a person asked for `only` some records, others get no number.
    `met` counts the rows that had none, of which `shown` are the first.
    """

    rule: SkuRule
    cells: Cells
    system: str
    day: date
    allocation: Allocation | None
    given: Given | None = None
    empty: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    met: int = 0
    shown: list[str] = field(default_factory=list)
    dropped: int = 0

    def run(self, results: Iterator[Rows]) -> Iterator[Rows]:
        """Give the rows, chunk by chunk."""
        for chunk in results:
            yield self._filled(chunk)

    def notes(self, noun: tuple[str, str], *, dry: bool) -> Iterator[str]:
        """Tell of rows that had no SKU, in whole sentences."""
        if self.met:
            yield note(self.rule.giver, noun, self.met, self.shown, dry=dry)

    def _filled(self, chunk: Rows) -> Rows:
        at = self.cells.header.index(self.rule.column)
        if self.only and self.rule.giver == "pimflow":
            chunk = [row for row in chunk if not self._lacks(row, at) or self._asked_for(row)]
        lacking = [n for n, row in enumerate(chunk) if self._lacks(row, at)]
        if self.given is not None and lacking:
            return self._under_given(chunk, lacking, at, self.given)
        if not lacking or self.rule.giver == "erp":
            self._note(chunk, lacking)
            return chunk
        if self.rule.giver == "akeneo":
            self._note(chunk, lacking)
            without = set(lacking)
            return [row for n, row in enumerate(chunk) if n not in without]
        return self._numbered(chunk, lacking, at)

    def _asked_for(self, row: Passed | Stopped) -> str:
        """Give the id by which a person asked for a record that has no SKU; nothing where nobody did."""
        if not self.only or not isinstance(row, Passed):
            return ""
        known_as = str(self.cells.of(row)(str(self.rule.record))).strip().casefold()
        return next((one for one in self.only if one.casefold() == known_as), "")

    def _lacks(self, row: Passed | Stopped, at: int) -> bool:
        return isinstance(row, Passed) and self._is_empty(row.result[at])

    def _is_empty(self, cell: Any) -> bool:
        return cell is None or (isinstance(cell, str) and not cell.strip()) or str(cell) in self.empty

    def _note(self, chunk: Rows, lacking: Sequence[int]) -> None:
        self.met += len(lacking)
        for row in (chunk[n] for n in lacking[: _SHOWN - len(self.shown)]):
            if self.rule.record is not None and isinstance(row, Passed):
                self.shown.append(str(self.cells.of(row)(self.rule.record)))

    def _under_given(self, chunk: Rows, lacking: Sequence[int], at: int, given: Given) -> Rows:
        """Give rows the keys that the ERP gave their records; their ids in place of keys that it has not given yet."""
        rows = list(chunk)
        whose = {n: record for n in lacking if (record := self._whose(rows, n))}
        ids = {n: shortened(self.cells.in_source(rows[n].source, str(self.rule.record))) for n in whose}
        found = given(set(ids.values()))
        self._note(chunk, [n for n in ids if ids[n] not in found])
        for n, id_ in ids.items():
            row = rows[n]
            assert isinstance(row, Passed)
            rows[n] = _with(row, at, found.get(id_, id_), self._asked_for(row))
        return rows

    def _numbered(self, chunk: Rows, lacking: Sequence[int], at: int) -> Rows:
        """Give rows their numbers; a record that has one already needs nothing for it."""
        assert self.allocation is not None
        rows = list(chunk)
        whose = {n: record for n in lacking if (record := self._whose(rows, n))}
        found = self.allocation.known(set(whose.values()))
        first: dict[Whose, int] = {}
        for n, record in whose.items():
            if record not in found:
                first.setdefault(record, n)
        new = self.allocation.give([one for record, n in first.items() if (one := self._wanted(rows, n, record))])
        self.met += len(new)
        found |= new
        for n, record in whose.items():
            row = rows[n]
            if isinstance(row, Passed):
                rows[n] = (
                    _with(row, at, found[record], self._asked_for(row))
                    if record in found
                    else self._left(row, record, rows[first[record]])
                )
        return rows if self.only or any(isinstance(row, Stopped) for row in rows) else _side_by_side(rows)

    def _whose(self, rows: list[Passed | Stopped], n: int) -> Whose | None:
        """Tell which record a row is of; the row stops where it does not tell."""
        row = rows[n]
        assert isinstance(row, Passed)
        assert self.rule.record is not None
        cell = self.cells.of(row)(self.rule.record)
        if isinstance(cell, BadValue):
            rows[n] = Stopped(row.row, row.source, cell.problem)
        elif self._is_empty(cell):
            rows[n] = Stopped(row.row, row.source, without_id(self.rule.record))
        else:
            text = str(cell).strip()
            return Whose("", text.lower()) if _is_uuid(text) else Whose(self.system, text)
        return None

    def _wanted(self, rows: list[Passed | Stopped], n: int, record: Whose) -> Wanted | None:
        """Say of what a record's number is drawn; its row stops where that is not there."""
        row, numbering = rows[n], self.rule.numbering
        assert isinstance(row, Passed)
        assert numbering is not None
        read = self.cells.of(row)
        cells = {column.name: read(column.name) for column in numbering.pattern.columns}
        bad = next((cell.problem for cell in cells.values() if isinstance(cell, BadValue)), None)
        if bad is None:
            try:
                part = numbering.per.written(cells) if numbering.per else ""
                written = numbering.pattern.for_record(cells, self.day)
            except EmptyColumnError as error:
                bad = lacks(error.column, cells[error.column])
            else:
                return Wanted(record, part, _candidates(numbering, written))
        rows[n] = _stopped(row, record, bad)
        return None

    def _left(self, row: Passed, record: Whose, first: Passed | Stopped) -> Stopped:
        """Stop a row whose record got no number: for the reason of the first row of it, or because none is left."""
        assert self.rule.numbering is not None
        return _stopped(row, record, first.problem if isinstance(first, Stopped) else used_up(self.rule.numbering))


def _candidates(numbering: Numbering, written: RecordPattern) -> Callable[[int], Iterator[tuple[int, str]]]:
    return lambda begin: ((place, written.number(place)) for place in numbering.places.beginning(begin))


def _with(row: Passed, at: int, number: str, key: str) -> Passed:
    cells = list(row.result)
    cells[at] = number
    return Passed(row.row, row.source, cells, key)


def _side_by_side(rows: Sequence[Any]) -> Carried:
    results: list[Row] = [row.result for row in rows]
    return Carried([row.row for row in rows], [row.source for row in rows], results)


def _stopped(row: Passed, record: Whose, problem: Problem) -> Stopped:
    return Stopped(row.row, row.source, problem, record.record)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
