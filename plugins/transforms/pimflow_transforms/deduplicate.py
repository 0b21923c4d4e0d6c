"""The transform `deduplicate`: one row of those that belong to one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import petl
from pydantic import Field, model_validator

from pimflow import BadValue, Expected, Header, Origin, Row, RowProblem, Target, WholeTransform
from pimflow_transforms.options import OneOrMore, positions
from pimflow_transforms.values import as_number, as_text, is_empty

BUFFERED = 10_000
"""Rows sorted in memory before they go to disk: wide rows take some 10 kB each."""


class Deduplicate(WholeTransform):
    """Lets one row go on of those that are equal in some columns; the rows keep their order.

    A row that is empty in all of these columns belongs to no other. Rows are sorted on disk.
    """

    type = "deduplicate"

    by: OneOrMore = Field(min_length=1, description="Column, or columns, in which rows are equal.")
    keep: Literal["first", "last", "highest", "lowest"] = Field(
        "first", description="Which row goes on; the highest or lowest is that of column `of`."
    )
    of: str | None = Field(
        None, description="Column that `highest` and `lowest` compare: numbers, else texts. A number wins over a text."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Deduplicate:
        if (self.keep in {"highest", "lowest"}) != (self.of is not None):
            raise ValueError("`keep: highest` and `keep: lowest` need `of: COLUMN`, and no other takes it")
        return self

    def apply(
        self,
        header: Header,
        rows: Iterable[tuple[Origin, Row]],
        target: Target,  # noqa: ARG002 - it is not asked
    ) -> tuple[Header, Iterator[tuple[Origin, Row | RowProblem]]]:
        """Keep the header. Raises ConfigError for a column that is not there."""
        places = positions(self.by, header)
        of = positions([self.of], header)[0] if self.of is not None else None
        by_key = petl.sort(_lines(rows, places, of), key="key", buffersize=BUFFERED)
        kept = petl.sort(_kept(by_key, self.keep), key="position", buffersize=BUFFERED)
        return header, (line[-2:] for line in petl.data(kept))

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Leave all columns as they are."""
        return columns


_FIELDS = ("key", "position", "rank", "origin", "row")
_LOWEST = (-1, Decimal(0), "")


def _lines(rows: Iterable[tuple[Origin, Row]], places: Sequence[int], of: int | None) -> Iterator[tuple[Any, ...]]:
    """Give lines to be sorted by text alone; those that belong to no other have a key of their own."""
    yield _FIELDS
    for position, (origin, row) in enumerate(rows):
        cells = [row[at] for at in (*places, *([] if of is None else [of]))]
        bad = next((cell for cell in cells if isinstance(cell, BadValue)), None)
        if bad is not None:
            yield f"bad {position}", position, _LOWEST, origin, RowProblem.of(bad.problem)
            continue
        key = [as_text(row[at]) for at in places]
        yield (
            repr(key) if any(key) else f"none {position}",
            position,
            _rank(None if of is None else row[of]),
            origin,
            row,
        )


def _kept(lines: Iterable[Any], keep: str) -> Iterator[tuple[Any, ...]]:
    """Give the line of each key that goes on; sorting by key has kept the order of those of one key."""
    yield _FIELDS
    for _, group in groupby(petl.data(lines), key=itemgetter(0)):
        yield reduce(_CHOICES[keep], group)


_Line = tuple[Any, ...]
_CHOICES: Mapping[str, Callable[[_Line, _Line], _Line]] = {
    "first": lambda kept, _: kept,
    "last": lambda _, line: line,
    "highest": lambda kept, line: line if _higher(line) > _higher(kept) else kept,
    "lowest": lambda kept, line: line if _LOWEST < line[2] < kept[2] or kept[2] == _LOWEST else kept,
}


def _higher(line: _Line) -> tuple[int, Decimal, str]:
    """Let a number win over a text here too: `n/a` is no highest price."""
    kind, number, text = line[2]
    return (-kind if kind >= 0 else -2), number, text


def _rank(value: Any) -> tuple[int, Decimal, str]:
    """Compare numbers as numbers; texts come after them, empty cells before."""
    if is_empty(value):
        return _LOWEST
    number = as_number(value)
    return (1, Decimal(0), as_text(value)) if number is None else (0, number, "")
