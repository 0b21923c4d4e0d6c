"""The transforms `split` and `join`: one text and the parts of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field, model_validator

from pimflow import BadValue, Expected, Header, Knows, Problem, Row, RowStep, Transform, said
from pimflow_transforms.cells import changing, first_bad, making
from pimflow_transforms.options import Rule, positions
from pimflow_transforms.values import as_text, carrying, is_empty

_REMEDY = said("Correct it there; your administrator can make place for more.")


class Splitting(Rule):
    """What stands between the parts of a cell, and where they go."""

    short: ClassVar[str] = "by"

    by: str = Field(min_length=1, description="What stands between the parts.")
    into: tuple[str, ...] = Field((), description="Columns that get one part each; without them the cell is a list.")

    @model_validator(mode="after")
    def _are_different(self) -> Splitting:
        if len(set(self.into)) < len(self.into):
            raise ValueError("a column is named twice under `into`")
        return self

    def parts(self, value: Any) -> list[str]:
        """Give the parts of a value without blanks around them; those of a list one after the other."""
        texts = value if isinstance(value, list | tuple) else [value]
        return [part for text in texts for one in as_text(text).split(self.by) if (part := one.strip())]


class Split(Transform):
    """Makes a list of a text such as `red|blue`, or one column of each part. Empty parts are left out of a list."""

    type = "split"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Splitting] = Field(
        min_length=1, description="Column: what stands between its parts, or a mapping of options."
    )

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header and add the columns of parts. Raises ConfigError for a column that is not there."""
        positions(self.columns, header)
        lists = {name: carrying(one.parts) for name, one in self.columns.items() if not one.into}
        to_lists = changing(header, lists)
        spread = {
            part: _part(header.index(name), name, one, number)
            for name, one in self.columns.items()
            for number, part in enumerate(one.into)
        }
        whole, to_columns = making(header, spread)
        return whole, lambda row: to_columns(to_lists(row))

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know lists; of parts nothing is known."""
        lists = {name: Expected("list") for name, one in self.columns.items() if not one.into}
        parts = {part: Expected("text") for one in self.columns.values() for part in one.into}
        return {**columns, **lists, **parts}

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the column of which a part is one."""
        origin = next((name for name, one in self.columns.items() if column in one.into), None)
        return super().made_from(column, header) if origin is None else (origin,)


def _part(at: int, name: str, splitting: Splitting, number: int) -> Callable[[Row], Any]:
    """Give one part of a text; too many parts are told once, with the first column."""
    there = len(splitting.into)

    def part(row: Row) -> Any:
        value = row[at]
        if is_empty(value) or isinstance(value, BadValue):
            return value
        parts = [one.strip() for one in as_text(value).split(splitting.by)]
        if len(parts) > there and number:
            return None
        if len(parts) > there:
            reason = said("which has {number} parts, and there is place for {most}", number=len(parts), most=there)
            detail = "the columns of the parts are named under `into`"
            return BadValue(Problem(reason, field=name, value=value, remedy=_REMEDY, detail=detail))
        return parts[number] or None if number < len(parts) else None

    return part


class Joining(Rule):
    """Of which columns a text is made, and what stands between them."""

    short: ClassVar[str] = "by"

    by: str = Field(description="What stands between the parts.")
    from_: tuple[str, ...] = Field((), alias="from", description="Columns, in order; by default the column itself.")

    @model_validator(mode="after")
    def _is_text_between(self) -> Joining:
        if len(set(self.from_)) < len(self.from_):
            raise ValueError("a column is named twice under `from`")
        return self


class Join(Transform):
    """Makes one text of several columns, or of a list. Empty cells leave nothing behind, not even what separates."""

    type = "join"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Joining] = Field(
        min_length=1, description="Column: what stands between the parts, or a mapping of options."
    )

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header and add the columns that are new. Raises ConfigError for a column that is not there."""
        made = {name: _joined(positions(self._origins(name), header), one.by) for name, one in self.columns.items()}
        return making(header, made)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know that texts come out."""
        return {**columns, **{name: Expected("text") for name in self.columns}}

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the columns that are joined."""
        return self._origins(column) if column in self.columns else super().made_from(column, header)

    def _origins(self, name: str) -> Sequence[str]:
        return self.columns[name].from_ or (name,)


def _joined(places: Sequence[int], by: str) -> Callable[[Row], Any]:
    def joined(row: Row) -> Any:
        bad = first_bad(row, places)
        if bad is not None:
            return bad
        cells = [row[at] for at in places]
        if cells == [None]:
            return None
        parts = [one for cell in cells for one in (cell if isinstance(cell, list | tuple) else [cell])]
        return by.join(as_text(part) for part in parts if not is_empty(part))

    return joined
