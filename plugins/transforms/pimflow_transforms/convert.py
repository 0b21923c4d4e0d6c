"""The transform `convert`: text into numbers, booleans and dates in their canonical form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from pimflow import Expected, Header, Knows, RowStep, Transform, said
from pimflow_transforms.cells import changing, told
from pimflow_transforms.options import PlainText, Rule
from pimflow_transforms.readings import DecimalSign, read_boolean, read_date, read_integer, read_number, usual_numbers
from pimflow_transforms.values import as_text, carrying

Kind = Literal["number", "integer", "boolean", "date", "text"]
_OPTIONS: Mapping[Kind, frozenset[str]] = {
    "number": frozenset({"decimal", "thousands"}),
    "integer": frozenset({"decimal", "thousands"}),
    "boolean": frozenset({"true", "false"}),
    "date": frozenset({"format"}),
    "text": frozenset(),
}
_REMEDY = said("Correct it there; your administrator can set how such values are read.")


class Conversion(Rule):
    """What a column becomes, and how its values are written where they come from."""

    short: ClassVar[str] = "to"

    to: Kind = Field(description="number, integer, boolean, date or text.")
    format: str | None = Field(
        None, description="How dates are written, as in Python: `%d.%m.%Y`; by default 2026-01-31."
    )
    decimal: DecimalSign = Field("point", description="Decimal sign of numbers.")
    thousands: Literal[".", ",", "'", " "] | None = Field(None, description="Sign between groups of three digits.")
    true: tuple[PlainText, ...] = Field(
        ("1", "true", "yes"), description="Values that mean yes, in any case of letters."
    )
    false: tuple[PlainText, ...] = Field(("0", "false", "no"), description="Values that mean no.")

    @model_validator(mode="before")
    @classmethod
    def _true_and_false_are_names(cls, value: Any) -> Any:
        names = {True: "true", False: "false"}
        if isinstance(value, dict):
            return {names[key] if isinstance(key, bool) else key: given for key, given in value.items()}
        return value

    @model_validator(mode="after")
    def _options_fit(self) -> Conversion:
        for option in sorted(self.model_fields_set - {"to"} - _OPTIONS[self.to]):
            kinds = " or ".join(kind for kind, options in _OPTIONS.items() if option in options)
            raise ValueError(f"`{option}` belongs to `to: {kinds}`, not to `to: {self.to}`")
        if self.thousands == {"comma": ",", "point": "."}[self.decimal]:
            raise ValueError(f"{self.thousands!r} cannot be the sign of thousands and of decimals at once")
        if self.format is not None and "%" not in self.format:
            raise ValueError(f"{self.format!r} is no date format; write it as in %d.%m.%Y")
        if both := {text.casefold() for text in self.true} & {text.casefold() for text in self.false}:
            raise ValueError(f"{min(both)!r} cannot mean true and false at once")
        return self

    def reading(self) -> Callable[[Any], Any]:
        """Give the function that reads a value. It raises ValueError with the reason."""
        match self.to:
            case "number":
                return read_number(self.decimal, self.thousands)
            case "integer":
                return read_integer(self.decimal, self.thousands)
            case "boolean":
                return read_boolean(self.true, self.false)
            case "date":
                return read_date(self.format)
            case "text":
                return as_text


class Convert(Transform):
    """Reads columns as numbers, booleans or dates. Empty stays empty; what does not convert becomes a bad value.

    A number becomes exact text (`12.5`: no float, no rounding), an integer a whole number, a boolean true or false,
    a date text as in `2026-01-31`.
    """

    type = "convert"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Conversion] = Field(min_length=1, description="Column: what it becomes.")

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there."""
        return header, changing(header, {name: _Reading(name, conversion) for name, conversion in self.columns.items()})

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know the types of the columns that are converted."""
        converted = {
            name: Expected(one.to, hot=columns.get(name, Expected()).hot) for name, one in self.columns.items()
        }
        return {**columns, **converted}


class _Reading:
    """Reads the cells of one column; those that are empty or already bad stay as they are."""

    def __init__(self, name: str, conversion: Conversion) -> None:
        self._read = carrying(told(name, conversion.reading(), _REMEDY))
        self._is_plain = conversion.to == "number" and conversion.decimal == "point"

    def __call__(self, value: Any) -> Any:
        return self._read(value)

    def many(self, values: Sequence[Any]) -> Iterable[Any]:
        """Read many cells."""
        usual = usual_numbers(values) if self._is_plain and set(map(type, values)) == {str} else None
        if usual is None or len(usual) != len(values):  # a cell may hold a line break
            return map(self._read, values)
        return usual
