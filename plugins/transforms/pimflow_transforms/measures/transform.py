"""The transform `units`: amounts with the codes that Akeneo has for their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from pimflow import BadValue, Expected, Header, Knows, Problem, Row, RowStep, Transform, Who, said, said_by
from pimflow_transforms.cells import first_bad, making
from pimflow_transforms.options import Rule, positions
from pimflow_transforms.values import as_number, as_text, is_empty, plain

if TYPE_CHECKING:
    from pint import Unit

    from pimflow_transforms.measures.known import Units

Codes = Literal["un_ece", "sap", "odoo", "erpnext"]
_REMEDY = said(
    "Correct the unit there, or say in the pipeline whose codes these are (`codes`), or what they become (`to`)."
)

_NO_NUMBER = said("which is not a number")
_CORRECT = said("Correct it there.")


class NoAmountError(ValueError):
    """An amount that is no number: its unit is not to blame."""


class Measure(Rule):
    """Where the unit of an amount stands, and which one it becomes."""

    short: ClassVar[str] = "unit_from"

    unit_from: str | None = Field(None, description="The column with the unit.")
    unit: str | None = Field(None, description="The unit of all amounts, where no column has one.")
    codes: Codes | None = Field(
        None, description="Whose codes the units are: `un_ece` (Recommendation 20), `sap`, `odoo`, `erpnext`."
    )
    to: str | None = Field(None, description="Akeneo's code of the unit that amounts are converted to, as KILOGRAM.")
    decimals: int = Field(6, ge=0, le=12, description="Decimals that a converted amount keeps.")

    @field_validator("to")
    @classmethod
    def _is_known(cls, to: str | None) -> str | None:
        if to is not None:
            units = _units(None)
            try:
                units.code(units.named(to)[0])
            except ValueError as error:
                raise ValueError(str(error).removeprefix("whose ")) from None
        return to

    @model_validator(mode="after")
    def _one_unit(self) -> Measure:
        if (self.unit_from is None) == (self.unit is None):
            raise ValueError("expected either `unit_from: COLUMN` or `unit: UNIT`")
        if self.unit is not None:
            try:
                self.reading()(1, self.unit)
            except ValueError as error:
                raise ValueError(str(error).removeprefix("whose ")) from None
        return self

    def reading(self) -> Callable[[Any, Any], str]:
        """Give the function from amount and unit to text such as `12.5 KILOGRAM`. It raises ValueError."""
        units = _units(self.codes)
        target = units.named(self.to) if self.to else []
        known: dict[str, tuple[list[Unit], str]] = {}

        def read(amount: Any, unit: Any) -> str:
            number = as_number(amount)
            if number is None:
                raise NoAmountError(_NO_NUMBER)
            name = as_text(unit).strip()
            if not name:
                raise ValueError(said("which has no unit"))
            if name not in known:
                known[name] = _resolved(units, name, target)
            (origin, *to), code = known[name]
            if to:
                number = round(units.converted(number, origin, to[0]), self.decimals)
            return f"{plain(number)} {code}"

        return read


def _units(codes: Codes | None) -> Units:
    from pimflow_transforms.measures.known import Units  # noqa: PLC0415 - pint is loaded where units are used

    return Units(codes)


def _resolved(units: Units, name: str, target: Sequence[Unit]) -> tuple[list[Unit], str]:
    """Give the unit, with that which it becomes where that is another, and Akeneo's code."""
    found = units.named(name)
    if not target:
        return found[:1], units.code(found[0])
    for one in found:
        for to in target:
            if one.is_compatible_with(to):
                return ([one] if one == to else [one, to]), units.code(to)
    units.converted(Decimal(1), found[0], target[0])
    raise ValueError(said("whose unit {unit!r} cannot become {to}", unit=name, to=str(target[0])))


class MeasureUnits(Transform):
    """Writes units behind amounts, with Akeneo's codes: `12.5` and `KGM` become `12.5 KILOGRAM`.

    Units are codes of an ERP's list, or names and symbols such as `kg`. With `to` amounts are converted.
    """

    type = "units"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Measure] = Field(
        min_length=1, description="Column of amounts: the column with their unit, or a mapping of options."
    )

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there."""
        origins = [one.unit_from for one in self.columns.values() if one.unit_from is not None]
        positions([*self.columns, *origins], header)
        return making(header, {name: _measured(header, name, one) for name, one in self.columns.items()})

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know the unit where there is one for all."""
        return {**columns, **{name: Expected(unit=one.to or "") for name, one in self.columns.items()}}

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the column of amounts, and that of their units."""
        measure = self.columns.get(column)
        own = super().made_from(column, header)
        return (*own, measure.unit_from) if measure is not None and measure.unit_from is not None else own


def _measured(header: Header, name: str, measure: Measure) -> Callable[[Row], Any]:
    read, at = measure.reading(), header.index(name)
    unit_at = None if measure.unit_from is None else header.index(measure.unit_from)

    def measured(row: Row) -> Any:
        amount = row[at]
        bad = first_bad(row, [at] if unit_at is None else [at, unit_at])
        if bad is not None or is_empty(amount):
            return amount if bad is None else bad
        try:
            return read(amount, measure.unit if unit_at is None else row[unit_at])
        except NoAmountError as error:
            return BadValue(Problem(said_by(error), field=name, value=amount, remedy=_CORRECT))
        except ValueError as error:
            return BadValue(Problem(said_by(error), field=name, value=amount, remedy=_REMEDY, who=Who.ADMINISTRATOR))

    return measured
