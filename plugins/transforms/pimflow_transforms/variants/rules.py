"""Nested options of `variants`: how the group, the family variant and the levels are found."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from pimflow import Expected, InputPath, said
from pimflow_transforms.options import PlainText, Rule
from pimflow_transforms.tables import known_values, load_table, of_table
from pimflow_transforms.variants.expressions import checked


class Group(Rule):
    """What the items of one product model have in common."""

    short: ClassVar[str] = "from"

    from_: str = Field(
        alias="from",
        description="A column, or a template of columns such as `{brand}-{style}`; empty if one of them is.",
    )
    pattern: str | None = Field(
        None,
        description="Regular expression that takes the group out of it: what stands in its first brackets. "
        "An item that does not match is a simple product.",
    )

    @field_validator("from_")
    @classmethod
    def _is_an_expression(cls, text: str) -> str:
        return checked(text)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            found = re.compile(pattern or "()")
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        if not found.groups:
            raise ValueError(f"{pattern!r} needs brackets around the part that is the group, as in ^(.+)-[0-9]+$")
        return pattern


class FamilyVariant(Rule):
    """Which family variant the models of a group have."""

    short: ClassVar[str] = "from"

    from_: str | None = Field(None, alias="from", description="A column with its code, or with what `map` finds it by.")
    constant: PlainText | None = Field(None, min_length=1, description="The same family variant for all.")
    map: dict[PlainText, PlainText] = Field(
        default_factory=dict,
        description="Value found, such as a family: its family variant. An empty one leaves its items simple products.",
    )
    table: InputPath | None = Field(None, description="CSV file with further values; `map` wins over it.")
    key: str | None = Field(None, description="Column of the table with the value found; by default its first.")
    value: str | None = Field(None, description="Column of the table with the family variant; by default its second.")

    @model_validator(mode="after")
    def _one_origin(self) -> FamilyVariant:
        if (self.from_ is None) == (self.constant is None):
            raise ValueError("expected either `from: COLUMN` or `constant: CODE`")
        if self.constant is not None and (self.map or self.table):
            raise ValueError("a constant takes no `map` or `table`")
        if self.table is None and (self.key or self.value):
            raise ValueError("`key` and `value` name columns of a `table`, which is not given")
        return self

    def expected(self) -> Expected:
        """Tell the family variants that can come out; any where the column itself names them."""
        if self.constant is not None:
            return Expected(known=known_values([self.constant], said("the constant")), only_known=True)
        table = load_table(self.table, self.key, self.value) if self.table else {}
        known = (
            *known_values(self.map.values(), said("the mapping")),
            *known_values((value for key, value in table.items() if key not in self.map), of_table(self.table)),
        )
        return Expected(known=known, only_known=bool(known))


class LevelRule(Rule):
    """One level: the columns by which its records differ, and those that belong to it."""

    axes: tuple[str, ...] = Field((), description="Columns that tell the records of this level apart; none at the top.")
    columns: tuple[str, ...] = Field((), description="Columns that belong to it; `name-*` means all that begin so.")


def checked_levels(levels: tuple[LevelRule, ...]) -> tuple[LevelRule, ...]:
    """Give the levels back. Raises ValueError where they are no tree of two or three levels."""
    if levels and (not 2 <= len(levels) <= 3 or levels[0].axes or not all(level.axes for level in levels[1:])):
        raise ValueError(
            "expected two or three levels: the product models' without `axes`, then one or two with `axes`, as in "
            "[{columns: [name]}, {axes: [size], columns: [ean]}]"
        )
    named = [name for level in levels for name in {*level.axes, *level.columns}]
    if twice := {name for name in named if named.count(name) > 1}:
        raise ValueError(f"{min(twice)!r} can belong to one level only")
    return levels


def matches(name: str, named: str) -> bool:
    """Tell whether a column is meant by its name in the options, in which `*` stands for anything."""
    parts: list[Any] = [re.escape(part) for part in named.split("*")]
    return re.fullmatch(".*".join(parts), name) is not None
