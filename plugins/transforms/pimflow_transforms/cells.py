"""Steps that change single cells, or add columns behind the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from pimflow import BadValue, ConfigError, Header, Problem, Row
from pimflow_transforms.options import positions
from pimflow_transforms.values import Change

Made = Callable[[Row], object]
"""From a row to the value of one column."""


def changing(header: Header, changes: Mapping[str, Change]) -> Callable[[Row], Row]:
    """Make the step that changes columns in place. Raises ConfigError for a column that is not there."""
    plan = list(zip(positions(changes, header), changes.values(), strict=True))

    def step(row: Row) -> Row:
        cells = list(row)
        for at, change in plan:
            cells[at] = change(cells[at])
        return cells

    return step


def making(header: Header, made: Mapping[str, Made]) -> tuple[Header, Callable[[Row], Row]]:
    """Make the step that fills columns from whole rows; those that are not there come behind the others."""
    new = tuple(name for name in made if name not in header)
    whole = (*header, *new)
    plan = [(whole.index(name), make) for name, make in made.items()]

    def step(row: Row) -> Row:
        cells = [*row, *(None for _ in new)]
        for at, make in plan:
            cells[at] = make(row)
        return cells

    return whole, step


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
            return BadValue(Problem(str(error), field=name, value=value, remedy=remedy))

    return change


def first_bad(row: Row, places: Iterable[int]) -> BadValue | None:
    """Give the first bad value in some cells of a row: what is made of it is bad too."""
    return next((cell for at in places if isinstance(cell := row[at], BadValue)), None)
