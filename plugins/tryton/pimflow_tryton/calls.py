"""Writes to a model, many records a call.

Where Tryton refuses a call it goes in halves, so that one bad record costs itself alone, and few calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pimflow import Problem, ProblemKind, Who
from pimflow_tryton.session import RefusedError, Session

Values = dict[str, Any]
_RECORD = re.compile(r'\s+in record "[^"]*" of "[^"]*"')


@dataclass(frozen=True, slots=True)
class Job:
    """One record's part of a call: `id` is that of the record to be written, 0 for a new one."""

    key: str
    values: Values
    id: int = 0


def create(session: Session, model: str, jobs: Sequence[Job]) -> dict[str, Problem]:
    """Create records; give those that Tryton refused."""

    def send(some: Sequence[Job]) -> None:
        session.call(f"{model}.create", [job.values for job in some], writes=True)

    return _each(jobs, send)


def write(session: Session, model: str, jobs: Sequence[Job], language: str = "") -> dict[str, Problem]:
    """Write records, texts in one language; give those that Tryton refused."""
    return _each(jobs, partial(_write, session, model, language))


def _write(session: Session, model: str, language: str, jobs: Sequence[Job]) -> None:
    pairs = [part for job in jobs for part in ([job.id], job.values)]
    session.call(f"{model}.write", *pairs, language=language or None, writes=True)


def _each(jobs: Sequence[Job], send: Callable[[Sequence[Job]], None]) -> dict[str, Problem]:
    if not jobs:
        return {}
    try:
        send(jobs)
    except RefusedError as error:
        if len(jobs) == 1:
            return {jobs[0].key: told(error)}
        middle = len(jobs) // 2
        return _each(jobs[:middle], send) | _each(jobs[middle:], send)
    return {}


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Tryton's words, without the name of the record."""
    said = _RECORD.sub("", error.said).rstrip(".")
    remedy = "Correct it in the source; it will then arrive by itself."
    return Problem(
        f"Tryton says: {said}", ProblemKind.VALUE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=error.detail
    )
