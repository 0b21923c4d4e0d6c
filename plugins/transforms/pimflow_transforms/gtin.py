"""The transform `gtin`: numbers of articles, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from pimflow import Expected, Header, Knows, RowStep, Transform, said
from pimflow_transforms.cells import changing, told
from pimflow_transforms.options import Rule
from pimflow_transforms.values import as_text, carrying

Digits = Annotated[
    Literal["any", "8", "12", "13", "14"],
    BeforeValidator(as_text, json_schema_input_type=Literal["any", 8, 12, 13, 14]),
]
_REMEDY = said("Correct it there; a number from the package is right.")
_ODD_LENGTH = said("which is no GTIN: that has 8, 12, 13 or 14 digits")


class GtinForm(Rule):
    """With how many digits a number is written."""

    short: ClassVar[str] = "digits"

    digits: Digits = Field("any", description="`any` as it is; else with zeros in front, or without those that it has.")

    def reading(self) -> Callable[[Any], str]:
        """Give the function that checks a number. It raises ValueError with the reason."""
        digits = self.digits

        def read(value: Any) -> str:
            number = _checked(as_text(value))
            if digits == "any":
                return number
            bare, wanted = number.lstrip("0"), int(digits)
            if len(bare) > wanted:
                raise ValueError(
                    said("which has {number} digits, and {wanted} are wanted", number=len(bare), wanted=wanted)
                )
            return bare.zfill(wanted)

        return read


def _checked(text: str) -> str:
    from stdnum import ean  # noqa: PLC0415 - with what it loads it takes a tenth of a second
    from stdnum.exceptions import InvalidChecksum, ValidationError  # noqa: PLC0415

    number = ean.compact(text)
    try:
        ean.validate(number)
    except InvalidChecksum:
        right = ean.calc_check_digit(number[:-1])
        raise ValueError(said("which is no GTIN: its last digit would be {digit}", digit=right)) from None
    except ValidationError:
        raise ValueError(_ODD_LENGTH) from None
    if not number.strip("0"):
        raise ValueError(said("which is no GTIN: it is nothing but zeros"))
    return number


class Gtin(Transform):
    """Checks GTINs (EAN, UPC): digits only, of a right length, with a right last digit. Blanks and dashes go."""

    type = "gtin"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, GtinForm] = Field(
        min_length=1, description="Column: `any`, or the number of digits to write it with: 8, 12, 13, 14."
    )

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there."""
        changes = {name: carrying(told(name, form.reading(), _REMEDY)) for name, form in self.columns.items()}
        return header, changing(header, changes)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know that texts come out."""
        return {**columns, **{name: Expected("text") for name in self.columns}}
