"""What Odoo says when it does not do what it was asked -> errors for people. No I/O.

Over both transports the class of the server's exception tells what happened; its text may be in the user's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pimflow import FlowError, LoginError, ProblemKind, RemoteError, UnreachableError, joined, said

_PASSING = frozenset({"OperationalError", "InterfaceError", "PoolError", "SerializationFailure", "LockNotAvailable"})
_NO_LOGIN = frozenset(
    {"odoo.exceptions.AccessDenied", "odoo.http.SessionExpiredException", "werkzeug.exceptions.Unauthorized"}
)
_OF_USERS = re.compile(r"res\.users\(\d+,\)")
_NO_MODEL = re.compile(r"^(?:Object|the model) '?([\w.]+)'? doe")
_FIRST_SENTENCE = re.compile(r"\s*\n\s*\n.*", re.DOTALL)


class RefusedError(RemoteError):
    """Odoo did not do what a call asked for: `said` is why, in its own words, `name` the class of its exception."""

    def __init__(self, message: str, name: str, words: str, detail: str) -> None:
        self.name = name
        self.said = words
        if self.is_of_rights:
            self.kind = ProblemKind.PERMISSION
        super().__init__(message, detail=detail)

    @property
    def is_of_rights(self) -> bool:
        """Tell whether the user may not do it."""
        return self.name.endswith(".AccessError")


class NoModelError(RemoteError):
    """The database does not have a model."""


def refusal(where: str, what: str, told: Mapping[str, Any]) -> FlowError:
    """Make the error of a call: `where` is "Odoo at https://…", `what` the model and method, `told` Odoo's error."""
    name, words = str(told.get("name") or ""), str(told.get("message") or "").strip()
    detail = f"{what}: {name}: {words[:500]}"
    if name in _NO_LOGIN or (name.endswith(".MissingError") and _OF_USERS.search(words)):
        return _of_login(where, detail)
    if name.startswith("psycopg2."):
        return _of_database(where, name, detail)
    model = _NO_MODEL.match(words)
    if model:
        return NoModelError(
            said(
                "{where} has no model {model!r}. Its administrator can install the app that brings it.",
                where=where,
                model=model[1],
            ),
            detail=detail,
        )
    if name.endswith(".AccessError"):
        words = _FIRST_SENTENCE.sub("", words)
        remedy = said("Its administrator can add the right to the user under Settings > Users & Companies > Users.")
        return RefusedError(joined([_refused(where, words), remedy]), name, words, detail)
    if name.startswith("odoo.exceptions."):
        return RefusedError(_refused(where, words), name, words, detail)
    return RefusedError(
        said(
            "{where} failed at what it was asked: {words}. Report it to the authors of pimflow-odoo with the log of "
            "the run, unless the server's own log tells more.",
            where=where,
            words=words or name,
        ),
        name,
        words or name,
        detail,
    )


def _refused(where: str, words: str) -> str:
    return said("{title} refused: {words}", title=where, words=words)


def not_loaded(where: str, what: str, answer: Mapping[str, Any]) -> RefusedError:
    """Make the error of records that were not loaded: Odoo says why without calling it an error."""
    words = "; ".join(str(one.get("message", "")).strip() for one in answer.get("messages") or ())
    return RefusedError(_refused(where, words), "", words, f"{what}: {words[:500]}")


def _of_login(where: str, detail: str) -> LoginError:
    return LoginError(
        said(
            "{where} no longer takes the credentials, or never did. API keys end on a day, and are withdrawn when the "
            "user is. Check `username` and `api_key`; make a new key under My Profile > Account Security.",
            where=where,
        ),
        detail=detail,
    )


def is_final(answer: Any) -> bool:
    """Tell whether an error with a status of its own, 500 say, would come again: the server worked, and said no."""
    name = answer.get("name") if isinstance(answer, dict) else None
    return isinstance(name, str) and not (name.startswith("psycopg2.") and name.rpartition(".")[2] in _PASSING)


def _of_database(where: str, name: str, detail: str) -> FlowError:
    if name.rpartition(".")[2] in _PASSING:
        return UnreachableError(
            said(
                "{where} did not get through to its database. Run again later, or ask its administrator what is wrong.",
                where=where,
            ),
            detail=detail,
        )
    return RefusedError(
        said(
            "{where} has a database that refused what it was asked. Report it to the authors of pimflow-odoo with the "
            "log of the run.",
            where=where,
        ),
        name,
        detail,
        detail,
    )
