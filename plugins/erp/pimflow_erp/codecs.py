"""Cells for an ERP -> canonical values -> what the ERP takes, and back. No I/O.

Canonical values: text, plain decimal text, true and false, `YYYY-MM-DD`, keys of options, sorted lists of keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from stdnum import ean, isan, isbn, isil, isin, ismn

from pimflow import ProblemKind, RowProblem, Who, said

_BOOLEANS = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}
_STANDARDS: Mapping[str, Any] = {
    "ean": ean, "isan": isan, "isbn": isbn, "isil": isil, "isin": isin, "ismn": ismn,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is written and read.

    `accept` makes the canonical value of a cell and raises ValueError, which continues "the source says '…', ", or
    RowProblem where more is to be told; `write` makes what the ERP takes of it, `read` makes it of what the ERP has.
    """

    accept: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


def _text(cell: Any) -> str:
    return str(cell)


def _number(cell: Any) -> str:
    try:
        value = Decimal(str(cell).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(cell, bool) or not value.is_finite():
        raise ValueError(said("which is no number"))
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _integer(cell: Any) -> str:
    value = _number(cell)
    if "." in value:
        raise ValueError(said("which is no whole number"))
    return value


def _boolean(cell: Any) -> bool:
    found = _BOOLEANS.get(str(cell).strip().lower())
    if found is None:
        raise ValueError(said("which is neither yes (1) nor no (0)"))
    return found


def _day(cell: Any) -> str:
    try:
        return dt.date.fromisoformat(str(cell).strip()[:10]).isoformat()
    except ValueError:
        raise ValueError(said("which is no date such as {example}", example="2026-01-31")) from None


TEXT = Codec(_text)
NUMBER = Codec(_number, Decimal, _number)
FLOAT = Codec(_number, float, _number)
INTEGER = Codec(_integer, int, _number)
BOOLEAN = Codec(_boolean, read=bool)
DAY = Codec(_day, dt.date.fromisoformat, lambda value: value.isoformat())


def selection(options: Mapping[str, str], title: str) -> Codec:
    """Make the codec of one of several keys; a label is taken for its key. `title` is what people call the ERP."""
    return Codec(lambda cell: _key(str(cell).strip(), options, title))


def several(options: Mapping[str, str], title: str) -> Codec:
    """Make the codec of some of several keys."""
    return Codec(lambda cell: sorted({_key(one, options, title) for one in listed(cell)}), read=sorted)


def identifier(kind: str) -> Codec:
    """Make the codec of an identifier such as `ean` or `isbn`; those with a check digit are checked."""
    standard, noun = _STANDARDS.get(kind), "GTIN" if kind == "ean" else kind.upper()

    def accept(cell: Any) -> str:
        code = str(cell).strip()
        if standard is not None and not standard.is_valid(code):
            raise ValueError(said("which is no {noun}: its length or check digit is wrong", noun=noun))
        return code

    return Codec(accept)


def listed(cell: Any) -> list[str]:
    """Read a list, or text with commas between."""
    parts = cell if isinstance(cell, list | tuple) else str(cell).split(",")
    return [text for part in parts if (text := str(part).strip())]


def labelled(cell: Any) -> str:
    """Read keys with labels, a mapping, a list or lines of `RED:Red`, and give lines; a key alone is its own label."""
    lines = [f"{key}:{label}" for key, label in cell.items()] if isinstance(cell, Mapping) else cell
    lines = lines if isinstance(lines, list | tuple) else str(lines).splitlines()
    pairs = [str(line).partition(":") for line in lines if str(line).strip()]
    return "\n".join(f"{key.strip()}:{label.strip() or key.strip()}" for key, _, label in pairs)


def absent(noun: str, value: str, title: str) -> RowProblem:
    """Tell that the ERP has no such record: `noun` is what it calls one."""
    remedy = said("Choose one that exists, or have it made in {title}; the value then goes by itself.", title=title)
    reason = said("{title} has no such {noun}", title=title, noun=said(noun))
    return RowProblem(None, value, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.PRODUCT_MANAGER)


def _key(text: str, options: Mapping[str, str], title: str) -> str:
    if text in options:
        return text
    key = next((key for key, label in options.items() if label == text), None)
    if key is None:
        if not options:
            raise ValueError(said("{title} knows: no value at all", title=title))
        raise ValueError(said("{title} knows: {names}", title=title, names=", ".join(options)))
    return key
