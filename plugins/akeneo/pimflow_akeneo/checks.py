"""What the PIM would say about a value, found out before sending, in the product manager's words. No I/O."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pimflow import ProblemKind, RowProblem, Who, joined, said
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
_CORRECT = said("Correct it at the source.")
_WRITTEN_OTHERWISE = said("Correct it at the source; your administrator can set how it is read.")
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
        reason = said("the text has {number} characters; the PIM takes {most}", number=len(value), most=most)
        raise _bad(column, value, reason, said("Shorten it at the source."), kind=ProblemKind.TOO_LARGE)
    wanted = pattern(column)
    if wanted and not matches(wanted, value):
        raise _bad(column, value, _wanted(wanted), _CORRECT, detail=f"pattern {wanted}")
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
        raise _bad(column, value, said("which cannot be an identifier: {rule}", rule=rule), _CORRECT)
    return value


def broken_rule(text: str) -> str:
    """Tell the rule for identifiers and codes that a text breaks; empty where it keeps them all."""
    if _LINE_BREAK.search(text.strip()):
        return said("no line break")
    if _NO_IDENTIFIER.search(text):
        return said("no comma, semicolon, or space at either end")
    most = _LONGEST["identifier"]
    return said("no more than {most} characters", most=most) if len(text) > most else ""


def number(cell: Any, column: ValueColumn) -> Decimal:
    """Accept a number within the attribute's limits."""
    written = str(cell).strip()
    if isinstance(cell, bool) or not _NUMBER.fullmatch(written):
        raise _bad(column, cell, said("which is no number"), _WRITTEN_OTHERWISE, detail=_CONVERT)
    value = Decimal(written)
    if abs(value.adjusted()) >= _DIGITS:
        raise _bad(column, cell, said("the PIM keeps less than {number} digits", number=_DIGITS + 1), _CORRECT)
    _within(value, cell, column)
    return value


def _within(value: Decimal, cell: Any, column: ValueColumn) -> None:
    attribute = column.attribute
    if not attribute.decimals_allowed and value != value.to_integral_value():
        remedy = said("Round it at the source, or allow decimals there.")
        raise _bad(column, cell, said("the PIM takes whole numbers here"), remedy)
    if attribute.negative_allowed is False and value < 0:
        raise _bad(column, cell, said("the PIM takes no number below zero here"), _CORRECT)
    if attribute.number_min is not None and value < Decimal(attribute.number_min):
        raise _bad(column, cell, said("the PIM takes {least} or more", least=attribute.number_min), _CORRECT)
    if attribute.number_max is not None and value > Decimal(attribute.number_max):
        raise _bad(column, cell, said("the PIM takes {most} or less", most=attribute.number_max), _CORRECT)


def boolean(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> bool:
    """Accept true, false, 1 and 0."""
    value = _BOOLEANS.get(str(cell).strip().lower())
    if value is None:
        remedy = said("Give 1 or 0 at the source; your administrator can have other words translated.")
        reason = said("which is neither yes (1) nor no (0)")
        raise _bad(column, cell, reason, remedy, detail="`value_map` translates words")
    return value


def date(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> str:
    """Accept a day, as date or as text that begins with YYYY-MM-DD."""
    written = str(cell).strip()
    try:
        value = dt.datetime.fromisoformat(written if _DAY.match(written) else "").date().isoformat()
    except ValueError:
        reason = said("which is no date such as 2026-01-31")
        raise _bad(column, cell, reason, _WRITTEN_OTHERWISE, detail=_CONVERT) from None
    first, last = column.attribute.date_min, column.attribute.date_max
    if first and value < first[:10]:
        raise _bad(column, cell, said("the PIM takes no day before {day}", day=first[:10]), _CORRECT)
    if last and value > last[:10]:
        raise _bad(column, cell, said("the PIM takes no day after {day}", day=last[:10]), _CORRECT)
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
    hint = said("It has '{near}', which is spelled alike.", near=near) if near else ""
    remedy = joined([hint, said("Choose an option or create '{value}'; you decide once.", value=str(cell))])
    reason = said("the PIM has no such option")
    return _bad(column, cell, reason, remedy, kind=ProblemKind.REFERENCE, who=Who.PRODUCT_MANAGER)


def amount_and_unit(cell: Any, column: ValueColumn) -> tuple[Any, str]:
    """Split a measurement: a pair, `{"amount", "unit"}`, or text such as `500 GRAM`."""
    if isinstance(cell, Mapping):
        return cell.get("amount"), str(cell.get("unit") or "")
    if isinstance(cell, (list, tuple)) and len(cell) == 2:
        return cell[0], str(cell[1] or "")
    parts = _AMOUNT_UNIT.fullmatch(str(cell))
    if parts is None:
        remedy = said(
            "Give the unit in a column '{name}-unit', or behind the number as in '500 GRAM'.", name=column.whole
        )
        reason = said("the PIM needs a unit with it")
        raise _bad(column, cell, reason, remedy, kind=ProblemKind.MISSING, who=Who.ADMINISTRATOR)
    return parts[1], parts[2]


def unit(found: str, column: ValueColumn, vocabulary: Vocabulary) -> str:
    """Accept a unit of the attribute's measurement family, in any case."""
    family = column.attribute.metric_family or ""
    known = vocabulary.units(family)
    code = known.get(found.strip().lower())
    if code is None:
        units = ", ".join(sorted(known.values()))
        remedy = said("Give measurement family {family} units in the PIM.", family=family)
        if units:
            remedy = said("Map it to one of {units}.", units=units)
        reason = said("which is no unit of {family}", family=family)
        raise _bad(column, found, reason, remedy, kind=ProblemKind.REFERENCE, who=Who.ADMINISTRATOR)
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
    if words:
        return said("the PIM takes {words} here", words=words)
    return said("the PIM's rule for this attribute is {rule}", rule=wanted)
