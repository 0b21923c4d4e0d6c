"""What the status of the answer to one line means, whatever kind of record the line was about. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pimflow import Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.wording import filled

_HINT = re.compile(r"\s*Check the (expected|standard) format (on the API )?documentation\.?")
_AGAIN = said("It is sent again next time.")
Settled = tuple[Status, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one status means. `reason` may name `{noun}`, as people call the record, and `{message}` of the PIM."""

    status: Status
    kind: ProblemKind
    reason: str
    remedy: str
    who: Who = Who.ADMINISTRATOR


_ALWAYS: Mapping[int, Meaning] = {
    400: Meaning(
        Status.REFUSED,
        ProblemKind.VALUE,
        said("the PIM could not read the record: {message}"),
        said("Report it to your administrator with the log of the run."),
    ),
    409: Meaning(
        Status.FAILED, ProblemKind.CONNECTION, said("somebody else changed this {noun} at the same moment"), _AGAIN
    ),
    413: Meaning(
        Status.REFUSED,
        ProblemKind.TOO_LARGE,
        said("the record is larger than the PIM takes, 1,000,000 characters"),
        said("Shorten its longest texts or lists."),
        Who.PRODUCT_MANAGER,
    ),
    415: Meaning(
        Status.REFUSED,
        ProblemKind.CONNECTION,
        said("the PIM did not take the form in which the record was sent: {message}"),
        said("Something between here and the PIM may change requests; your administrator can look there."),
    ),
}


def settled(answer: Answer, noun: str, meanings: Mapping[int, Meaning]) -> Settled | None:
    """Understand an answer by its status, by `meanings` where it is among them; None where its text has to be read."""
    if answer.is_done:
        return (Status.CREATED if answer.status == 201 else Status.UPDATED), ()
    if answer.is_transient:
        failed = said("the PIM failed at this record: {message}", message=sentence(answer.message))
        return Status.FAILED, (_failure(failed, answer.message),)
    meaning = meanings.get(answer.status) or _ALWAYS.get(answer.status)
    if meaning is None:
        return None
    reason = filled(meaning.reason, noun=noun, message=sentence(answer.message))
    return meaning.status, (
        Problem(reason, meaning.kind, remedy=meaning.remedy, who=meaning.who, detail=answer.message),
    )


def sentence(message: str) -> str:
    """Give the PIM's words without its advice to programmers and without the full stop."""
    return _HINT.sub("", message).strip().rstrip(".")


def _failure(reason: str, detail: str = "") -> Problem:
    return Problem(reason, ProblemKind.CONNECTION, remedy=_AGAIN, who=Who.ADMINISTRATOR, detail=detail)


NO_ANSWER: Settled = (Status.UNKNOWN, (_failure(said("the PIM gave no answer for this record")),))
"""What becomes of a record of whose line the PIM said nothing."""
