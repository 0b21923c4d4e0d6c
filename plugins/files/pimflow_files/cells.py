"""Values of product data as text in a cell, and back."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator

DecimalSign = Literal["comma", "point"]
SIGNS: Mapping[DecimalSign, str] = {"comma": ",", "point": "."}

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")


def _one_sign(text: str) -> str:
    sign = "\t" if text in {"tab", "\\t"} else text
    if len(sign) != 1 or sign in '\r\n"':
        raise ValueError('expected one character such as ";" or ",", or the word tab')
    return sign


Delimiter = Annotated[str, AfterValidator(_one_sign)]
"""One character, or the word `tab`."""


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"encoding {name!r} is not known; usual ones are utf-8, cp1252 and utf-16") from None
    return codecs.lookup(name).name


Encoding = Annotated[str, AfterValidator(_known_encoding)]
"""The name of a text encoding, in Python's own spelling."""


def plain_number(text: str, decimal: DecimalSign) -> str | None:
    """Give a number as canonical text (`-12.5`: a point, no exponent, no useless zeros), None if it is none.

    With a decimal comma a point is no part of a number: "1.234" would be read as two different numbers.
    """
    compact = text.strip()
    if decimal == "comma":
        compact = compact.replace(".", "?").replace(",", ".")
    if not _NUMBER.fullmatch(compact):
        return None
    digits = format(Decimal(compact), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits


def as_cell(value: Any, decimal: DecimalSign) -> str:
    """Write one value in the form of Akeneo's own CSV files.

    Booleans are 1 and 0, items of a list are joined by a comma, an amount is followed by its unit or currency
    (`12 KILOGRAM`, `12.50 EUR, 14 USD`); any other nested value is JSON.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "1" if value else "0"
        case int() | float() | Decimal():
            return number_cell(value, decimal)
        case date():
            return value.isoformat()
        case _:
            return _nested_cell(value, decimal)


def number_cell(value: float | Decimal | str, decimal: DecimalSign) -> str:
    """Write a number with the decimal sign of the file; text that is no number is left as it is."""
    plain = plain_number(str(value), "point")
    return str(value) if plain is None else plain.replace(".", SIGNS[decimal])


def _nested_cell(value: Any, decimal: DecimalSign) -> str:
    items = value if isinstance(value, list | tuple) else [value]
    amounts = [_amount_cell(item, decimal) for item in items]
    if items and all(amounts):
        return ", ".join(filter(None, amounts))
    if any(isinstance(item, dict | list | tuple) for item in items):
        return orjson.dumps(value, default=str).decode()
    return ",".join(as_cell(item, decimal) for item in items)


def _amount_cell(value: Any, decimal: DecimalSign) -> str | None:
    match value:
        case {"amount": amount, "unit": unit, **rest} | {"amount": amount, "currency": unit, **rest} if not rest:
            return f"{number_cell(amount, decimal)} {unit}"
    return None
