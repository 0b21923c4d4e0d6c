"""What servers remember of schedules: which times they have seen to, and which people paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from pimflow.state.database import Database
from pimflow.state.server_tables import schedules
from pimflow.state.statements import insert


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of the schedule of one kind of run: `claimed` is the latest time that was seen to.

    `since` is when these times were met first; `paused` when, and `paused_by` who, as long as it rests.
    """

    pipeline: str
    kind: str
    cron: str
    since: datetime
    claimed: datetime
    paused: datetime | None
    paused_by: str


def met(database: Database, pipeline: str, kind: str, cron: str, now: datetime) -> None:
    """Note a schedule that is new, or has other times than before: from now on it is seen to."""
    fresh = {"cron": cron, "since": _kept(now), "claimed": _kept(now)}
    with database.writing() as connection:
        statement = insert(connection, schedules).values(
            pipeline=pipeline, kind=kind, paused=None, paused_by="", **fresh
        )
        keys = ["pipeline", "kind"]
        connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=schedules.c.cron != cron)
        )


def claim(database: Database, pipeline: str, kind: str, due: datetime) -> bool:
    """Take a time on; False where a server has done so already, or the schedule is paused."""
    free = _of(pipeline, kind) & (schedules.c.claimed < _kept(due)) & schedules.c.paused.is_(None)
    with database.writing() as connection:
        return connection.execute(schedules.update().where(free).values(claimed=_kept(due))).rowcount == 1


def all_kept(database: Database) -> dict[tuple[str, str], Kept]:
    """Give what is remembered, by pipeline and kind."""
    with database.reading() as connection:
        return {(row.pipeline, row.kind): _of_row(row) for row in connection.execute(sa.select(schedules))}


def rests(database: Database, pipeline: str) -> bool:
    """Tell whether people paused the schedules of a pipeline."""
    paused = _of_pipeline(pipeline) & schedules.c.paused.is_not(None)
    with database.reading() as connection:
        return connection.execute(sa.select(schedules.c.kind).where(paused).limit(1)).first() is not None


def pause(database: Database, pipeline: str, person: str, now: datetime) -> int:
    """Let the schedules of a pipeline rest; gives how many did not rest before."""
    going = _of_pipeline(pipeline) & schedules.c.paused.is_(None)
    values = {"paused": _kept(now), "paused_by": person}
    with database.writing() as connection:
        return connection.execute(schedules.update().where(going).values(values)).rowcount


def resume(database: Database, pipeline: str, now: datetime) -> int:
    """Let the schedules of a pipeline go on, with the next time to come; gives how many rested."""
    resting = _of_pipeline(pipeline) & schedules.c.paused.is_not(None)
    values = {"paused": None, "paused_by": "", "claimed": _kept(now), "since": _kept(now)}
    with database.writing() as connection:
        return connection.execute(schedules.update().where(resting).values(values)).rowcount


def _kept(moment: datetime) -> str:
    """Give a time so that later ones sort behind earlier ones as text: in one zone, and always as long."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _of(pipeline: str, kind: str) -> sa.ColumnElement[bool]:
    return _of_pipeline(pipeline) & (schedules.c.kind == kind)


def _of_pipeline(pipeline: str) -> sa.ColumnElement[bool]:
    return schedules.c.pipeline == pipeline


def _of_row(row: Row[Any]) -> Kept:
    since, claimed = datetime.fromisoformat(row.since), datetime.fromisoformat(row.claimed)
    paused = datetime.fromisoformat(row.paused) if row.paused else None
    return Kept(row.pipeline, row.kind, row.cron, since, claimed, paused, row.paused_by)
