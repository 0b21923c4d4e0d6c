"""The transform `map`: which columns go on, under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from pimflow import (
    BadValue,
    ConfigError,
    Expected,
    Header,
    InputPath,
    Knows,
    Problem,
    Row,
    RowStep,
    Transform,
    Who,
    said,
)
from pimflow_transforms.cells import Changing
from pimflow_transforms.options import Plain, Rule, positions
from pimflow_transforms.tables import known_values, load_table, of_table
from pimflow_transforms.values import Change, as_text, carrying, is_empty

Constant = Plain | tuple[Plain, ...]
SAME_CODE = "same_code"


class Column(Rule):
    """Where the values of one target column come from: a source column, or a constant."""

    short: ClassVar[str] = "from"

    from_: str | None = Field(None, alias="from", description="The source column; `*` in it stands for the locale.")
    constant: Constant | None = Field(None, description="The same value for every row.")
    default: Constant | None = Field(None, description="The value where the cell is empty or not in the table.")
    table: InputPath | None = Field(None, description="CSV file that gives for each value another one.")
    key: str | None = Field(None, description="Column of the table with the value found; by default its first.")
    value: str | None = Field(None, description="Column of the table with what it becomes; by default its second.")
    unit: str | None = Field(None, description="Unit written behind the amount, such as KILOGRAM.")
    locales: tuple[str, ...] | dict[str, str] | None = Field(
        None,
        description="Locales that `*` in the target column stands for, each with the source's own code if it differs.",
    )

    @field_validator("locales", mode="before")
    @classmethod
    def _list_or_mapping(cls, value: Any) -> Any:
        if value is not None and (not isinstance(value, list | tuple | dict) or not value):
            raise ValueError("expected a list such as [en_US, fr_FR], or a mapping such as {en_US: en, fr_FR: fr}")
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> Column:
        if (self.from_ is None) == (self.constant is None):
            raise ValueError("expected either `from: COLUMN` or `constant: VALUE`")
        if self.constant is not None and self.model_fields_set & {"default", "table", "unit"}:
            raise ValueError("a constant takes no `default`, `table` or `unit`")
        if self.table is None and (self.key or self.value):
            raise ValueError("`key` and `value` name columns of a `table`, which is not given")
        if self.locales is None and "*" in (self.from_ or ""):
            raise ValueError("`*` stands for a locale: name them under `locales:`")
        return self

    def change(self) -> Change | None:
        """Give the function from source value to target value, None where the value stays. Reads the table."""
        if self.constant is not None:
            constant = _listed(self.constant)
            return lambda _: constant
        steps = []
        if self.table is not None:
            steps.append(carrying(_look_up(self, load_table(self.table, self.key, self.value))))
        if self.default is not None:
            steps.append(_or_default(_listed(self.default)))
        if self.unit is not None:
            steps.append(carrying(_with_unit(self.unit)))
        return _chained(steps)

    def expected(self, before: Expected) -> Expected:
        """Tell what is known of the values, given what is known of the source column. Reads the table."""
        if self.constant is not None:
            return Expected(
                known=known_values([_listed(self.constant)], said("the constant")), only_known=True, filled=True
            )
        found = before
        if self.table is not None:
            table = load_table(self.table, self.key, self.value)
            found = Expected(known=known_values(table.values(), of_table(self.table)), only_known=True)
        if self.default is not None:
            known = (*found.known, *known_values([_listed(self.default)], said("the default")))
            found = replace(found, known=known, filled=True)
        if self.unit is not None:
            known = tuple(replace(one, value=f"{as_text(one.value)} {self.unit}") for one in found.known)
            found = replace(found, known=known, unit=self.unit)
        return found


def _listed(value: Constant) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _look_up(column: Column, table: Mapping[str, str]) -> Change:
    assert column.table is not None
    name, field, default = column.table.name, column.from_, column.default
    reason = said("the table {name} has no line for it", name=name)
    remedy = said("Add a line for it to {name}, or state a `default`.", name=name)

    def found(value: Any) -> Any:
        text = as_text(value)
        if text in table:
            return table[text]
        if default is not None:
            return _listed(default)
        return BadValue(Problem(reason, field=field, value=value, remedy=remedy, who=Who.ADMINISTRATOR))

    return found


def _or_default(default: Any) -> Change:
    return lambda value: default if is_empty(value) else value


def _with_unit(unit: str) -> Change:
    return lambda value: f"{as_text(value)} {unit}"


def _chained(steps: Sequence[Change]) -> Change | None:
    if len(steps) < 2:
        return steps[0] if steps else None

    def changed(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return changed


class Map(Transform):
    """Names the target's columns and where their values come from. What it does not name is dropped.

    `others: same_code` passes the source columns that it does not mention and that the target knows by that name.
    """

    type = "map"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Column] = Field(
        min_length=1,
        description="Target column: source column, or a mapping of options; `others: same_code` for the rest.",
    )

    @field_validator("columns")
    @classmethod
    def _names_fit(cls, columns: dict[str, Column]) -> dict[str, Column]:
        others = columns.get("others")
        if others is not None and others != Column.model_validate(SAME_CODE):
            raise ValueError("`others` can only be `same_code`")
        for target, column in columns.items():
            if column.from_ == SAME_CODE and target != "others":
                raise ValueError(f"`same_code` goes with `others`, not with {target!r}: write `others: same_code`")
            if column.locales is None and "*" in target:
                raise ValueError(f"`*` in {target!r} stands for a locale: name them under `locales:`")
            if column.locales is not None and target.count("*") != 1:
                raise ValueError(f"{target!r} has `locales`: write `*` once where the locale belongs, as in name-*")
        return columns

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:
        """Give the target columns. Raises ConfigError for a source column that is not there or a target given twice."""
        named = {target: column for target, column in self.columns.items() if target != "others"}
        flat = [each for target, column in named.items() for each in _fanned_out(target, column)]
        places = positions([origin for _, origin, _ in flat if origin is not None], header)
        origins = iter(places)
        plan: list[tuple[str, int, Column | None]] = [
            (target, 0 if origin is None else next(origins), column) for target, origin, column in flat
        ]
        if "others" in self.columns:
            plan += _same_codes(header, {header[at] for at in places} | {target for target, _, _ in flat}, knows)
        if not plan:
            raise ConfigError("no column goes on: the target knows none of the source's by that name")
        targets = tuple(target for target, _, _ in plan)
        if twice := {target for target in targets if targets.count(target) > 1}:
            raise ConfigError(*[f"column {target!r} is given twice" for target in sorted(twice)])
        changes = {id(column): column.change() for column in named.values()}
        return targets, Picking([at for _, at, _ in plan], [changes.get(id(column)) for _, _, column in plan])

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know constants, defaults, units, and what stands in tables."""
        found = dict(columns) if "others" in self.columns else {}
        for target, column in self.columns.items():
            for name, origin, _ in _fanned_out(target, column) if target != "others" else ():
                found[name] = column.expected(columns.get(origin or "", Expected()))
        return found

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the source column; none for a constant."""
        for target, rule in self.columns.items():
            for name, origin, _ in _fanned_out(target, rule):
                if name == column and target != "others":
                    return () if origin is None else (origin,)
        return super().made_from(column, header)


def _fanned_out(target: str, column: Column) -> Iterator[tuple[str, str | None, Column]]:
    if column.locales is None:
        yield target, column.from_, column
        return
    codes = column.locales if isinstance(column.locales, dict) else {locale: locale for locale in column.locales}
    for locale, code in codes.items():
        origin = None if column.from_ is None else column.from_.replace("*", code)
        yield target.replace("*", locale), origin, column


def _same_codes(header: Header, mentioned: set[str], knows: Knows) -> list[tuple[str, int, Column | None]]:
    return [(name, at, None) for at, name in enumerate(header) if name not in mentioned and knows(name)]


class Picking:
    """The step that gives the cells of some places, some of them changed."""

    def __init__(self, places: Sequence[int], changes: Sequence[Change | None]) -> None:
        special = [(at, change) for at, change in enumerate(changes) if change is not None]
        self._pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
        self._changed = Changing([at for at, _ in special], [change for _, change in special]) if special else None

    def __call__(self, row: Row) -> Row:
        """Take one row."""
        picked: Row = self._pick(row)
        return self._changed(picked) if self._changed else picked

    def many(self, rows: Sequence[Row]) -> tuple[Sequence[Row], None]:
        """Take many rows."""
        picked = [*map(self._pick, rows)]
        return self._changed.many(picked) if self._changed else (picked, None)
