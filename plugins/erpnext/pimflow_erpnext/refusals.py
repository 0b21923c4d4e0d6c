"""What ERPNext refused -> problems in the words of those who mend them. No calls."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pimflow import Problem, ProblemKind, Who, said
from pimflow_erpnext.answers import TITLE, TOO_LARGE, TOO_LONG, RefusedError, raised

STALE = "TimestampMismatchError"
DEADLOCK = "QueryDeadlockError"
"""Takes back all that its call wrote before, without a word about it."""
PASSING = frozenset({STALE, DEADLOCK, "QueryTimeoutError"})
"""What another try can mend."""
FORBIDDEN = "PermissionError"
GROUP = said("Map `item_group`, or give the target a `default_group`.")
_FILL = said("Map it, or fill it in the source.")
_NEEDED: Mapping[str, str] = {
    "item_code": said("item code"),
    "item_name": said("item name"),
    "item_group": said("item group"),
    "stock_uom": said("stock uom"),
    "barcode": said("barcode"),
}
"""Fields that people know by their names."""
_CORRECT = said("Correct it in the source; it will then arrive by itself.")
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
    error_type, text = raised(trace)
    detail = f"{error_type}: {text}"
    return busy(error_type, detail) if error_type in PASSING else problem(error_type, text, detail)


def problem(error_type: str, text: str, detail: str) -> Problem:
    """Tell a refusal by its type, else in ERPNext's words."""
    taken, twin, unique = _BARCODE.search(text), _TWIN.search(text), _UNIQUE.search(text)
    if taken:
        return Problem(
            said("which item {item} has already in {title}", item=taken["item"], title=TITLE),
            ProblemKind.DUPLICATE,
            "ean",
            taken["code"],
            said("Correct the GTIN here, or have it corrected there; the product then goes by itself."),
            Who.PRODUCT_MANAGER,
            detail,
        )
    if twin:
        return Problem(
            said("variant {code} of the same template has the same attributes", code=twin["item"]),
            ProblemKind.DUPLICATE,
            remedy=said("Decide with the ERP team which one is right."),
            who=Who.PRODUCT_MANAGER,
            detail=detail,
        )
    if unique and unique["key"] != "PRIMARY":
        reason = said("which another item has already in {title}", title=TITLE)
        remedy = said("Decide which of the two it belongs to.")
        value = unique["value"]
        return Problem(reason, ProblemKind.DUPLICATE, unique["key"], value, remedy, Who.PRODUCT_MANAGER, detail)
    if error_type == "MandatoryError":
        return _lacking_field(text.rpartition(": ")[2], detail)
    long = _LONG.search(text) or _ROOM.search(text)
    if long or error_type == TOO_LARGE:
        return _too_long(long.groupdict() if long else {}, detail)
    words = _RECORD.sub("", text).rstrip(".") or error_type
    reason = said("{title} says: {words}", title=TITLE, words=text if words == text else words)
    kind = ProblemKind.REFERENCE if error_type == "LinkValidationError" else ProblemKind.VALUE
    return Problem(reason, kind, remedy=_CORRECT, who=Who.PRODUCT_MANAGER, detail=detail)


def busy(error_type: str, detail: str = "") -> Problem:
    """Tell that others were at the same record at the same moment."""
    reason = said("{title} was busy with it for others", title=TITLE)
    if error_type == STALE:
        reason = said("somebody changed it in {title} at the same moment", title=TITLE)
    remedy = said("It is sent again with the next run.")
    return Problem(reason, ProblemKind.CONNECTION, remedy=remedy, who=Who.ADMINISTRATOR, detail=detail)


def _lacking_field(name: str, detail: str) -> Problem:
    """Tell that a field is empty that must not be: its label is told to those who make a document, else its name."""
    known = _NEEDED.get(name.lower().replace(" ", "_"))
    if known is not None:
        return lacking(known, detail)
    reason = said("{title} needs a value in {name!r}, and this one has none", title=TITLE, name=name)
    return Problem(reason, ProblemKind.MISSING, remedy=_FILL, who=Who.ADMINISTRATOR, detail=detail)


def _too_long(told: Mapping[str, str], detail: str) -> Problem:
    reason = TOO_LONG
    if "most" in told:
        reason = said(
            "{name!r} has {number} characters; {title} takes {most}",
            name=told["label"],
            number=len(told["value"]),
            title=TITLE,
            most=told["most"],
        )
    elif told:
        reason = said("its {name} is longer than {title} can store", name=told["field"].replace("_", " "), title=TITLE)
    remedy = said("Shorten it in the source; it will then arrive by itself.")
    return Problem(reason, ProblemKind.TOO_LARGE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=detail)


def lacking(what: str, detail: str = "", *, remedy: str = _FILL) -> Problem:
    """Tell that a new document lacks what none can be without."""
    if what[:1] in "aeiou":
        reason = said("{title} needs an {what}, and this one has none", title=TITLE, what=what)
    else:
        reason = said("{title} needs a {what}, and this one has none", title=TITLE, what=what)
    return Problem(
        reason,
        ProblemKind.MISSING,
        remedy=remedy,
        who=Who.ADMINISTRATOR,
        detail=detail,
    )


def settled_once(column: str, value: object) -> Problem:
    """Tell that a value is given at the creation and would be another one now."""
    return Problem(
        said("{title} has another one, and it cannot be changed once the record is made", title=TITLE),
        ProblemKind.VALUE,
        column,
        value,
        said("Correct it in the source, or disable the record in ERPNext and have it made anew."),
        Who.SOURCE_TEAM,
    )
