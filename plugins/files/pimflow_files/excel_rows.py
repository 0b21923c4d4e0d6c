"""The rows of an Excel sheet: where its table begins and ends, and what merged cells stand for."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loguru import logger
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from pimflow import RemoteError, Row, said
from pimflow_files.excel_books import opened
from pimflow_files.excel_cells import heading, is_empty, named

_AREA = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)(?::([A-Z]{1,3})([1-9][0-9]*)?)?")
Numbered = tuple[int, list[Any]]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a sheet, its rows and columns counted from 1; None as an end takes all there is."""

    top: int = 1
    left: int = 1
    bottom: int | None = None
    right: int | None = None

    @classmethod
    def of(cls, text: str) -> Area:
        """Read `B3:F200`, `B3:F` or `B3`. Raises ValueError."""
        found = _AREA.fullmatch(text.strip().upper().replace("$", ""))
        if found is None:
            raise ValueError("expected cells such as `B3:F200`, `B3:F` for all rows, or `B3` for all from there on")
        left, top, right, bottom = found.groups()
        return cls(
            int(top),
            column_index_from_string(left),
            int(bottom) if bottom else None,
            column_index_from_string(right) if right else None,
        )

    def cut(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        """Give the part of the rows that lies in it."""
        for number, row in rows:
            if self.bottom is not None and number > self.bottom:
                return
            if number >= self.top:
                yield number, row[self.left - 1 : self.right]


def excel_rows(path: Path, sheet: str | int | None, area: Area, header_row: int | None) -> Generator[Row, None, None]:
    """Give the header, then each row in which something stands. Raises RemoteError.

    The header is the first such row unless its number is told. A column without a name is not read.
    """
    with opened(path, sheet) as book:
        merged = book.merged()
        rows = area.cut(enumerate(book.rows(), 1))
        at, cells = _header_row(path, rows, header_row)
        places = _columns(path, cells, area)
        names = tuple(places)
        yield names
        below = {
            (top, left - area.left): last for (top, left), last in merged.items() if top > at and left >= area.left
        }
        for number, row in _filled(rows, below):
            if not is_empty(row):
                yield [named(row[place] if place < len(row) else None, name, number) for name, place in places.items()]


def _header_row(path: Path, rows: Iterator[Numbered], wanted: int | None) -> Numbered:
    for number, row in rows:
        if (wanted is None and not is_empty(row)) or number == wanted:
            return number, row
    if wanted:
        raise RemoteError(said("The sheet of {file} has no row {number}.", file=path.name, number=wanted))
    raise RemoteError(
        said("The sheet of {file} is empty: not even a header row with the names of the columns.", file=path.name)
    )


def _columns(path: Path, cells: list[Any], area: Area) -> Mapping[str, int]:
    """Give the place of each column by its name."""
    places: dict[str, int] = {}
    for place, name in enumerate(map(heading, cells)):
        letter = get_column_letter(area.left + place)
        if not name:
            logger.debug("column {} of {} has no name in the header row, and is not read", letter, path.name)
        elif name in places:
            first = get_column_letter(area.left + places[name])
            raise RemoteError(
                said(
                    "{file} has two columns {name!r}, {first} and {second}. Rename or drop one.",
                    file=path.name,
                    name=name,
                    first=first,
                    second=letter,
                )
            )
        else:
            places[name] = place
    if not places:
        raise RemoteError(said("The header row of {file} is empty. Tell its number under `header:`.", file=path.name))
    return places


def _filled(rows: Iterable[Numbered], merged: Mapping[tuple[int, int], int]) -> Iterator[Numbered]:
    """Give each row what it shares with the rows above it: a cell that is merged downwards holds for all of them."""
    starts: dict[int, list[int]] = {}
    for top, place in merged:
        starts.setdefault(top, []).append(place)
    under_way: dict[int, tuple[int, Any]] = {}
    for number, row in rows:
        under_way = {place: told for place, told in under_way.items() if number <= told[0]}
        if under_way and not is_empty(row):
            row.extend([None] * (max(under_way) + 1 - len(row)))
            for place, (_, value) in under_way.items():
                row[place] = value
        for place in starts.get(number, ()):
            under_way[place] = merged[number, place], row[place] if place < len(row) else None
        yield number, row
