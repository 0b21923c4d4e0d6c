"""What the PIM's answer to one line means: a status, problems in plain words, and values to leave out. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from pimflow import Problem, ProblemKind, Status, Who
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.columns import Association, Column, ValueColumn
from pimflow_akeneo.kinds import PRODUCTS, Kind

_HINT = re.compile(r"\s*Check the (expected|standard) format (on the API )?documentation\.?")
_PROPERTY = re.compile(r"^Property [\"'`“](\w+)[\"'`”]")
_ATTRIBUTE = re.compile(r"\b(\w+) attribute\b|(?:Property|[Aa]ttribute) [\"'`“](\w+)[\"'`”]")
_GIVEN = re.compile(r"[\"“]([^\"”]*)[\"”] given")
_ABSENT = re.compile(r"(does not|do not|don.t) exist|not found|expects a valid|can only associate", re.IGNORECASE)
_TAKEN = re.compile(r"\balready\b|\bsame\b", re.IGNORECASE)
_SIBLING = re.compile(r"as the .*?[\"“]([^\"”]+)[\"”] already has")
_TAKEN_VALUE = "another product in the PIM already has this value"
_CHANGE_ONE = "Decide with the product manager which of the two is right, and change the other."
_CORRECT = "Correct it at the source or in the mapping; it will then arrive by itself."


@dataclass(frozen=True, slots=True)
class Verdict:
    """`left_out` names columns to leave out before the line is sent again; `status` holds where it is not.

    `instead` gives lists of which only some members have to be left out: what to send in their place.

    Where both are there and the status is WAITING, the record goes now and these columns follow another time.
    """

    status: Status
    problems: tuple[Problem, ...] = ()
    left_out: frozenset[str] = frozenset()
    instead: Mapping[str, list[Any]] = field(default_factory=dict)

    @property
    def sent_again(self) -> bool:
        """Tell whether the line can go with less in it."""
        return bool(self.left_out or self.instead)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How to tell that a property was refused for something that is missing in the PIM."""

    status: Status
    reason: str
    remedy: str
    who: Who = Who.PRODUCT_MANAGER


_MISSING: Mapping[str, Refusal] = {
    "parent": Refusal(
        Status.WAITING, "the PIM has no such product model", "It goes by itself once that product model is there."
    ),
    "categories": Refusal(
        Status.WAITING,
        "the PIM has no such category",
        "Create the category in the PIM, or map the value to one that exists.",
    ),
    "associations": Refusal(
        Status.WAITING,
        "the PIM does not have what it should be associated with",
        "It goes by itself once the associated product is there.",
    ),
    "quantified_associations": Refusal(
        Status.WAITING,
        "the PIM does not have what it should be associated with",
        "It goes by itself once the associated product is there.",
    ),
    "family": Refusal(
        Status.REFUSED, "the PIM has no such family", "Create the family, or map the value to one that exists."
    ),
    "groups": Refusal(
        Status.REFUSED, "the PIM has no such group", "Create the group in the PIM, or map the value to one that exists."
    ),
}

_ASSOCIATIONS = frozenset({"associations", "quantified_associations"})
_ABSENT_BY_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^The (.+) category does not exist"), "categories"),
    (re.compile(r"^The (.+) family does not exist"), "family"),
    (re.compile(r"^The (.+) group does not exist"), "groups"),
    (re.compile(r"^The given product model \"(.+)\" does not exist"), "parent"),
    (re.compile(r"\bThe ((?:(?!The ).)+?) product(?: model)? does not exist"), "associations"),
)
"""Some errors name what is missing in their text only: pattern with the missing code -> property."""

_STATUSES: Mapping[int, tuple[Status, ProblemKind, str, str]] = {
    403: (
        Status.REFUSED,
        ProblemKind.PERMISSION,
        "the user of the connection may not edit this product",
        "Your administrator can grant the right to edit its category.",
    ),
    413: (
        Status.REFUSED,
        ProblemKind.TOO_LARGE,
        "the record is larger than the PIM takes, 1,000,000 characters",
        "Shorten its longest texts.",
    ),
}


def judge(
    answer: Answer | None,
    payload: Mapping[str, Any],
    parse: Callable[[str], Column],
    kind: Kind = PRODUCTS,  # noqa: ARG001
    *,
    one_by_one: bool = True,
) -> Verdict:
    """Understand the answer to one line that carried `payload`.

    `one_by_one`: of associations only the members that the PIM lacks are left out, not all of them.
    """
    if answer is None:
        return Verdict(
            Status.UNKNOWN, (_plain("the PIM gave no answer for this record", "It is sent again next time."),)
        )
    if answer.status < 300:
        return Verdict(Status.CREATED if answer.status == 201 else Status.UPDATED)
    if answer.status == 429 or answer.status >= 500:
        problem = _plain(f"the PIM failed at this record: {answer.message}", "It is sent again next time.")
        return Verdict(Status.FAILED, (problem,))
    if answer.status in _STATUSES:
        status, problem_kind, reason, remedy = _STATUSES[answer.status]
        return Verdict(
            status, (Problem(reason, problem_kind, remedy=remedy, who=Who.ADMINISTRATOR, detail=answer.message),)
        )
    return _refused(answer, payload, parse, one_by_one=one_by_one)


def _refused(
    answer: Answer, payload: Mapping[str, Any], parse: Callable[[str], Column], *, one_by_one: bool
) -> Verdict:
    columns = {name: parse(name) for name in payload}
    errors = answer.errors or ({"message": answer.message},)
    found = [(error, _named(error, columns)) for error in errors]
    if all(names for _, names in found):
        told = tuple(_value_problem(error, names[0], payload) for error, names in found)
        return Verdict(Status.REFUSED, told, frozenset(name for _, names in found for name in names))
    return _of_record([error for error, names in found if not names], payload, columns, one_by_one=one_by_one)


