"""What administrators change: who may sign in, who may do what, and the tokens of programs. The log tells who did."""

from __future__ import annotations

from loguru import logger

from pimflow.languages import LANGUAGES
from pimflow.state import people, sign_ins
from pimflow_serve.access.people import UnusableError, new_password, new_person, new_token
from pimflow_serve.access.tokens import digest, new_token_secret
from pimflow_serve.refusals import N_
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import Serving


def add_person(serving: Serving, by: Person, name: str, role: Role, password: str, language: str = "") -> None:
    """Let somebody sign in. Raises PeopleError."""
    _check_language(language)
    people.add(serving.database, new_person(name, role, password, serving.clock(), language))
    logger.info("{} lets {} sign in as {}", by.name, name, role)


def change_person(
    serving: Serving,
    by: Person,
    name: str,
    role: Role | None = None,
    password: str | None = None,
    language: str | None = None,
    *,
    active: bool | None = None,
) -> None:
    """Change what is given of somebody. Raises PeopleError."""
    _check_language(language or "")
    kept = None if password is None else new_password(password, name)
    people.change(serving.database, name, role=role, password=kept, language=language, active=active)
    given = {"role": role, "password": password and "a new one", "active": active, "language": language}
    told = ", ".join(f"{key} {value}" for key, value in given.items() if value is not None)
    logger.info("{} changes {}: {}", by.name, name, told)


def remove_person(serving: Serving, by: Person, name: str) -> None:
    """Let somebody sign in no longer, and forget them. Raises PeopleError."""
    people.remove(serving.database, name)
    logger.info("{} removes {}", by.name, name)


def add_token(serving: Serving, by: Person, name: str, role: Role, days: int | None) -> str:
    """Make a token and give what it is, this once. Raises PeopleError."""
    secret = new_token_secret()
    sign_ins.add_token(serving.database, digest(secret), new_token(name, role, by.name, serving.clock(), days))
    logger.info("{} makes the token {} for {}", by.name, name, role)
    return secret


def remove_token(serving: Serving, by: Person, name: str) -> None:
    """Let a token work no longer. Raises PeopleError."""
    sign_ins.remove_token(serving.database, name)
    logger.info("{} removes the token {}", by.name, name)


def _check_language(language: str) -> None:
    if language and language not in LANGUAGES:
        raise UnusableError(
            N_("pages speak %(known)s; found %(found)s"), known=", ".join(LANGUAGES), found=repr(language)
        )
