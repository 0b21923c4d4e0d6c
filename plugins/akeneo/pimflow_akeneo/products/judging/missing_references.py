"""Refusals that name something the PIM does not have: what it is, and whether it may still come. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import Problem, ProblemKind, Status, Who, said

ASSOCIATIONS = frozenset({"associations", "quantified_associations"})
_PROPERTY = re.compile(r"^Property [\"'`“](\w+)[\"'`”]")
_GIVEN = re.compile(r"[\"“]([^\"”]*)[\"”] given")
_ABSENT = re.compile(r"(does not|do not|don.t) exist|not found|expects a valid|can only associate", re.IGNORECASE)
_FIXED = re.compile(r"The new parent of the product model must be|cannot be modified")
_SEVERAL = re.compile(r"^The following products?(?: models?)? don.t exist: (.+?)\. Please")
_QUANTIFIED = re.compile(r"^quantifiedAssociations\.(\w+)\.(\w+)")
_BY_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^The (.+) category does not exist"), "categories"),
    (re.compile(r"^The (.+) family does not exist"), "family"),
    (re.compile(r"^The (.+) group does not exist"), "groups"),
    (re.compile(r"^The given product model \"(.+)\" does not exist"), "parent"),
    (re.compile(r"^Property \"parent\" .*The parent product model does not exist, \"(.+)\" given"), "parent"),
    (re.compile(r"\bThe ((?:(?!The ).)+?) product(?: model)? does not exist"), "associations"),
)
"""Some errors name what is missing in their text only: pattern with the missing code -> property."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the PIM does not have: codes that a property names, none where the error does not tell them.

    `column` is the association's column where the error tells it.
    """

    about: str
    codes: tuple[str, ...]
    message: str
    column: str | None = None

    @property
    def may_come(self) -> bool:
        """Tell whether this or another flow may still bring it."""
        return _TOLD[self.about].status is Status.WAITING


@dataclass(frozen=True, slots=True)
class _Told:
    status: Status
    reason: str
    remedy: str


_ASSOCIATED = _Told(
    Status.WAITING,
    said("the PIM does not have what it should be associated with"),
    said("It goes by itself once the associated product is there."),
)
_TOLD: Mapping[str, _Told] = {
    "parent": _Told(
        Status.WAITING,
        said("the PIM has no such product model"),
        said("It goes by itself once that product model is there."),
    ),
    "categories": _Told(
        Status.WAITING,
        said("the PIM has no such category"),
        said("Create the category in the PIM, or map the value to one that exists."),
    ),
    "associations": _ASSOCIATED,
    "quantified_associations": _ASSOCIATED,
    "family": _Told(
        Status.REFUSED,
        said("the PIM has no such family"),
        said("Create the family, or map the value to one that exists."),
    ),
    "family_variant": _Told(
        Status.REFUSED,
        said("the PIM has no such family variant"),
        said("Create the family variant in the PIM, or map the value to one that exists."),
    ),
    "groups": _Told(
        Status.REFUSED,
        said("the PIM has no such group"),
        said("Create the group in the PIM, or map the value to one that exists."),
    ),
}


def about(error: Mapping[str, Any]) -> str:
    """Give the property that an error names, in its field or in its text."""
    quoted = _PROPERTY.match(str(error.get("message", "")))
    found = str(error.get("property") or (quoted[1] if quoted else ""))
    return "quantified_associations" if found.startswith("quantifiedAssociations") else found


def missing(error: Mapping[str, Any]) -> Missing | None:
    """Understand an error that is about something which the PIM does not have; None for any other."""
    message = str(error.get("message", ""))
    if _FIXED.search(message):
        return None
    if several := _SEVERAL.match(message):
        place = _QUANTIFIED.match(str(error.get("property")))
        column = f"{place[1]}-{place[2]}" if place else None
        return Missing("quantified_associations", tuple(several[1].split(", ")), message, column)
    for pattern, property_ in _BY_TEXT:
        if found := pattern.search(message):
            return Missing(property_, (found[1],), message)
    name = about(error)
    if name not in _TOLD or not _ABSENT.search(message):
        return None
    given = _GIVEN.search(message)
    return Missing(name, (given[1],) if given else (), message)


def problems(found: Missing, payload: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Tell of each code that it is missing; of all that the property names where the error does not tell codes."""
    codes = found.codes or (shown(payload.get(found.about)),)
    return tuple(_problem(found, code, payload) for code in codes)


def _problem(found: Missing, code: Any, payload: Mapping[str, Any]) -> Problem:
    told = _TOLD[found.about]
    named = (
        name
        for name, members in payload.items()
        if found.about in ASSOCIATIONS and isinstance(members, list) and str(code).lower() in _codes(members)
    )
    field = found.column or next(named, found.about)
    if field.endswith("-groups"):
        told = _TOLD["groups"]  # nothing but a person brings a group
    return Problem(
        told.reason, ProblemKind.REFERENCE, field, code, told.remedy, Who.PRODUCT_MANAGER, detail=found.message
    )


def member_code(member: Any) -> str:
    """Give the code of an associated product or model, with or without a quantity."""
    return str(member["identifier"] if isinstance(member, dict) else member)


def shown(value: Any) -> Any:
    """Give a value as people read it."""
    if isinstance(value, list):
        return ", ".join(member_code(one) for one in value)
    return f"{value['amount']} {value['unit']}" if isinstance(value, dict) and "unit" in value else value


def _codes(members: list[Any]) -> set[str]:
    return {member_code(member).lower() for member in members}
