"""The transform `defaults`: what fills empty cells, by the value of another column such as the family."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from pimflow import (
    BadValue,
    ConfigError,
    Expected,
    Header,
    InputPath,
    Knows,
    Lead,
    Problem,
    ProblemKind,
    Row,
    RowProblem,
    RowStep,
    Transform,
    Who,
    said,
)
from pimflow_transforms.options import Plain, PlainText, positions
from pimflow_transforms.values import as_text, is_empty

OTHERS = "*"
"""Stands for every value that is not named."""

Defaults = Mapping[str, Mapping[str, Plain]]


class FillDefaults(Transform):
    """Fills empty cells by the value of a column, such as what an ERP demands of each family.

    What a value does not name is taken from `*`, which stands for all. Columns that are not there yet are added. A
    row that still lacks a column of `needed` does not go on.
    """

    type = "defaults"

    by: str = Field(description="The column whose value decides, such as `family`.")
    values: dict[PlainText, dict[str, Plain]] = Field(
        default_factory=dict, description="For each of its values, or `*`: columns, and what fills them."
    )
    table: InputPath | None = Field(
        None, description="CSV file with the same: the column of `by` and those to be filled; `values` win over it."
    )
    needed: dict[str, str] = Field(
        default_factory=dict,
        description="Columns without which a row cannot go on, and who needs what, as a sentence begins: `Tryton needs "
        "a default unit`. A list of columns, too.",
    )

    @field_validator("needed", mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        return {str(name): "" for name in value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _has_some(self) -> FillDefaults:
        if not self.values and self.table is None:
            raise ValueError("expected `values: {FAMILY: {COLUMN: VALUE}}` or `table: FILE.csv`")
        return self

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Add columns. Raises ConfigError for a column that is not there or a table that cannot be read."""
        (at,) = positions([self.by], header)
        defaults = self._defaults()
        filled = list(dict.fromkeys([*(name for one in defaults.values() for name in one), *self.needed]))
        header = (*header, *(name for name in filled if name not in header))
        places = [(header.index(name), name) for name in filled]
        width = len(header)
        rest = defaults.get(OTHERS, {})

        def step(row: Row) -> Row:
            cells = [*row, *[None] * (width - len(row))]
            value = cells[at]
            own = {} if isinstance(value, BadValue) else defaults.get(as_text(value) if value is not None else "", {})
            for place, name in places:
                if is_empty(cells[place]):
                    cells[place] = own.get(name, rest.get(name))
                    if cells[place] is None and name in self.needed:
                        raise self._lacking(name, value)
            return cells

        return header, step

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know no more of the columns than before, as they may be filled."""
        filled = {name for one in self._defaults().values() for name in one}
        return {**columns, **{name: Expected() for name in filled}}

    def made_from(self, column: str, header: Header) -> tuple[str, ...]:
        """Name the column itself, and the one that decides."""
        filled = any(column in one for one in self._defaults().values())
        return tuple(name for name in (column, *([self.by] if filled else [])) if name in header)

    def _defaults(self) -> Defaults:
        table = _read(self.table, self.by) if self.table else {}
        both = {**table, **self.values}
        return {value: {**table.get(value, {}), **self.values.get(value, {})} for value in both}

    def _lacking(self, column: str, value: Any) -> RowProblem:
        need = self.needed[column] or said("{column} is needed", column=column)
        if isinstance(value, BadValue) or is_empty(value):
            reason = said("{need}, and this one has none", need=need)
        else:
            reason = said("{need}, and {column} {value!r} has none", need=need, column=self.by, value=as_text(value))
        return RowProblem.of(
            Problem(
                reason,
                ProblemKind.MISSING,
                column,
                remedy=_filled_in(self.table),
                who=Who.ADMINISTRATOR,
                lead=Lead.NOTHING,
            )
        )


def _filled_in(table: Path | None) -> str:
    if table is None:
        return said(
            "Add it to the defaults of the pipeline, or have it filled at the source; the record then goes by itself."
        )
    return said("Add it to {name}, or have it filled at the source; the record then goes by itself.", name=table.name)


def _read(path: Path, by: str) -> Defaults:
    """Read a table from a UTF-8 CSV file with a header. Raises ConfigError where it cannot be used."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            rows = csv.reader(file, delimiter=max(";,\t|", key=first.count), strict=True)
            header = [name.strip() for name in next(rows, [])]
            (at,) = positions([by], header, f"table {path.name}: ")
            return _by_value(path, header, at, rows)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"table {path.name} cannot be read: {error}") from error


def _by_value(path: Path, header: list[str], at: int, rows: Any) -> Defaults:
    found: dict[str, Mapping[str, Plain]] = {}
    for row in rows:
        if not any(row):
            continue
        if len(row) != len(header):
            raise ConfigError(
                f"table {path.name}, line {rows.line_num}: {len(header)} cells were expected, found {len(row)}"
            )
        if row[at] in found:
            raise ConfigError(f"table {path.name}, line {rows.line_num}: {row[at]!r} is there twice")
        cells = zip(header, row, strict=True)
        found[row[at]] = {name: cell for name, cell in cells if name != header[at] and cell}
    return found
