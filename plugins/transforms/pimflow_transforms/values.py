"""Cell values as transforms see them: what is empty, how a value reads as text, what is a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pimflow import BadValue

Change = Callable[[Any], Any]
"""From the value of a cell to another, or to a BadValue."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")


def is_empty(value: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return value is None or value == ""


def carrying(change: Change) -> Change:
    """Leave cells that are empty or already bad as they are."""

    def changed(value: Any) -> Any:
        if value is None or value == "" or isinstance(value, BadValue):
            return value
        return change(value)

    return changed


def as_text(value: Any) -> str:
    """Give a value as a person would write it: `true`, `12` also for 12.0, items of a list joined by commas."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            number = as_number(value)
            return str(value) if number is None else plain(number)
        case list() | tuple():
            return ",".join(map(as_text, value))
        case _:
            return str(value)


def as_number(value: Any) -> Decimal | None:
    """Give a number exactly as it is written, None for what is none; a decimal point, no thousands."""
    if isinstance(value, bool):
        return None
    text = str(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def plain(number: Decimal) -> str:
    """Write a number without an exponent and without useless zeros."""
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits
