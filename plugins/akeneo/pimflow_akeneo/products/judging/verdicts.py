"""What the PIM's answer to one line means: a status, problems in plain words, and values to leave out. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow import Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.columns import Association, Column, Property, ValueColumn
from pimflow_akeneo.kinds import PRODUCTS, Kind
from pimflow_akeneo.products.judging.missing_references import ASSOCIATIONS, Missing, member_code, missing, problems
from pimflow_akeneo.products.judging.refusals import refusal, value_problem
from pimflow_akeneo.statuses import NO_ANSWER, Meaning, settled

_ATTRIBUTE = re.compile(r"\b(\w+) (?:identifier )?attribute\b|(?:Property|property|[Aa]ttribute) [\"'`“](\w+)[\"'`”]")
_OF_VALUE = re.compile(r"does not belong to the family|not in the attribute set|for the \w+ identifier attribute")
_QUANTITIES = re.compile(r"^quantifiedAssociations\.(\w+)(?:\.(\w+))?")
_WRONG_PLACE = re.compile(r"cannot have product model \".+\" as parent")
"""Where this is said, the PIM names values of the wrong level too, which nobody has to mend."""

_OWNERS_ONLY = re.compile(r"cannot update the (?:following )?fields? \"([^\"]+)\"")
"""The Enterprise edition says this to a user who may edit the record and does not own it; the words may vary."""

_ITSELF = re.compile(r"^A 2-way association only allows two different")


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
class Sent:
    """A line that was sent: its key, its payload, and the columns that the payload names."""

    key: str
    payload: Mapping[str, Any]
    columns: Mapping[str, Column]
    kind: Kind


_MEANINGS: Mapping[int, Meaning] = {
    403: Meaning(
        Status.REFUSED,
        ProblemKind.PERMISSION,
        said("the user of the connection may not edit this {noun}"),
        said("Your administrator can grant the right to edit its category."),
    ),
    404: Meaning(
        Status.REFUSED,
        ProblemKind.PERMISSION,
        said("the PIM hides this {noun} from the user of the connection"),
        said("Your administrator can grant the right to see its category."),
    ),
}


def judge(
    answer: Answer | None,
    payload: Mapping[str, Any],
    parse: Callable[[str], Column],
    key: str,
    kind: Kind = PRODUCTS,
    *,
    one_by_one: bool = True,
) -> Verdict:
    """Understand the answer to the line that carried `payload` under `key`.

    `one_by_one`: of associations only the members that the PIM lacks are left out, not all of them.
    """
    if answer is None:
        return Verdict(*NO_ANSWER)
    if answer.status == 403 and (owners := _OWNERS_ONLY.search(answer.message)):
        return _not_owned(owners[1].split(", "), {name: parse(name) for name in payload}, answer.message)
    known = settled(answer, kind.noun[0], _MEANINGS)
    if known is not None:
        return Verdict(*known)
    sent = Sent(key, payload, {name: parse(name) for name in payload}, kind)
    return _refused(answer.errors or ({"message": answer.message},), sent, one_by_one=one_by_one)


def _not_owned(fields: Sequence[str], columns: Mapping[str, Column], message: str) -> Verdict:
    """Leave out what only the owners of a record may change; its values can go on as a proposal."""
    named = [
        name
        for name, column in columns.items()
        if (isinstance(column, Association) and "associations" in fields)
        or (isinstance(column, Property) and any(column.name.endswith(field) for field in fields))
    ]
    told = tuple(
        Problem(
            said("only those who own its category may change this, and the connection may only edit"),
            ProblemKind.PERMISSION,
            name,
            remedy=said("Your administrator can grant 'own'."),
            who=Who.ADMINISTRATOR,
            detail=message,
        )
        for name in named
    )
    return Verdict(Status.REFUSED, told, frozenset(named))


def _refused(errors: tuple[Mapping[str, Any], ...], sent: Sent, *, one_by_one: bool) -> Verdict:
    if _ITSELF.match(str(errors[0].get("message"))):
        return _with_itself(sent, str(errors[0]["message"]))
    found = [(error, _named(error, sent)) for error in errors]
    if all(names for _, names in found):
        told = tuple(value_problem(error, names[0], sent.payload, sent.kind) for error, names in found)
        return Verdict(Status.REFUSED, told, frozenset(name for _, names in found for name in names))
    return _of_record([error for error, names in found if not names], sent, one_by_one=one_by_one)


def _of_record(errors: list[Mapping[str, Any]], sent: Sent, *, one_by_one: bool) -> Verdict:
    """Judge errors that leaving values out does not mend; only associations can follow later than the record."""
    errors = [error for error in errors if _WRONG_PLACE.search(str(error.get("message")))] or errors
    absent = [missing(error) for error in errors]
    told = tuple(
        problem
        for error, found in zip(errors, absent, strict=True)
        for problem in (problems(found, sent.payload) if found else [refusal(error, sent.payload, sent.key, sent.kind)])
    )
    named = [found for found in absent if found]
    waiting = len(named) == len(errors) and all(found.may_come for found in named)
    if not waiting or not all(found.about in ASSOCIATIONS for found in named):
        return Verdict(Status.WAITING if waiting else Status.REFUSED, told)
    lacking = {code.lower() for found in named for code in found.codes} if one_by_one else set()
    return without_members(_lists(sent, named), lacking, told)


def _lists(sent: Sent, named: list[Missing]) -> dict[str, list[Any]]:
    """Give the associations that errors are about: those that they name, or all."""
    named_columns = {found.column for found in named}
    about = {name for name in named_columns if name in sent.columns}
    if not about or None in named_columns:
        about = {name for name, column in sent.columns.items() if isinstance(column, Association)}
    return {name: sent.payload[name] or [] for name in sent.payload if name in about}


def without_members(
    lists: Mapping[str, list[Any]],
    lacking: Container[str],
    told: tuple[Problem, ...],
    status: Status = Status.WAITING,
) -> Verdict:
    """Leave members out of lists, by lower-case code; the lists as a whole where none of them has such a member."""
    rest = {
        name: [one for one in members if member_code(one).lower() not in lacking] for name, members in lists.items()
    }
    touched = {name for name, members in lists.items() if len(rest[name]) < len(members)}
    left_out = frozenset(name for name in touched if not rest[name]) if touched else frozenset(lists)
    return Verdict(status, told, left_out, {name: rest[name] for name in touched if rest[name]})


def _with_itself(sent: Sent, message: str) -> Verdict:
    """Leave out what associates a record with itself: an association of two ways cannot."""
    kinds = {"products", "product_uuids"} if sent.kind.has_identifier else {"product_models"}
    own = {str(name).lower() for name in (sent.key, sent.payload.get("identifier")) if name}
    lists = {
        name: sent.payload[name] or []
        for name, column in sent.columns.items()
        if isinstance(column, Association) and column.kind in kinds
    }
    field = next((n for n, members in lists.items() if own & {member_code(one).lower() for one in members}), None)
    reason = said("it names the record itself, and this kind of association goes both ways between two")
    remedy = said("Take it out of its own associations in the source.")
    told = Problem(reason, field=field, value=sent.key, remedy=remedy, detail=message)
    return without_members(lists, own, (told,), Status.REFUSED)


def _named(error: Mapping[str, Any], sent: Sent) -> list[str]:
    """Give the columns whose values an error is about; none where it concerns the whole record."""
    message = str(error.get("message", ""))
    if error.get("attribute"):
        place = (error["attribute"], error.get("locale"), error.get("scope"))
        return [n for n, column in sent.columns.items() if isinstance(column, ValueColumn) and column.place == place]
    if missing(error):
        return []
    if quantities := _QUANTITIES.match(str(error.get("property"))):
        return [
            name
            for name, column in sent.columns.items()
            if isinstance(column, Association) and column.type == quantities[1] and quantities[2] in {None, column.kind}
        ]
    if error.get("property") not in {None, "values"} and not _OF_VALUE.search(message):
        return []
    codes = {code for pair in _ATTRIBUTE.findall(message) for code in pair}
    return [n for n, column in sent.columns.items() if isinstance(column, ValueColumn) and column.place[0] in codes]
