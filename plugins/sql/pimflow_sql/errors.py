"""Errors of databases in words, by what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pimflow import AccessError, FlowError, LoginError, RemoteError, UnreachableError, said
from pimflow_sql.faults import OF_DATA, Fault, fault_of

_NAME = r"([\w$#]+(?:\.[\w$#]+)*)"
_NAMED = re.compile(rf"""["'`]{_NAME}["'`]|: {_NAME}$|column {_NAME} does not exist""")


@dataclass(frozen=True, slots=True)
class Place:
    """What messages call a database: `PostgreSQL`, `db.example.com:5432`, `erp`, and the user who logs in."""

    title: str
    where: str
    database: str
    user: str
    timeout: float
    secrets: tuple[str, ...] = ()

    def masked(self, text: str) -> str:
        """Take the password out of what a driver says."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


class RefusedError(RemoteError):
    """The database did not take a record. `fault` is why, `orig` the driver's own error."""

    def __init__(self, message: str, fault: Fault, orig: Any, *, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.fault = fault
        self.orig = orig


class StatementWrongError(RemoteError):
    """The database does not understand a statement: a table or column that it does not have, or a slip in the query.

    `name` is what it does not have.
    """

    def __init__(self, message: str, fault: Fault, name: str, *, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.fault = fault
        self.name = name


def told(error: sa.exc.SQLAlchemyError, place: Place) -> FlowError:
    """Make an error of pimflow of one of SQLAlchemy's; only what the driver said goes into its detail."""
    fault = fault_of(error)
    raw = getattr(error, "orig", None) or error
    detail = place.masked(str(raw))
    if fault in OF_DATA:
        return RefusedError(said("{title} did not take a record", title=place.title), fault, raw, detail=detail)
    if fault in {Fault.NO_TABLE, Fault.NO_COLUMN, Fault.SYNTAX}:
        text = said("{title} does not understand: {answer}", title=place.title, answer=detail)
        return StatementWrongError(text, fault, _name(detail), detail=detail)
    if fault not in _WORDS:
        text = said("{title} ended what was asked of it: {answer}", title=place.title, answer=detail)
        return RemoteError(text, detail=detail)
    kind, say = _WORDS[fault]
    return kind(say(place), detail=detail)


def _name(said: str) -> str:
    found = _NAMED.search(said)
    return next(name for name in found.groups() if name).rpartition(".")[2] if found else ""


Say = Callable[[Place], str]
_WORDS: dict[Fault, tuple[type[FlowError], Say]] = {
    Fault.LOGIN: (
        LoginError,
        lambda at: said(
            "{title} refused user {user!r} or the password; it was tried once. Correct them in `url` of "
            "the connection, or in the variable of the environment that it names.",
            title=at.title,
            user=at.user,
        ),
    ),
    Fault.ACCESS: (
        AccessError,
        lambda at: said(
            "User {user!r} of {title} may not do this. Its administrator can grant the right; the detail names it.",
            user=at.user,
            title=at.title,
        ),
    ),
    Fault.NO_DATABASE: (
        RemoteError,
        lambda at: said(
            "{title} has no database {database!r} that it can open. Correct `url` of the connection.",
            title=at.title,
            database=at.database,
        ),
    ),
    Fault.AWAY: (
        UnreachableError,
        lambda at: said(
            "{title} at {where} does not answer, or broke the connection off. Is it running, and may this machine "
            "reach it?",
            title=at.title,
            where=at.where,
        ),
    ),
    Fault.LOCKED: (
        UnreachableError,
        lambda at: said(
            "Another program keeps rows of {title} locked for longer than {seconds:g} s. The next run tries again; "
            "`timeout` of the connection says how long to wait.",
            title=at.title,
            seconds=at.timeout,
        ),
    ),
    Fault.DEADLOCK: (
        UnreachableError,
        lambda at: said(
            "Another program wrote the same rows of {title} at the same time, time and again. The next run tries "
            "again.",
            title=at.title,
        ),
    ),
    Fault.SLOW: (
        RemoteError,
        lambda at: said(
            "{title} needed more than {seconds:g} s to answer. Give it an index for what is asked, or raise "
            "`timeout` of the connection.",
            title=at.title,
            seconds=at.timeout,
        ),
    ),
    Fault.WRITES: (
        RemoteError,
        lambda at: said(
            "{title} takes no changes here: a source may not write, or the database is read-only.", title=at.title
        ),
    ),
}
"""What people are told, by what happened."""
