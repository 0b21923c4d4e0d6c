"""The transform `compute`: columns made by expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from pimflow import BadValue, Expected, Header, Knows, Problem, Row, RowStep, Transform, Who, said, said_by
from pimflow_transforms.cells import Made, first_bad, making
from pimflow_transforms.options import positions
from pimflow_transforms.values import as_number, as_text, plain

if TYPE_CHECKING:
    from pimflow_transforms.expressions import Expression

_NO_NUMBER = said("which is not a number, and it is computed with")
_CORRECT = said("Correct it there.")
_CORRECT_EITHER = said("Correct the cells that it is made of, or the expression.")


class Compute(Transform):
    """Makes columns by Jinja expressions over the others: `brand ~ " " ~ model`, `price|number * 1.2`.

    Cells are texts; `number` reads one exactly. An empty cell is an empty text; what is calculated with it is empty.
    `row["name@fr"]` is a column whose name is no word. What goes wrong is a bad value of this column.
    """

    type = "compute"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, str] = Field(min_length=1, description="Column: the expression that makes it.")

    @field_validator("columns")
    @classmethod
    def _compile(cls, columns: dict[str, str]) -> dict[str, str]:
        for name, text in columns.items():
            try:
                _expression(text)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return columns

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header and add the columns that are new. Raises ConfigError for a column that is not there."""
        made = {name: self._made(name, header) for name in self.columns}
        return making(header, made)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know nothing of what expressions make."""
        return {**columns, **{name: Expected() for name in self.columns}}

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the columns that the expression reads."""
        if column not in self.columns:
            return super().made_from(column, header)
        expression = _expression(self.columns[column])
        return [name for name in header if expression.whole or name in expression.names]

    def _made(self, column: str, header: Header) -> Made:
        expression = _expression(self.columns[column])
        places = positions(sorted(expression.names), header, f"{column}: ")
        cells = [(header[at], at) for at in (range(len(header)) if expression.whole else places)]

        def made(row: Row) -> Any:
            bad = first_bad(row, places)
            if bad is not None:
                return bad
            try:
                return _cell(expression.value({name: _shown(row[at]) for name, at in cells}))
            except ValueError as error:
                return BadValue(_problem(column, self.columns[column], error))

        if expression.joined is not None:
            parts = [(named, part, header.index(part) if named else 0) for named, part in expression.joined]
            return Joining(parts, made)
        return made


class Joining:
    """Puts texts together; `otherwise` does so for a row that has something else in one of the columns."""

    def __init__(self, parts: Sequence[tuple[bool, str, int]], otherwise: Made) -> None:
        self._form = "".join("%s" if named else text.replace("%", "%%") for named, text, _ in parts)
        places = [at for named, _, at in parts if named]
        self._pick: Callable[[Row], tuple[Any, ...]] = (
            itemgetter(*places) if len(places) > 1 else lambda row: tuple(row[at] for at in places)
        )
        self._otherwise = otherwise

    def __call__(self, row: Row) -> Any:
        """Make the cell of one row."""
        (made,) = self.many([row])
        return made

    def many(self, rows: Sequence[Row]) -> Iterable[Any]:
        """Make the cells of many rows."""
        form, texts = self._form, [*map(self._pick, rows)]
        if set(map(type, chain.from_iterable(texts))) <= {str}:
            return map(form.__mod__, texts)
        return [
            form % some if {*map(type, some)} <= {str} else self._otherwise(row)
            for some, row in zip(texts, rows, strict=True)
        ]


def _problem(column: str, expression: str, error: ValueError) -> Problem:
    """Tell what went wrong; other values that are no numbers have the same cause."""
    value = getattr(error, "value", None)
    if value is not None:
        return Problem(_NO_NUMBER, field=column, value=value, remedy=_CORRECT, detail=f"computed as `{expression}`")
    reason = said("cannot be computed as `{expression}`: {why}", expression=expression, why=said_by(error))
    return Problem(reason, field=column, value=None, remedy=_CORRECT_EITHER, who=Who.ADMINISTRATOR)


def _shown(value: Any) -> Any:
    return "" if value is None else value


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal | float):
        number = as_number(value)
        return plain(number) if number is not None else as_text(value)
    return [_cell(one) for one in value] if isinstance(value, list | tuple) else value


def _expression(text: str) -> Expression:
    from pimflow_transforms.expressions import Expression  # noqa: PLC0415 - Jinja is loaded where it is used

    return Expression(text)
