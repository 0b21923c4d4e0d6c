"""What the PIM would say about a value, found out before sending, in the product manager's words. No I/O."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pimflow import ProblemKind, RowProblem, Who
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.patterns import in_words, matches
from pimflow_akeneo.spelling import CLOSE, alike

Codes = Mapping[str, str]
_LONGEST = {"text": 255, "identifier": 255, "textarea": 65535}
_BOOLEANS = {"1": True, "0": False, "true": True, "false": False}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_NO_IDENTIFIER = re.compile(r"[,;]|^\s|\s$")
_LINE_BREAK = re.compile(r"[\r\n]")
_DIGITS = 18
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_OTHERWISE = "Correct it at the source; your administrator can set how it is read."
_CONVERT = "`convert` tells how it is written"
_AMOUNT_UNIT = re.compile(r"\s*(\S+)\s+(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes that exist: each function gives lower-case form -> code, of an attribute or measurement family.

    `new_option` gives the code under which a missing option of an attribute will be made, None where none is made.
    """

    options: Callable[[str], Codes]
    units: Callable[[str], Codes]
    new_option: Callable[[str, str], str | None] = lambda _attribute, _text: None


def text(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> str:
    """Accept text that is not too long and follows the attribute's pattern; of a list its items with commas between."""
    cell = ", ".join(map(str, cell)) if isinstance(cell, list | tuple) else cell
    value = str(int(cell)) if isinstance(cell, bool) else str(cell)
    most = longest(column)
    if len(value) > most:
        reason = f"the text has {len(value)} characters; the PIM takes {most}"
        raise _bad(column, value, reason, "Shorten it at the source.", kind=ProblemKind.TOO_LARGE)
    wanted = pattern(column)
    if wanted and not matches(wanted, value):
        raise _bad(column, value, _wanted(wanted), "Correct it at the source.", detail=f"pattern {wanted}")
    return value


def longest(column: ValueColumn) -> int:
    """Give how many characters the PIM takes."""
    return column.attribute.max_characters or _LONGEST.get(column.attribute.kind, 65535)


def pattern(column: ValueColumn) -> str | None:
    """Give the pattern that texts have to follow; None for any text."""
    return column.attribute.validation_regexp if column.attribute.validation_rule == "regexp" else None


def identifier(cell: Any, column: ValueColumn, vocabulary: Vocabulary) -> str:
    """Accept text that can be an identifier."""
    value = text(cell, column, vocabulary)
    rule = broken_rule(value)
    if rule:
        raise _bad(column, value, f"which cannot be an identifier: {rule}", "Correct it at the source.")
    return value


def broken_rule(text: str) -> str:
    """Tell the rule for identifiers and codes that a text breaks; empty where it keeps them all."""
    if _LINE_BREAK.search(text.strip()):
        return "no line break"
    if _NO_IDENTIFIER.search(text):
        return "no comma, semicolon, or space at either end"
    return f"no more than {_LONGEST['identifier']} characters" if len(text) > _LONGEST["identifier"] else ""


def number(cell: Any, column: ValueColumn) -> Decimal:
    """Accept a number within the attribute's limits."""
    written = str(cell).strip()
    if isinstance(cell, bool) or not _NUMBER.fullmatch(written):
        raise _bad(column, cell, "which is no number", _WRITTEN_OTHERWISE, detail=_CONVERT)
    value = Decimal(written)
    if abs(value.adjusted()) >= _DIGITS:
        raise _bad(column, cell, f"the PIM keeps less than {_DIGITS + 1} digits", "Correct it at the source.")
    _within(value, cell, column)
    return value


def _within(value: Decimal, cell: Any, column: ValueColumn) -> None:
    attribute = column.attribute
    if not attribute.decimals_allowed and value != value.to_integral_value():
        raise _bad(column, cell, "the PIM takes whole numbers here", "Round it at the source, or allow decimals there.")
    if attribute.negative_allowed is False and value < 0:
        raise _bad(column, cell, "the PIM takes no number below zero here", "Correct it at the source.")
    if attribute.number_min is not None and value < Decimal(attribute.number_min):
        raise _bad(column, cell, f"the PIM takes {attribute.number_min} or more", "Correct it at the source.")
    if attribute.number_max is not None and value > Decimal(attribute.number_max):
        raise _bad(column, cell, f"the PIM takes {attribute.number_max} or less", "Correct it at the source.")


def boolean(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> bool:
    """Accept true, false, 1 and 0."""
    value = _BOOLEANS.get(str(cell).strip().lower())
    if value is None:
        remedy = "Give 1 or 0 at the source; your administrator can have other words translated."
        raise _bad(column, cell, "which is neither yes (1) nor no (0)", remedy, detail="`value_map` translates words")
    return value


def date(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> str:
    """Accept a day, as date or as text that begins with YYYY-MM-DD."""
    written = str(cell).strip()
    try:
        value = dt.datetime.fromisoformat(written if _DAY.match(written) else "").date().isoformat()
    except ValueError:
        raise _bad(column, cell, "which is no date such as 2026-01-31", _WRITTEN_OTHERWISE, detail=_CONVERT) from None
    first, last = column.attribute.date_min, column.attribute.date_max
    if first and value < first[:10]:
        raise _bad(column, cell, f"the PIM takes no day before {first[:10]}", "Correct it at the source.")
    if last and value > last[:10]:
        raise _bad(column, cell, f"the PIM takes no day after {last[:10]}", "Correct it at the source.")
    return value


def option(cell: Any, column: ValueColumn, vocabulary: Vocabulary) -> str:
    """Accept the code of an option, in any case."""
    known = vocabulary.options(column.attribute.code)
    found = known.get(str(cell).strip().lower()) or vocabulary.new_option(column.attribute.code, str(cell))
    if found is None:
        raise unknown_option(column, cell, known)
    return found


def options(cell: Any, column: ValueColumn, vocabulary: Vocabulary) -> list[str]:
    """Accept a list of option codes, or their text with commas between."""
    return sorted({option(one, column, vocabulary) for one in listed(cell)})


def unknown_option(column: ValueColumn, cell: Any, known: Codes) -> RowProblem:
    """Tell that the PIM lacks an option, and which one is spelled alike."""
    near = alike(str(cell).strip(), known.values(), CLOSE)
    hint = f"It has '{near}', which is spelled alike. " if near else ""
    remedy = f"{hint}Choose an option or create '{cell}'; you decide once."
    return _bad(column, cell, "the PIM has no such option", remedy, kind=ProblemKind.REFERENCE, who=Who.PRODUCT_MANAGER)


def amount_and_unit(cell: Any, column: ValueColumn) -> tuple[Any, str]:
    """Split a measurement: a pair, `{"amount", "unit"}`, or text such as `500 GRAM`."""
    if isinstance(cell, Mapping):
        return cell.get("amount"), str(cell.get("unit") or "")
    if isinstance(cell, (list, tuple)) and len(cell) == 2:
        return cell[0], str(cell[1] or "")
    parts = _AMOUNT_UNIT.fullmatch(str(cell))
    if parts is None:
        remedy = f"Give the unit in a column '{column.whole}-unit', or behind the number as in '500 GRAM'."
        reason = "the PIM needs a unit with it"
        raise _bad(column, cell, reason, remedy, kind=ProblemKind.MISSING, who=Who.ADMINISTRATOR)
    return parts[1], parts[2]


def unit(found: str, column: ValueColumn, vocabulary: Vocabulary) -> str:
    """Accept a unit of the attribute's measurement family, in any case."""
    family = column.attribute.metric_family or ""
    known = vocabulary.units(family)
    code = known.get(found.strip().lower())
    if code is None:
        units = ", ".join(sorted(known.values()))
        remedy = f"Map it to one of {units}." if units else f"Give measurement family {family} units in the PIM."
        raise _bad(
            column, found, f"which is no unit of {family}", remedy, kind=ProblemKind.REFERENCE, who=Who.ADMINISTRATOR
        )
    return code


def media(cell: Any, _column: ValueColumn, _vocabulary: Vocabulary) -> Any:
    """Leave the cell as it is: its file is looked for once the record is known to be good."""
    return cell


def code(cell: Any, _column: ValueColumn, _vocabulary: Vocabulary) -> str:
    """Accept a code that only the PIM can check."""
    return str(cell).strip()


def codes(cell: Any, _column: ValueColumn, _vocabulary: Vocabulary) -> list[str]:
    """Accept a list of codes that only the PIM can check, in its order."""
    return listed(cell)


def listed(cell: Any) -> list[str]:
    """Take a list as it is, text apart at its commas; blanks around the members and empty ones go."""
    members = cell if isinstance(cell, (list, tuple, set, frozenset)) else str(cell).split(",")
    return [text for member in members if (text := str(member).strip())]


def _bad(
    column: ValueColumn,
    value: Any,
    reason: str,
    remedy: str,
    *,
    kind: ProblemKind = ProblemKind.VALUE,
    who: Who = Who.SOURCE_TEAM,
    detail: str = "",
) -> RowProblem:
    return RowProblem(column.name, value, reason, kind=kind, remedy=remedy, who=who, detail=detail)


def _wanted(wanted: str) -> str:
    words = in_words(wanted)
    return f"the PIM takes {words} here" if words else f"the PIM's rule for this attribute is {wanted}"
