"""The transform `value_map`: the values of one column, replaced one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pimflow import (
    BadValue,
    Expected,
    Header,
    InputPath,
    Knows,
    Problem,
    Row,
    RowProblem,
    RowStep,
    Transform,
    Who,
    said,
)
from pimflow_transforms.options import Plain, PlainText, positions
from pimflow_transforms.tables import known_values, load_table, of_table
from pimflow_transforms.values import Change, as_text, carrying

_NO_VALUE = said("for which the mapping has no value")
_IN_MAPPING = said("Add it to the mapping, or correct it at the source.")


class ValueMap(Transform):
    """Replaces values of a column by others, as listed or as a table says; each item where the cell holds a list.

    An empty cell stays empty.
    """

    type = "value_map"

    field: str = Field(description="The column.")
    map: dict[PlainText, Plain] = Field(default_factory=dict, description="Value found: what it becomes.")
    table: InputPath | None = Field(None, description="CSV file with further values; `map` wins over it.")
    key: str | None = Field(None, description="Column of the table with the value found; by default its first.")
    value: str | None = Field(None, description="Column of the table with what it becomes; by default its second.")
    default: Plain | None = Field(None, description="What every other value becomes.")
    unknown: Literal["keep", "leave_out", "refuse"] | None = Field(
        None,
        description="Other values stay, are left out and told (the default), or the record is refused.",
    )

    @model_validator(mode="after")
    def _options_fit(self) -> ValueMap:
        if not self.map and self.table is None:
            raise ValueError("expected `map: {FOUND: BECOMES}` or `table: FILE.csv`")
        if self.default is not None and self.unknown is not None:
            raise ValueError("`default` already says what becomes of other values: leave out `unknown`")
        if self.table is None and (self.key or self.value):
            raise ValueError("`key` and `value` name columns of a `table`, which is not given")
        return self

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there or a table that cannot be read."""
        (at,) = positions([self.field], header)
        table = load_table(self.table, self.key, self.value) if self.table else {}
        change = carrying(self._replaced({**table, **self.map}))

        def step(row: Row) -> Row:
            value = row[at]
            new = change(value)
            return row if new is value else [*row[:at], new, *row[at + 1 :]]

        return header, step

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know the values that the column can have; others too where unknown ones are kept."""
        before = columns.get(self.field, Expected())
        table = load_table(self.table, self.key, self.value) if self.table else {}
        kept = self.default is None and self.unknown == "keep"
        known = [
            *known_values(self.map.values(), said("the mapping")),
            *known_values((value for key, value in table.items() if key not in self.map), of_table(self.table)),
            *known_values([] if self.default is None else [self.default], said("the default")),
            *(before.known if kept else ()),
        ]
        return {**columns, self.field: Expected(before.type if kept else "", tuple(known), only_known=not kept)}

    def _replaced(self, becomes: Mapping[str, Any]) -> Change:
        remedy = _in_table(self.table) if self.table else _IN_MAPPING

        def replaced(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                return becomes[text] if (text := as_text(value)) in becomes else self._other(value, remedy)
            items = [replaced(item) for item in value]
            bad = next((item for item in items if isinstance(item, BadValue)), None)
            return BadValue(bad.problem, tuple(items)) if bad else items

        return replaced

    def _other(self, value: Any, remedy: str) -> Any:
        if self.default is not None:
            return self.default
        if self.unknown == "keep":
            return value
        if self.unknown == "refuse":
            raise RowProblem(self.field, value, _NO_VALUE, remedy=remedy, who=Who.ADMINISTRATOR)
        return BadValue(Problem(_NO_VALUE, field=self.field, value=value, remedy=remedy, who=Who.ADMINISTRATOR))


def _in_table(table: Path) -> str:
    return said("Add it to {name}, or correct it at the source.", name=table.name)
