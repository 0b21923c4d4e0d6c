"""In which unit the amounts of a column are: as the target has the same, as the column is called, or unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from pimflow.model import Field
from pimflow.outlook import Offer
from pimflow.suggesting.names import plain
from pimflow.suggesting.samples import Sample, compared

_SIGNS: Mapping[str, str] = {
    "mg": "MILLIGRAM",
    "g": "GRAM",
    "gr": "GRAM",
    "kg": "KILOGRAM",
    "lb": "POUND",
    "lbs": "POUND",
    "oz": "OUNCE",
    "mm": "MILLIMETER",
    "cm": "CENTIMETER",
    "m": "METER",
    "in": "INCH",
    "ft": "FEET",
    "ml": "MILLILITER",
    "cl": "CENTILITER",
    "l": "LITER",
    "w": "WATT",
    "kw": "KILOWATT",
    "v": "VOLT",
}
"""Signs that columns end with: the codes that Akeneo has for these units."""
_WORD = re.compile(r"[\W_]+")
_UNIT = re.compile("(uom|units?|unitname|uomname|einheit|unite)$")


def unit_of(one: Field, offer: Offer, sample: Sample) -> tuple[str, str]:
    """Give the unit for a column of amounts, and what there is to say about it."""
    there = _column(one, sample)
    told = f"{there} may hold the unit: then take the transform `units`" if there else ""
    if found := _beside(one, offer, sample):
        return found, "; ".join(filter(None, (f"the same amounts are in {found} there", told)))
    ending = plain(_WORD.split(one.name.strip(") "))[-1])
    named = _SIGNS.get(ending) or next((code for code in offer.units if plain(code) == ending), "")
    if named in offer.units:
        return named, f"its name says {named}"
    return offer.unit, told or f"look whether it is in {offer.unit}"


def _beside(one: Field, offer: Offer, sample: Sample) -> str:
    """Give the unit that most records of the target have whose amount is the same."""
    found = Counter(
        unit
        for at, values in sample.pairs
        if (unit := _unit(values.get(offer.column)))
        and compared(sample.rows[at].get(one.name)) == compared(values.get(offer.column))
    )
    return found.most_common(1)[0][0] if found else ""


def _unit(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("unit") or "")
    return str(value).partition(" ")[2] if value else ""


def _column(one: Field, sample: Sample) -> str:
    """Name the column with the unit of an amount: one that is called alike, as `weight_uom` beside `weight_net`."""
    first = plain(_WORD.split(one.name)[0])
    alike = (name for name in sample.fields if name != one.name and plain(name).startswith(first))
    return next((name for name in alike if _UNIT.search(plain(name))), "")
