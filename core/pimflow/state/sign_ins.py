"""Who is signed in to a server, and the tokens of programs: known by a hash of what the other side shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.people import PeopleError
from pimflow.state.server_tables import people, sign_ins, tokens


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who is signed in: `begun` then, last `used` then; it `ends` unless it is used again before."""

    person: str
    role: str
    language: str
    begun: datetime
    used: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows in place of a password. It `ends` never where that is None."""

    name: str
    role: str
    made_by: str
    created: datetime
    used: datetime | None
    ends: datetime | None


_OF_TOKEN = [tokens.c.name, tokens.c.role, tokens.c.made_by, tokens.c.created, tokens.c.used, tokens.c.ends]


def begin(database: Database, digest: str, person: str, now: datetime, ends: datetime) -> None:
    """Keep that somebody signed in, and forget whose time is over."""
    with database.writing() as connection:
        connection.execute(sign_ins.delete().where(sign_ins.c.ends <= now.isoformat()))
        values = {"hash": digest, "person": person, "begun": now.isoformat(), "used": now.isoformat()}
        connection.execute(sign_ins.insert().values(values | {"ends": ends.isoformat()}))


def signed_in(database: Database, digest: str, now: datetime) -> SignIn | None:
    """Give who is signed in by this secret, while that lasts and the person is active."""
    of = sa.select(sign_ins, people.c.role, people.c.language).join(people, people.c.name == sign_ins.c.person)
    lasting = (sign_ins.c.hash == digest) & (sign_ins.c.ends > now.isoformat()) & people.c.active
    with database.reading() as connection:
        row = connection.execute(of.where(lasting)).first()
    if row is None:
        return None
    times = (datetime.fromisoformat(text) for text in (row.begun, row.used, row.ends))
    return SignIn(row.person, row.role, row.language, *times)


def go_on(database: Database, digest: str, now: datetime, ends: datetime) -> None:
    """Keep that somebody is still there."""
    with database.writing() as connection:
        values = {"used": now.isoformat(), "ends": ends.isoformat()}
        connection.execute(sign_ins.update().where(sign_ins.c.hash == digest).values(values))


def end(database: Database, digest: str) -> None:
    """Keep that somebody signed out."""
    with database.writing() as connection:
        connection.execute(sign_ins.delete().where(sign_ins.c.hash == digest))


def all_tokens(database: Database) -> list[Token]:
    """List the tokens by name."""
    with database.reading() as connection:
        return [_token(row) for row in connection.execute(sa.select(*_OF_TOKEN).order_by(tokens.c.name))]


def add_token(database: Database, digest: str, token: Token) -> None:
    """Keep a new token. Raises PeopleError where its name is taken."""
    with database.writing() as connection:
        if connection.execute(sa.select(tokens.c.name).where(tokens.c.name == token.name)).first() is not None:
            raise PeopleError(f"there is a token {token.name!r} already; choose another name")
        connection.execute(
            tokens.insert().values(
                hash=digest,
                name=token.name,
                role=token.role,
                made_by=token.made_by,
                created=token.created.isoformat(),
                used=None,
                ends=token.ends.isoformat() if token.ends else None,
            )
        )


def token_of(database: Database, digest: str, now: datetime) -> Token | None:
    """Give the token of this secret, while it lasts."""
    lasting = (tokens.c.hash == digest) & (tokens.c.ends.is_(None) | (tokens.c.ends > now.isoformat()))
    with database.reading() as connection:
        row = connection.execute(sa.select(*_OF_TOKEN).where(lasting)).first()
    return _token(row) if row else None


def token_used(database: Database, digest: str, now: datetime) -> None:
    """Keep that a token is used."""
    with database.writing() as connection:
        connection.execute(tokens.update().where(tokens.c.hash == digest).values(used=now.isoformat()))


def remove_token(database: Database, name: str) -> None:
    """Forget a token. Raises PeopleError where there is none of this name."""
    with database.writing() as connection:
        if not connection.execute(tokens.delete().where(tokens.c.name == name)).rowcount:
            raise PeopleError(f"no token is called {name!r}")


def _token(row: sa.Row[tuple[str, str, str, str, str | None, str | None]]) -> Token:
    used, ends = (datetime.fromisoformat(text) if text else None for text in (row.used, row.ends))
    return Token(row.name, row.role, row.made_by, datetime.fromisoformat(row.created), used, ends)
