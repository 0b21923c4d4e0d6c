"""Steps that change single cells, or add columns behind the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Protocol, runtime_checkable

from pimflow import BadValue, ConfigError, Header, Problem, Row, said_by
from pimflow_transforms.options import positions
from pimflow_transforms.values import Change

Made = Callable[[Row], object]
"""From a row to the value of one column."""


class Changing:
    """The step that changes columns in place: each by a function from value to value."""

    def __init__(self, places: Sequence[int], changes: Sequence[Change]) -> None:
        self._plan = [(at, change, _at_once(change)) for at, change in zip(places, changes, strict=True)]

    def __call__(self, row: Row) -> Row:
        """Change one row."""
        cells = list(row)
        for at, change, _ in self._plan:
            cells[at] = change(cells[at])
        return cells

    def many(self, rows: Sequence[Row]) -> tuple[Sequence[Row], None]:
        """Change rows, one column after the other."""
        changed = [*map(list, rows)]
        for at, _, change_all in self._plan:
            for cells, value in zip(changed, change_all([cells[at] for cells in changed]), strict=True):
                cells[at] = value
        return changed, None


class Making:
    """The step that fills columns from whole rows; those from `width` on are new."""

    def __init__(self, width: int, plan: Sequence[tuple[int, Made]]) -> None:
        self._plan = [(at, make, _at_once(make)) for at, make in plan]
        self._new = [None] * (max([width - 1, *(at for at, _ in plan)]) + 1 - width)

    def __call__(self, row: Row) -> Row:
        """Fill the columns of one row."""
        cells = [*row, *self._new]
        for at, make, _ in self._plan:
            cells[at] = make(row)
        return cells

    def many(self, rows: Sequence[Row]) -> tuple[Sequence[Row], None]:
        """Fill one column after the other."""
        filled = [[*row, *self._new] for row in rows]
        for at, _, make_all in self._plan:
            for cells, value in zip(filled, make_all(rows), strict=True):
                cells[at] = value
        return filled, None


@runtime_checkable
class AtOnce(Protocol):
    """What makes the cells of a column at once, of their values or of rows."""

    def many(self, given: Sequence[Any]) -> Iterable[Any]:
        """Give what each becomes."""


def _at_once(make: Callable[[Any], Any]) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """Give the function that makes many."""
    return make.many if isinstance(make, AtOnce) else partial(map, make)


def changing(header: Header, changes: Mapping[str, Change]) -> Changing:
    """Make the step that changes columns in place. Raises ConfigError for a column that is not there."""
    return Changing(positions(changes, header), [*changes.values()])


def making(header: Header, made: Mapping[str, Made]) -> tuple[Header, Making]:
    """Make the step that fills columns from whole rows; those that are not there come behind the others."""
    whole = (*header, *(name for name in made if name not in header))
    return whole, Making(len(header), [(whole.index(name), make) for name, make in made.items()])


def matching(patterns: Iterable[str], header: Sequence[str]) -> list[str]:
    """Give the columns that names or patterns such as `description@*` mean, each once.

    Raises ConfigError for a name that is not there, and for a pattern without any column.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        if "*" not in pattern:
            positions([pattern], header)
        names = [name for name in header if name == pattern or ("*" in pattern and fnmatchcase(name, pattern))]
        if not names:
            raise ConfigError(f"there is no column like {pattern!r}")
        found.update(dict.fromkeys(names))
    return list(found)


def told(name: str, read: Change, remedy: str) -> Change:
    """Make a change whose ValueError becomes a bad value of this column."""

    def change(value: object) -> object:
        try:
            return read(value)
        except ValueError as error:
            return BadValue(Problem(said_by(error), field=name, value=value, remedy=remedy))

    return change


def first_bad(row: Row, places: Iterable[int]) -> BadValue | None:
    """Give the first bad value in some cells of a row: what is made of it is bad too."""
    return next((cell for at in places if isinstance(cell := row[at], BadValue)), None)
