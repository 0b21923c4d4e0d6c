"""Measurements converted to the standard unit of their family."""

from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox.collection import Record


def in_standard_unit(family: Record, unit: str, amount: Any) -> Decimal:
    """Return the amount in the standard unit: despite their name, the operations go from the unit to it."""
    number = Decimal(str(amount).strip())
    found = family["units"].get(unit)
    for step in found["convert_from_standard"] if found else ():
        by = Decimal(str(step["value"]))
        if step["operator"] == "mul":
            number *= by
        elif step["operator"] == "div":
            number /= by
        elif step["operator"] == "add":
            number += by
        else:
            number -= by
    return number
