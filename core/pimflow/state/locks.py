"""Who runs a pipeline: one holder at a time, with a fencing number that rises with each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.errors import LockLostError
from pimflow.state.database import Database
from pimflow.state.statements import insert
from pimflow.state.tables import locks


@dataclass(frozen=True, slots=True)
class Owner:
    """The process of a run. `place` tells processes whose numbers may be compared, `birth` two of the same number."""

    run: str
    host: str
    place: str
    pid: int
    birth: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A lock that is held. `beats` rises while its owner lives; `beat` is the time of the last one on its clock."""

    owner: Owner
    fencing: int
    beats: int
    since: datetime
    beat: datetime


def holder(database: Database, pipeline: str) -> Holder | None:
    """Give who holds the lock of a pipeline."""
    with database.reading() as connection:
        row = connection.execute(sa.select(locks).where(locks.c.pipeline == pipeline)).first()
    if row is None or row.run is None:
        return None
    owner = Owner(row.run, row.host, row.place, row.pid, row.birth)
    return Holder(owner, row.fencing, row.beats, datetime.fromisoformat(row.since), datetime.fromisoformat(row.beat))


def take(database: Database, pipeline: str, owner: Owner, now: datetime, dead: Holder | None = None) -> int | None:
    """Take the lock if it is free, or still as it was with `dead`; give the fencing number, None if neither."""
    who = {"run": owner.run, "host": owner.host, "place": owner.place, "pid": owner.pid, "birth": owner.birth}
    new = {**who, "beats": 0, "since": now.isoformat(), "beat": now.isoformat()}
    free: sa.ColumnElement[bool] = locks.c.run.is_(None)
    if dead is not None:
        free |= (locks.c.fencing == dead.fencing) & (locks.c.beats == dead.beats)
    again = {**new, "fencing": locks.c.fencing + 1}
    with database.writing() as connection:
        statement = insert(connection, locks).values(pipeline=pipeline, fencing=1, **new)
        statement = statement.on_conflict_do_update(index_elements=["pipeline"], set_=again, where=free)
        fencing: int | None = connection.execute(statement.returning(locks.c.fencing)).scalar()
        return fencing


def beat(database: Database, pipeline: str, fencing: int, now: datetime) -> bool:
    """Show that the owner lives; False when the lock is another's by now."""
    statement = locks.update().where(_of(pipeline, fencing))
    statement = statement.values(beats=locks.c.beats + 1, beat=now.isoformat())
    with database.writing() as connection:
        return connection.execute(statement).rowcount == 1


def release(database: Database, pipeline: str, fencing: int) -> None:
    """Let go of the lock, unless it is another's by now."""
    with database.writing() as connection:
        connection.execute(locks.update().where(_of(pipeline, fencing)).values(run=None))


def unlock(database: Database, pipeline: str) -> None:
    """Take the lock away from whoever holds it: what that run would still commit is refused."""
    with database.writing() as connection:
        mine = locks.c.pipeline == pipeline
        connection.execute(locks.update().where(mine).values(run=None, fencing=locks.c.fencing + 1))


def ensure(connection: Connection, pipeline: str, fencing: int) -> None:
    """Within a transaction: raise LockLostError unless the lock still has this fencing number."""
    if connection.execute(_HELD, {"of": pipeline, "number": fencing}).first() is None:
        raise LockLostError(
            "this run was not heard of for so long that the pipeline was given free for another one. "
            "What it had committed until then stays, the rest is left to the next run"
        )


# Asked before each batch and each commit: made once, as making it takes longer than asking.
_HELD = sa.select(locks.c.fencing).where(
    locks.c.pipeline == sa.bindparam("of"), locks.c.fencing == sa.bindparam("number")
)


def _of(pipeline: str, fencing: int) -> sa.ColumnElement[bool]:
    return (locks.c.pipeline == pipeline) & (locks.c.fencing == fencing)
