"""Who may sign in to a server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pimflow.errors import PimflowError
from pimflow.state.database import Database
from pimflow.state.server_tables import people, sign_ins

ADMINISTRATOR = "administrator"
"""The role of which one person at least stays, who is active."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who may sign in while `active`. `password` is a hash; `language` is empty for the browser's own."""

    name: str
    role: str
    password: str
    language: str
    active: bool
    created: datetime


class PeopleError(PimflowError):
    """The list of people cannot be changed so: a name is taken or unknown, or no administrator would be left."""

    exit_code = 2


def anybody(database: Database) -> bool:
    """Tell whether there is anybody at all."""
    with database.reading() as connection:
        return connection.execute(sa.select(people.c.name).limit(1)).first() is not None


def everybody(database: Database) -> list[PersonRow]:
    """List all people by name."""
    with database.reading() as connection:
        return [_person(row) for row in connection.execute(sa.select(people).order_by(people.c.name))]


def find(database: Database, name: str) -> PersonRow | None:
    """Give the person of this name."""
    with database.reading() as connection:
        row = connection.execute(sa.select(people).where(people.c.name == name)).first()
    return _person(row) if row else None


def add(database: Database, person: PersonRow, *, first: bool = False) -> None:
    """Keep a new person; the `first` one only while there is nobody. Raises PeopleError."""
    with database.writing() as connection:
        if first and connection.execute(sa.select(people.c.name).limit(1)).first() is not None:
            raise PeopleError("somebody can sign in already: ask an administrator")
        if _named(connection, person.name) is not None:
            raise PeopleError(f"there is a {person.name!r} already; choose another name")
        values = {name: getattr(person, name) for name in PersonRow.__slots__}
        connection.execute(people.insert().values(values | {"created": person.created.isoformat()}))


def change(
    database: Database,
    name: str,
    *,
    role: str | None = None,
    password: str | None = None,
    language: str | None = None,
    active: bool | None = None,
) -> None:
    """Change what is given of a person. Another password, and not being active, sign them out. Raises PeopleError."""
    given = {"role": role, "password": password, "language": language, "active": active}
    values = {key: value for key, value in given.items() if value is not None}
    with database.writing() as connection:
        _known(connection, name)
        had = _has_administrator(connection)
        if values:
            connection.execute(people.update().where(people.c.name == name).values(values))
        if password is not None or active is False:
            connection.execute(sign_ins.delete().where(sign_ins.c.person == name))
        _check_administrators(connection, had=had)


def renew_password(database: Database, name: str, password: str) -> None:
    """Keep the same password under another hash."""
    with database.writing() as connection:
        connection.execute(people.update().where(people.c.name == name).values(password=password))


def remove(database: Database, name: str) -> None:
    """Forget a person, and sign them out. Raises PeopleError."""
    with database.writing() as connection:
        _known(connection, name)
        had = _has_administrator(connection)
        connection.execute(people.delete().where(people.c.name == name))
        connection.execute(sign_ins.delete().where(sign_ins.c.person == name))
        _check_administrators(connection, had=had)


def _named(connection: Connection, name: str) -> Row[tuple[str]] | None:
    return connection.execute(sa.select(people.c.name).where(people.c.name == name)).first()


def _known(connection: Connection, name: str) -> None:
    if _named(connection, name) is None:
        raise PeopleError(f"nobody is called {name!r}")


def _has_administrator(connection: Connection) -> bool:
    left = sa.select(people.c.name).where((people.c.role == ADMINISTRATOR) & people.c.active).limit(1)
    return connection.execute(left).first() is not None


def _check_administrators(connection: Connection, *, had: bool) -> None:
    """Undo, by raising, what would leave nobody who looks after the server."""
    if had and not _has_administrator(connection):
        raise PeopleError("this is the only administrator left; make another one first")


def _person(row: Row[tuple[str, str, str, str, bool, str]]) -> PersonRow:
    return PersonRow(
        row.name, row.role, row.password, row.language, bool(row.active), datetime.fromisoformat(row.created)
    )
