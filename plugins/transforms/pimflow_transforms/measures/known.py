"""The units of Akeneo's measurement families, and how others write them.

`units.csv` has Akeneo's code, pint's name, and the codes of UN/ECE Recommendation 20, SAP, Odoo and ERPNext; units
without a code of Akeneo can be converted into one that has.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pint import Unit, UnitRegistry
from pint.errors import PintError

from pimflow import said


class Units:
    """Units by their names in one system."""

    def __init__(self, codes: str | None) -> None:
        self._registry = _registry()
        lines = _lines()
        self._akeneo: dict[Unit, str] = {}
        self._by_code: dict[str, Unit] = {}
        self._by_akeneo: dict[str, list[Unit]] = {}
        for line in lines:
            unit = self._registry.parse_units(line["pint"])
            for code in line[codes].split("|") if codes else ():
                self._by_code[code] = unit
            if line["akeneo"]:
                self._akeneo[unit] = line["akeneo"]
                self._by_akeneo.setdefault(line["akeneo"], []).append(unit)

    def named(self, text: str) -> list[Unit]:
        """Give what a unit can be by its code, Akeneo's code, or its name or symbol; `OUNCE` is of weight or volume.

        Raises ValueError for one that nobody knows.
        """
        text = text.strip()
        if text in self._by_code:
            return [self._by_code[text]]
        if text.upper() in self._by_akeneo:
            return self._by_akeneo[text.upper()]
        for name in _names(text):
            with suppress(PintError, ValueError):
                unit = self._registry.parse_units(name)
                if unit in self._akeneo or self._converts(unit):
                    return [unit]
        raise ValueError(said("whose unit {unit!r} is not known", unit=text))

    def code(self, unit: Unit) -> str:
        """Give the code that Akeneo has for a unit. Raises ValueError where it has none."""
        code = self._akeneo.get(unit)
        if code is None:
            code = next((code for known, code in self._akeneo.items() if self._same(known, unit)), None)
        if code is None:
            raise ValueError(said("whose unit {unit} Akeneo does not have", unit=str(unit)))
        return code

    def converted(self, amount: Decimal, unit: Unit, to: Unit) -> Decimal:
        """Give the amount in another unit. Raises ValueError where one measures something else."""
        try:
            found: Decimal = self._registry.Quantity(amount, unit).to(to).magnitude
        except PintError:
            raise ValueError(
                said("whose unit {unit} cannot become {to}: they measure different things", unit=str(unit), to=str(to))
            ) from None
        return found

    def _converts(self, unit: Unit) -> bool:
        """Tell whether amounts can be converted exactly: those of logarithms, such as dBm, cannot."""
        try:
            self._registry.Quantity(Decimal(1), unit).to_base_units()
        except (PintError, TypeError):
            return False
        return True

    def _same(self, one: Unit, other: Unit) -> bool:
        if one.dimensionality != other.dimensionality or not other.dimensionality:
            return False
        quantity = self._registry.Quantity
        return all(abs(quantity(n, one).to(other).magnitude - n) < Decimal("1e-9") for n in (Decimal(1), Decimal(2)))


_LETTER = "A-Za-z_°%‰µÀ-ÖØ-öø-ÿħΑ-ΡΣ-ωϵℓℎΩÅ"
_FACTOR = rf"[{_LETTER}][{_LETTER}0-9]{{0,40}}(?: ?(?:\*\*|\^) ?-?[1-9]|⁻?[¹²³⁴-⁹])?"
_UNIT = re.compile(rf"{_FACTOR}(?:(?: ?[*/·] ?| ){_FACTOR}){{0,5}}")
"""What pint is asked for. It reads other text as Python does: raises whatever comes, or works `m**9**9**9` out."""
_POWER = re.compile(r"(?<=[A-Za-z])([23])$")


def _names(text: str) -> Iterator[str]:
    """Give how pint may know a unit: `m2` is m², and no unit begins with a digit."""
    name = _POWER.sub(r"**\1", " ".join(text.split()))
    if _UNIT.fullmatch(name):
        yield from (name, name.lower())


@cache
def _registry() -> UnitRegistry[Decimal]:
    """Make pint's registry, in which pieces are no plain numbers."""
    registry: UnitRegistry[Decimal] = UnitRegistry(non_int_type=Decimal)
    registry.define("piece = [piece]")
    registry.define("dozen_pieces = 12 * piece")
    return registry


@cache
def _lines() -> tuple[Mapping[str, str], ...]:
    text = (files(__package__) / "units.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
