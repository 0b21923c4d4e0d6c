"""Events from outside: each is taken once, and leads to a run of what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.state.database import Database
from pimflow.state.memory import shortened
from pimflow.state.requests import Wish, gather
from pimflow.state.server_tables import events
from pimflow.state.statements import insert

MOST_KEYS = 500
"""Records that are asked for one by one; a run of all changes takes fewer calls beyond that."""
_REMEMBERED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gathering:
    """What becomes of the events of a hook: `wishes` are asked for at `due`, with what else has come until then."""

    wishes: Sequence[Wish]
    due: datetime
    now: datetime


def take(database: Database, hook: str, keys: Mapping[str, str | None], gathering: Gathering) -> int:
    """Take events by their ids, each with the key of a record, None where it names none; give how many were new.

    That they came, and that a run was asked for, is kept in one transaction: an event is neither lost nor taken twice.
    """
    with database.writing() as connection:
        _forget(connection, gathering.now)
        new = [id_ for id_ in keys if _is_new(connection, hook, id_, gathering.now)]
        named = tuple(dict.fromkeys(key for id_ in new if (key := keys[id_]) is not None))
        everything = any(keys[id_] is None for id_ in new)
        for wish in gathering.wishes if new else ():
            wanted = replace(wish, kind="changes" if everything else "only", keys=() if everything else named)
            gather(connection, wanted, gathering.now, gathering.due, MOST_KEYS)
    return len(new)


def latest(database: Database) -> dict[str, datetime]:
    """Give, of each hook, when the last event came that is remembered."""
    query = sa.select(events.c.hook, sa.func.max(events.c.received).label("received")).group_by(events.c.hook)
    with database.reading() as connection:
        return {row.hook: datetime.fromisoformat(row.received) for row in connection.execute(query)}


def begin_once(database: Database, what: str, id_: str, now: datetime) -> bool:
    """Take something on that is to be done once; False where another process has."""
    with database.writing() as connection:
        _forget(connection, now)
        return _is_new(connection, what, id_, now)


def leave(database: Database, what: str, id_: str) -> None:
    """Leave it to whoever tries again."""
    with database.writing() as connection:
        connection.execute(events.delete().where(events.c.hook == what, events.c.id == shortened(id_)))


def _forget(connection: Connection, now: datetime) -> None:
    connection.execute(events.delete().where(events.c.received < (now - _REMEMBERED).isoformat()))


def _is_new(connection: Connection, hook: str, id_: str, now: datetime) -> bool:
    statement = insert(connection, events).values(hook=hook, id=shortened(id_), received=now.isoformat())
    return connection.execute(statement.on_conflict_do_nothing().returning(events.c.id)).first() is not None
