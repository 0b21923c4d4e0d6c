"""How numbers, booleans and dates are read from what a source wrote. Each reading raises ValueError with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pimflow import said
from pimflow_transforms.values import as_number, as_text, plain

DecimalSign = Literal["comma", "point"]
_USUAL = re.compile(r"(?:0|[1-9][0-9]*)(\.[0-9]+)?")
"""A number written as most are: what `plain` makes of it is seen without reading it."""
_USUAL_ONES = re.compile(r"(?:(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)?\n)*")
_ZEROS = re.compile(r"\.0+\n|(\.[0-9]*[1-9])0+\n")
_DAY = date(2026, 1, 31)
"""Shows how a day is written."""
_NOT_WHOLE = said("which is not a whole number")
_NEITHER = said("which means neither yes nor no")
_BLANKS = str.maketrans(
    {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
)


def read_number(decimal: DecimalSign, thousands: str | None) -> Callable[[Any], str]:
    """Read a number exactly; give it as text without exponent, sign of thousands and useless zeros."""
    exactly = _exact(decimal, thousands)

    def read(value: Any) -> str:
        if decimal == "point" and type(value) is str and (found := _USUAL.fullmatch(value)):
            return value.rstrip("0").rstrip(".") if found[1] else value
        return plain(exactly(value))

    return read


def usual_numbers(values: Iterable[str]) -> list[str] | None:
    """Give what `read_number` gives for numbers with a point that are all written as most are, or empty.

    None where one of them has to be looked at. Raises TypeError for what is no text.
    """
    text = "\n".join([*values, ""])
    if not _USUAL_ONES.fullmatch(text):
        return None
    return _ZEROS.sub(lambda found: (found[1] or "") + "\n", text).split("\n")[:-1]


def read_integer(decimal: DecimalSign, thousands: str | None) -> Callable[[Any], int]:
    """Read a whole number; `12.0` is one, `12.5` is not."""
    exactly = _exact(decimal, thousands)

    def read(value: Any) -> int:
        number = exactly(value)
        if number != number.to_integral_value():
            raise ValueError(_NOT_WHOLE)
        return int(number)

    return read


def _exact(decimal: DecimalSign, thousands: str | None) -> Callable[[Any], Decimal]:
    of_comma, of_point = said("which is not a number with a decimal comma"), said("which is not a number")
    no_number = of_comma if decimal == "comma" else of_point
    grouped = re.compile(rf"[+-]?[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+(?![0-9])") if thousands else None

    def exactly(value: Any) -> Decimal:
        if isinstance(value, str):
            text = value.translate(_BLANKS).strip()
            if grouped and thousands and (found := grouped.match(text)):
                text = found[0].replace(thousands, "") + text[found.end() :]
            if decimal == "comma":
                text = text.replace(".", "?").replace(",", ".")
        else:
            text = value
        number = as_number(text)
        if number is None:
            raise ValueError(no_number)
        return number

    return exactly


def read_boolean(true: Iterable[str], false: Iterable[str]) -> Callable[[Any], bool]:
    """Read yes or no, without regard to the case of letters."""
    meaning = {text.casefold(): True for text in true} | {text.casefold(): False for text in false}

    def read(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        try:
            return meaning[as_text(value).strip().casefold()]
        except KeyError:
            raise ValueError(_NEITHER) from None

    return read


def read_date(form: str | None) -> Callable[[Any], str]:
    """Read a day, by default in the ISO form; of a point in time the day as it is written."""
    no_date = said("which is not a date written as in {example}", example=_DAY.strftime(form or "%Y-%m-%d"))

    def read(value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()[:10]
        text = str(value).strip()
        try:
            if form:
                return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
            day = text[:10] if text[10:11] in {"T", " "} else text
            return date.fromisoformat(day).isoformat()
        except ValueError:
            raise ValueError(no_date) from None

    return read