def _of_record(
    errors: list[Mapping[str, Any]], payload: Mapping[str, Any], columns: Mapping[str, Column], *, one_by_one: bool
) -> Verdict:
    """Judge errors that leaving values out does not mend; only associations can follow later than the record."""
    absent = [_absent(error) for error in errors]
    told = tuple(
        absent_problem(*found, payload) if found else _refusal(error, payload)
        for error, found in zip(errors, absent, strict=True)
    )
    waiting = all(found and _MISSING[found[0]].status is Status.WAITING for found in absent)
    if not waiting or not all(found and found[0] in _ASSOCIATIONS for found in absent):
        return Verdict(Status.WAITING if waiting else Status.REFUSED, told)
    later = {name: payload[name] or [] for name, column in columns.items() if isinstance(column, Association)}
    lacking = {found[1].lower() for found in absent if found and found[1]} if one_by_one else set()
    return without_members(later, lacking, told)


def without_members(lists: Mapping[str, list[Any]], lacking: Container[str], told: tuple[Problem, ...]) -> Verdict:
    """Leave members out of lists, by lower-case code; the lists as a whole where none of them has such a member."""
    rest = {
        name: [one for one in members if member_code(one).lower() not in lacking] for name, members in lists.items()
    }
    touched = {name for name, members in lists.items() if len(rest[name]) < len(members)}
    left_out = frozenset(name for name in touched if not rest[name]) if touched else frozenset(lists)
    return Verdict(Status.WAITING, told, left_out, {name: rest[name] for name in touched if rest[name]})


def member_code(member: Any) -> str:
    """Give the code of an associated product or model, with or without a quantity."""
    return str(member["identifier"] if isinstance(member, dict) else member)


def _named(error: Mapping[str, Any], columns: Mapping[str, Column]) -> list[str]:
    """Give the columns whose values an error is about; none where it concerns the whole record."""
    if error.get("attribute"):
        about = (error["attribute"], error.get("locale"), error.get("scope"))
        return [name for name, column in columns.items() if isinstance(column, ValueColumn) and column.place == about]
    if error.get("property") not in {None, "values"} or _absent(error):
        return []
    codes = {code for pair in _ATTRIBUTE.findall(error["message"]) for code in pair}
    return [name for name, column in columns.items() if isinstance(column, ValueColumn) and column.place[0] in codes]


def _absent(error: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Give property, code and message where an error is about something that the PIM does not have."""
    message = str(error.get("message", ""))
    for pattern, about in _ABSENT_BY_TEXT:
        if found := pattern.search(message):
            return about, found[1], message
    quoted = _PROPERTY.match(message)
    about = str(error.get("property") or (quoted[1] if quoted else ""))
    about = "quantified_associations" if about.startswith("quantifiedAssociations") else about
    if about not in _MISSING or not _ABSENT.search(message):
        return None
    given = _GIVEN.search(message)
    return about, given[1] if given else "", message


def _value_problem(error: Mapping[str, Any], name: str, payload: Mapping[str, Any]) -> Problem:
    message, value = error["message"], _shown(payload[name])
    if _TAKEN.search(message):
        return Problem(_TAKEN_VALUE, ProblemKind.DUPLICATE, name, value, _CHANGE_ONE, detail=message)
    reason = f"the PIM does not take it: {_sentence(message)}"
    return Problem(reason, ProblemKind.VALUE, name, value, _CORRECT, detail=message)


def absent_problem(about: str, code: str, message: str, payload: Mapping[str, Any]) -> Problem:
    """Tell that the PIM does not have what a property names: `code`, or all that the payload has there."""
    missing = _MISSING[about]
    value = code or _shown(payload.get(about))
    named = (
        name
        for name, members in payload.items()
        if about in _ASSOCIATIONS and isinstance(members, list) and code.lower() in _codes(members)
    )
    return Problem(
        missing.reason, ProblemKind.REFERENCE, next(named, about), value, missing.remedy, missing.who, message
    )


def _codes(members: list[Any]) -> set[str]:
    return {member_code(member).lower() for member in members}


def _refusal(error: Mapping[str, Any], payload: Mapping[str, Any]) -> Problem:
    message = str(error.get("message", ""))
    quoted = _PROPERTY.match(message)
    about = str(error.get("property") or (quoted[1] if quoted else ""))
    if about == "attribute" and _TAKEN.search(message):
        return _axis_taken(message)
    if about in {"identifier", "values"} and _TAKEN.search(message):
        return Problem(
            _TAKEN_VALUE, ProblemKind.DUPLICATE, "identifier", payload.get("identifier"), _CHANGE_ONE, detail=message
        )
    reason = f"the PIM says: {_sentence(message)}"
    return Problem(reason, ProblemKind.VALUE, about or None, _shown(payload.get(about)), _CORRECT, detail=message)


def _axis_taken(message: str) -> Problem:
    sibling = _SIBLING.search(message)
    which = f"variant '{sibling[1]}'" if sibling else "another variant"
    reason = f"{which} of the same model already has this option"
    remedy = "Decide with the ERP team which one is right."
    return Problem(reason, ProblemKind.DUPLICATE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=message)


def _plain(reason: str, remedy: str) -> Problem:
    return Problem(reason, ProblemKind.CONNECTION, remedy=remedy, who=Who.ADMINISTRATOR)


def _sentence(message: str) -> str:
    return _HINT.sub("", message).strip().rstrip(".")


def _shown(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
