"""What holds of people and their passwords, however they are added: on a page, through the API, by a command."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pimflow.state.people import PeopleError, PersonRow
from pimflow.state.sign_ins import Token
from pimflow_serve.access.passwords import hashed, wrong_with
from pimflow_serve.access.roles import Role

LONGEST_NAME = 100
_NAME = re.compile(r"[^\s:<>\"'/\\](?:[^<>\"\\]*[^\s<>\"\\])?")


def new_person(name: str, role: Role, password: str, now: datetime, language: str = "") -> PersonRow:
    """Give somebody new, to be kept. Raises PeopleError for a name or password that cannot be used."""
    _check_name(name)
    return PersonRow(name, str(role), new_password(password, name), language, active=True, created=now)


def new_password(password: str, name: str) -> str:
    """Give what is kept of somebody's new password. Raises PeopleError where it cannot be used."""
    wrong = wrong_with(password, name)
    if wrong:
        raise PeopleError(f"choose another password: {wrong}")
    return hashed(password)


def new_token(name: str, role: Role, made_by: str, now: datetime, days: int | None) -> Token:
    """Give a token to be kept, for so many days or for ever. Raises PeopleError."""
    _check_name(name)
    return Token(name, str(role), made_by, now, None, now + timedelta(days=days) if days else None)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or not name.isprintable() or len(name) > LONGEST_NAME:
        raise PeopleError(
            f"a name of letters and digits was expected, {LONGEST_NAME} characters at most; it may hold spaces, dots "
            "and @"
        )
