"""What holds of people and their passwords, however they are added: on a page, through the API, by a command."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from gettext import NullTranslations

from pimflow.state.people import PeopleError, PersonRow
from pimflow.state.sign_ins import Token
from pimflow.words import capital, full_stop
from pimflow_serve.access.passwords import LONGEST, SHORTEST, hashed, is_easily_guessed
from pimflow_serve.refusals import N_
from pimflow_serve.roles import Role

LONGEST_NAME = 100
LAST_ADMINISTRATOR = N_("this is the only administrator left; make another one first")
"""What the state says of it; here it is found by who translates."""
_NAME = re.compile(r"[^\s:<>\"'/\\](?:[^<>\"\\]*[^\s<>\"\\])?")


class UnusableError(PeopleError):
    """A name, password or language that cannot be used; the sentence may hold `%(name)s`, for which fields stand."""

    def __init__(self, message: str, **fields: object) -> None:
        self._message, self._fields = message, fields
        super().__init__(message % fields)

    def said(self, words: NullTranslations) -> str:
        """Give the sentence in a language."""
        return words.gettext(self._message) % self._fields


def told(error: PeopleError, words: NullTranslations) -> str:
    """Tell people in their language what cannot be done."""
    text = error.said(words) if isinstance(error, UnusableError) else words.gettext(str(error))
    return full_stop(capital(text))


def new_person(name: str, role: Role, password: str, now: datetime, language: str = "") -> PersonRow:
    """Give somebody new, to be kept. Raises PeopleError for a name or password that cannot be used."""
    _check_name(name)
    return PersonRow(name, str(role), new_password(password, name), language, active=True, created=now)


def new_password(password: str, name: str) -> str:
    """Give what is kept of somebody's new password. Raises PeopleError where it cannot be used."""
    if len(password) < SHORTEST:
        raise UnusableError(N_("choose another password: %(fewest)s characters are the fewest"), fewest=SHORTEST)
    if len(password) > LONGEST:
        raise UnusableError(N_("choose another password: %(most)s characters are the most"), most=LONGEST)
    if is_easily_guessed(password, name):
        raise UnusableError(
            N_("choose another password: this one is easily guessed, it holds the name or few different characters")
        )
    return hashed(password)


def new_token(name: str, role: Role, made_by: str, now: datetime, days: int | None) -> Token:
    """Give a token to be kept, for so many days or for ever. Raises PeopleError."""
    _check_name(name)
    return Token(name, str(role), made_by, now, None, now + timedelta(days=days) if days else None)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or not name.isprintable() or len(name) > LONGEST_NAME:
        raise UnusableError(
            N_(
                "a name of letters and digits was expected, %(most)s characters at most; it may hold spaces, dots and @"
            ),
            most=LONGEST_NAME,
        )
