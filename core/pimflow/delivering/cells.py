"""Cells of a row on their way to a sink: what is empty, what cannot be read, and what is the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from pimflow.answers import LEFT_OUT, Answering
from pimflow.configuration.forms import FlowConfig
from pimflow.errors import RowProblem
from pimflow.model import BadValue, Header, Problem, ProblemKind, Row
from pimflow.sentences import said

LONGEST_KEY = 1000
"""So many bytes may the key of a record have."""

_SHOWN = 40


def read_cells(
    header: Header, row: Row, config: FlowConfig, key: str | None, answering: Answering | None = None
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Give a row as a writer wants it: without empty cells, or None for them where they erase.

    Beside it the columns whose value is bad, each with its problem. A column without a name is left out.
    Raises RowProblem where a bad value costs the record.
    """
    cells: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for name, cell in zip(header, row, strict=False):
        value = answering.cell(name, cell) if answering and name else cell
        if value is LEFT_OUT:
            continue
        if isinstance(value, BadValue):
            problem = value.problem if value.problem.field else replace(value.problem, field=name)
            if name == key or config.on_bad_value == "refuse":
                raise RowProblem.of(problem)
            problems[name] = problem
        elif name:
            cells[name] = None if _is_empty(value, config.empty_when.get(name, ())) else value
    if config.empty == "keep":
        cells = {name: value for name, value in cells.items() if value is not None}
    return cells, problems


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the cells of rows with one header, for one sink."""

    header: Header
    config: FlowConfig
    key: str | None
    answering: Answering | None = None

    def one(self, row: Row) -> tuple[dict[str, Any], dict[str, Problem]]:
        """Read a row as `read_cells` does. Raises RowProblem where a bad value costs the record."""
        if self._as_they_are and BadValue not in map(type, row):
            return self._full(row), {}
        return read_cells(self.header, row, self.config, self.key, self.answering)

    def many(self, rows: Sequence[Row]) -> list[dict[str, Any]] | None:
        """Read rows that have no bad value; None where one of them has to be read by itself."""
        if not self._as_they_are or BadValue in set(map(type, chain.from_iterable(rows))):
            return None
        header = self.header
        return [dict(zip(header, row, strict=False)) if all(row) else self._full(row) for row in rows]

    @property
    def _as_they_are(self) -> bool:
        config = self.config
        return not (self.answering or config.empty_when or config.empty != "keep" or "" in self.header)

    def _full(self, row: Row) -> dict[str, Any]:
        """Give the cells that are not empty."""
        cells = zip(self.header, row, strict=False)
        return {name: cell for name, cell in cells if cell is not None and cell != ""}


def key_in(cell: Any, config: FlowConfig, key: str | None) -> str | None:
    """Give the key that stands in a cell, before the others are read: "" where it is bad, None where there is none."""
    if isinstance(cell, BadValue):
        return ""
    return None if _is_empty(cell, config.empty_when.get(key or "", ())) else str(cell)


def read_key(cells: Mapping[str, Any], config: FlowConfig, key: str | None) -> str:
    """Give the key of a record, empty where the sink makes it. Raises RowProblem where the flow names an empty one."""
    value = cells.get(key or "")
    if value is None and config.key is not None:
        reason = said("is empty, and it is the key of the record")
        raise RowProblem(key, None, reason, kind=ProblemKind.MISSING, remedy=said("Fill it in the source."))
    return "" if value is None else str(value)


def is_too_long(key: str) -> bool:
    """Tell whether a key is longer than any state can keep in mind: an index of PostgreSQL takes 2,700 bytes in all."""
    return len(key) > LONGEST_KEY // 4 and len(key.encode("utf-8", "replace")) > LONGEST_KEY


def check_length(key: str, column: str | None) -> None:
    """Raise RowProblem for a key that is too long."""
    if is_too_long(key):
        reason = said("which is too long for a key: {number:,} characters", number=len(key))
        remedy = said("Shorten it in the source; {number:,} bytes are the most.", number=LONGEST_KEY)
        raise RowProblem(column, f"{key[:_SHOWN]}…", reason, remedy=remedy)


def _is_empty(value: Any, listed: Sequence[Any]) -> bool:
    """Tell whether a cell is empty; a listed 0 is also the text "0", as files give it, and never False."""
    if value is None or value == "":
        return True
    if not listed:
        return False
    return any(str(value) == str(one) or (value == one and not isinstance(value, bool)) for one in listed)
