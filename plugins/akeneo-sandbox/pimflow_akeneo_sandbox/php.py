"""How PHP sees decoded JSON: the PIM's messages name PHP types and follow PHP's idea of a number."""

import math
import re
from typing import Any

LARGEST_ROUNDED = 1e16
NUMERIC = re.compile(r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$")


def type_name(value: Any) -> str:
    """Return the name that PHP's gettype gives: NULL, boolean, integer, double, string, array."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "double"
    return "string" if isinstance(value, str) else "array"


def is_array(value: Any) -> bool:
    """Whether it is a PHP array: a JSON list or object."""
    return isinstance(value, (list, dict))


def is_index(key: str) -> bool:
    """Whether PHP makes an integer of this key of an array."""
    return bool(re.fullmatch(r"0|-?[1-9]\d{0,17}", key))


def is_scalar(value: Any) -> bool:
    """Whether it is a string, number or boolean (null is none)."""
    return isinstance(value, (str, int, float))


def is_number(value: Any) -> bool:
    """Whether it is an integer or float, not a boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_numeric(value: Any) -> bool:
    """Whether it is a number or a string that reads as one."""
    return is_number(value) or (isinstance(value, str) and bool(NUMERIC.match(value)))


def rounded(value: float, places: int) -> float:
    """Return what PHP 8.4's round makes of a float: amounts near 1e12 with four decimals show the difference."""
    exponent = float(10**places)
    if abs(value * exponent) >= LARGEST_ROUNDED:
        return value
    whole = math.trunc(value * exponent)
    edge = (whole + math.copysign(0.5, value)) / exponent
    return (float(whole) + (math.copysign(1.0, value) if abs(value) >= abs(edge) else 0.0)) / exponent


def items_of(value: Any) -> list[Any]:
    """Return the members of a PHP array, whatever its keys."""
    return list(value.values()) if isinstance(value, dict) else list(value)


def to_text(value: Any) -> str:
    """Return the string that PHP makes of a scalar in a message."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
