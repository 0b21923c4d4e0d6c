"""What ERPNext refused -> problems in the words of those who mend them. No calls."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pimflow import Problem, ProblemKind, Who
from pimflow_erpnext.answers import TITLE, TOO_LARGE, RefusedError, raised

STALE = "TimestampMismatchError"
DEADLOCK = "QueryDeadlockError"
"""Takes back all that its call wrote before, without a word about it."""
PASSING = frozenset({STALE, DEADLOCK, "QueryTimeoutError"})
"""What another try can mend."""
FORBIDDEN = "PermissionError"
GROUP = "Map `item_group`, or give the target a `default_group`."
_FILL = "Map it, or fill it in the source."
_NEEDED = frozenset({"item_code", "item_name", "item_group", "stock_uom", "barcode"})
"""Fields that people know by their names."""
_CORRECT = "Correct it in the source; it will then arrive by itself."
_BARCODE = re.compile(r"Barcode (?P<code>\S+) already used in Item (?P<item>.+?)\.?$")
_TWIN = re.compile(r"Item variant (?P<item>.+) exists with same attributes")
_UNIQUE = re.compile(r"Duplicate entry '(?P<value>.*)' for key '(?:\w+\.)?(?P<key>\w+)'")
_LONG = re.compile(r"'(?P<label>.+?)' \((?P<value>.*)\) will get truncated, as max characters allowed is (?P<most>\d+)")
_ROOM = re.compile(r"Data too long for column '(?P<field>\w+)'")
_RECORD = re.compile(r"^(?:Error: )?\[[^\]]*\]: ")


def told(error: RefusedError) -> Problem:
    """Tell why one document was refused."""
    return problem(error.type, error.said, error.detail)


def of_trace(trace: str) -> Problem:
    """Tell why one document of several was refused: ERPNext gives a traceback then."""
    error_type, said = raised(trace)
    detail = f"{error_type}: {said}"
    return busy(error_type, detail) if error_type in PASSING else problem(error_type, said, detail)


def problem(error_type: str, said: str, detail: str) -> Problem:
    """Tell a refusal by its type, else in ERPNext's words."""
    taken, twin, unique = _BARCODE.search(said), _TWIN.search(said), _UNIQUE.search(said)
    if taken:
        return Problem(
            f"which item {taken['item']} has already in {TITLE}",
            ProblemKind.DUPLICATE,
            "ean",
            taken["code"],
            "Correct the GTIN here, or have it corrected there; the product then goes by itself.",
            Who.PRODUCT_MANAGER,
            detail,
        )
    if twin:
        return Problem(
            f"variant {twin['item']} of the same template has the same attributes",
            ProblemKind.DUPLICATE,
            remedy="Decide with the ERP team which one is right.",
            who=Who.PRODUCT_MANAGER,
            detail=detail,
        )
    if unique and unique["key"] != "PRIMARY":
        reason, remedy = f"which another item has already in {TITLE}", "Decide which of the two it belongs to."
        value = unique["value"]
        return Problem(reason, ProblemKind.DUPLICATE, unique["key"], value, remedy, Who.PRODUCT_MANAGER, detail)
    if error_type == "MandatoryError":
        return _lacking_field(said.rpartition(": ")[2], detail)
    long = _LONG.search(said) or _ROOM.search(said)
    if long or error_type == TOO_LARGE:
        return _too_long(said, long.groupdict() if long else {}, detail)
    words = _RECORD.sub("", said).rstrip(".") or error_type
    kind = ProblemKind.REFERENCE if error_type == "LinkValidationError" else ProblemKind.VALUE
    return Problem(f"{TITLE} says: {words}", kind, remedy=_CORRECT, who=Who.PRODUCT_MANAGER, detail=detail)


def busy(error_type: str, detail: str = "") -> Problem:
    """Tell that others were at the same record at the same moment."""
    reason = f"{TITLE} was busy with it for others"
    if error_type == STALE:
        reason = f"somebody changed it in {TITLE} at the same moment"
    remedy = "It is sent again with the next run."
    return Problem(reason, ProblemKind.CONNECTION, remedy=remedy, who=Who.ADMINISTRATOR, detail=detail)


def _lacking_field(name: str, detail: str) -> Problem:
    """Tell that a field is empty that must not be: its label is told to those who make a document, else its name."""
    if name.lower().replace(" ", "_") in _NEEDED:
        return lacking(name.lower().replace("_", " "), detail)
    reason = f"{TITLE} needs a value in {name!r}, and this one has none"
    return Problem(reason, ProblemKind.MISSING, remedy=_FILL, who=Who.ADMINISTRATOR, detail=detail)


def _too_long(said: str, told: Mapping[str, str], detail: str) -> Problem:
    reason = said
    if "most" in told:
        reason = f"{told['label']!r} has {len(told['value'])} characters; {TITLE} takes {told['most']}"
    elif told:
        reason = f"its {told['field'].replace('_', ' ')} is longer than {TITLE} can store"
    remedy = "Shorten it in the source; it will then arrive by itself."
    return Problem(reason, ProblemKind.TOO_LARGE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=detail)


def lacking(what: str, detail: str = "", *, remedy: str = _FILL) -> Problem:
    """Tell that a new document lacks what none can be without."""
    article = "an" if what[:1] in "aeiou" else "a"
    return Problem(
        f"{TITLE} needs {article} {what}, and this one has none",
        ProblemKind.MISSING,
        remedy=remedy,
        who=Who.ADMINISTRATOR,
        detail=detail,
    )


def settled_once(column: str, value: object) -> Problem:
    """Tell that a value is given at the creation and would be another one now."""
    return Problem(
        f"{TITLE} has another one, and it cannot be changed once the record is made",
        ProblemKind.VALUE,
        column,
        value,
        "Correct it in the source, or disable the record in ERPNext and have it made anew.",
        Who.SOURCE_TEAM,
    )
