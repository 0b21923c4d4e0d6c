"""Who may sign in, and the tokens of programs, as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pimflow.state import people, sign_ins
from pimflow.state.database import Database
from pimflow_serve.roles import Role


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """Somebody who may sign in while `active`; `language` is empty for that of the browser."""

    name: str
    role: Role
    language: str
    active: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token of a program; `used` when it was last shown, within minutes. It `ends` never where that is None."""

    name: str
    role: Role
    made_by: str
    created: datetime
    used: datetime | None
    ends: datetime | None


def shown_people(database: Database) -> list[ShownPerson]:
    """List who may sign in, by name."""
    rows = people.everybody(database)
    return [ShownPerson(one.name, Role(one.role), one.language, one.active, one.created) for one in rows]


def shown_tokens(database: Database) -> list[ShownToken]:
    """List the tokens, by name; what they are is not known here."""
    rows = sign_ins.all_tokens(database)
    return [ShownToken(one.name, Role(one.role), one.made_by, one.created, one.used, one.ends) for one in rows]
