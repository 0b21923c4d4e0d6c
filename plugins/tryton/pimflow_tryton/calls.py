"""Writes to a model, many records a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from pimflow import Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job, each
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.session import RefusedError, Session

_RECORD = re.compile(r'\s+in record "[^"]*" of "[^"]*"')


def create(session: Session, model: str, jobs: Sequence[Job]) -> dict[str, Problem]:
    """Create records; give those that Tryton refused."""

    def send(some: Sequence[Job]) -> None:
        session.call(f"{model}.create", [job.values for job in some], writes=True)

    return each(jobs, send, RefusedError, told)


def write(session: Session, model: str, jobs: Sequence[Job], language: str = "") -> dict[str, Problem]:
    """Write records, texts in one language; give those that Tryton refused."""
    return each(jobs, partial(_write, session, model, language), RefusedError, told)


def _write(session: Session, model: str, language: str, jobs: Sequence[Job]) -> None:
    pairs = [part for job in jobs for part in ([job.id], job.values)]
    session.call(f"{model}.write", *pairs, language=language or None, writes=True)


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Tryton's words, without the name of the record."""
    words = _RECORD.sub("", error.said).rstrip(".")
    return Problem(
        said("{title} says: {words}", title=TITLE, words=error.said if words == error.said else words),
        ProblemKind.VALUE,
        remedy=said("Correct it in the source; it will then arrive by itself."),
        who=Who.PRODUCT_MANAGER,
        detail=error.detail,
    )
