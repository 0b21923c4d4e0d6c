"""Past runs with their reports, and how far each source was read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from pimflow.model import Run
from pimflow.sentences import understood
from pimflow.state.database import Database
from pimflow.state.statements import upsert
from pimflow.state.tables import bases, changes, cursors, runs

_RUNS_PER_STATEMENT = 500
_ALWAYS_KEPT = 20
OF_SOME = runs.c.of_some.is_not_distinct_from(sa.true())
"""Which runs were of some records only; of those of older versions nobody knows."""
BROKEN_OFF = 3
"""The exit code under which a run is kept whose process was killed."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that was begun. `report` is its report as data, None while it goes on or when its process was killed."""

    number: int
    id: str
    pipeline: str
    started: str
    finished: str | None
    exit_code: int | None
    report: dict[str, Any] | None
    log: str | None

    @property
    def undid(self) -> str:
        """The run that this one took back; empty for all others."""
        return str(self.report["run"].get("undoes") or "") if self.report else ""


def begin_run(database: Database, run: Run, log: str) -> int:
    """Note that a run begins and give its number; later runs have higher numbers."""
    told = {"id": run.id, "pipeline": run.pipeline, "started": run.started.isoformat(), "log": log}
    values = {**told, "of_some": run.is_of_some}
    with database.writing() as connection:
        number: int = connection.execute(runs.insert().values(values).returning(runs.c.number)).scalar_one()
        return number


def finish_run(database: Database, number: int, report: bytes, exit_code: int, now: datetime) -> None:
    """Keep the report of a run."""
    values = {"report": report.decode(), "exit_code": exit_code, "finished": now.isoformat()}
    with database.writing() as connection:
        connection.execute(runs.update().where(runs.c.number == number).values(values))


def break_off(database: Database, pipeline: str, before: int, now: datetime) -> list[str]:
    """Close the runs of a pipeline before this one that never ended, and give their ids: nobody is at them now."""
    open_runs = (runs.c.pipeline == pipeline) & (runs.c.number < before) & runs.c.finished.is_(None)
    with database.writing() as connection:
        closing = runs.update().where(open_runs).values(exit_code=BROKEN_OFF, finished=now.isoformat())
        return list(connection.execute(closing.returning(runs.c.id)).scalars())


def past_runs(
    database: Database, pipeline: str | None, limit: int, before: int | None = None, *, of_all: bool = False
) -> list[PastRun]:
    """Give the latest runs, of one pipeline or all, the latest first; with `before` those with lower numbers.

    `of_all` leaves out those of some records only.
    """
    query = sa.select(runs).order_by(runs.c.number.desc()).limit(limit)
    if of_all:
        query = query.where(~OF_SOME)
    if before is not None:
        query = query.where(runs.c.number < before)
    if pipeline is not None:
        query = query.where(runs.c.pipeline == pipeline)
    with database.reading() as connection:
        return [_past_run(row) for row in connection.execute(query)]


def last_change(database: Database) -> PastRun | None:
    """Give the latest run that changed something in a target, of those whose changes are kept."""
    query = sa.select(runs).where(runs.c.number.in_(sa.select(sa.func.max(changes.c.run))))
    with database.reading() as connection:
        row = connection.execute(query).first()
        return _past_run(row) if row else None


def find_run(database: Database, run_id: str) -> PastRun | None:
    """Give the run with this id."""
    with database.reading() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
        return _past_run(row) if row else None


def runs_numbered(database: Database, numbers: Collection[int]) -> dict[int, PastRun]:
    """Give the runs with these numbers that are still kept."""
    with database.reading() as connection:
        found = connection.execute(sa.select(runs).where(runs.c.number.in_(sorted(numbers))))
        return {row.number: _past_run(row) for row in found}


def prune(database: Database, pipeline: str, before: datetime, most: int) -> list[str]:
    """Forget runs that ended before a time, and those beyond the latest `most`, with what they changed.

    Give the log files of these. What was sent last of each record stays; so do a run that goes on and, whatever the
    clock says, the latest few. Runs of some records count by themselves: events bring many of them.
    """
    with database.writing() as connection:
        gone = [one for kind in (OF_SOME, ~OF_SOME) for one in connection.execute(_old(pipeline, kind, before, most))]
        for start in range(0, len(gone), _RUNS_PER_STATEMENT):
            numbers = [one.number for one in gone[start : start + _RUNS_PER_STATEMENT]]
            connection.execute(changes.delete().where(changes.c.run.in_(numbers)))
            connection.execute(runs.delete().where(runs.c.number.in_(numbers)))
    return [one.log for one in gone if one.log]


def _old(pipeline: str, kind: sa.ColumnElement[bool], before: datetime, most: int) -> sa.Select[tuple[int, str | None]]:
    theirs = (runs.c.pipeline == pipeline) & kind & runs.c.finished.is_not(None)
    latest = sa.select(runs.c.number).where(theirs).order_by(runs.c.number.desc())
    aged = (runs.c.finished < before.isoformat()) & runs.c.number.not_in(latest.limit(min(most, _ALWAYS_KEPT)))
    return sa.select(runs.c.number, runs.c.log).where(theirs & (aged | runs.c.number.not_in(latest.limit(most))))


def cursor(database: Database, pipeline: str, flow: str, address: str) -> str | None:
    """Give the cursor that the last complete read of this source left."""
    query = sa.select(cursors.c.cursor).where(_of_source(pipeline, flow, address))
    with database.reading() as connection:
        return connection.execute(query).scalar()


def keep_cursor(database: Database, pipeline: str, flow: str, address: str, value: str, now: datetime) -> None:
    """Keep the cursor of a complete read."""
    new = {"pipeline": pipeline, "flow": flow, "address": address, "cursor": value, "updated": now.isoformat()}
    with database.writing() as connection:
        upsert(connection, cursors, [new])


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one source was read: the source's own text, and when it was kept."""

    flow: str
    address: str
    cursor: str
    updated: str


def all_cursors(database: Database, pipeline: str) -> list[Cursor]:
    """Give the cursors of a pipeline, by flow."""
    query = sa.select(cursors.c.flow, cursors.c.address, cursors.c.cursor, cursors.c.updated)
    query = query.where(cursors.c.pipeline == pipeline).order_by(cursors.c.flow, cursors.c.address)
    with database.reading() as connection:
        return [Cursor(*row) for row in connection.execute(query)]


def basis(database: Database, pipeline: str, flow: str) -> str | None:
    """Give the basis of the last complete read of everything."""
    query = sa.select(bases.c.basis).where((bases.c.pipeline == pipeline) & (bases.c.flow == flow))
    with database.reading() as connection:
        return connection.execute(query).scalar()


def keep_basis(database: Database, pipeline: str, flow: str, value: str) -> None:
    """Keep the basis of a complete read of everything."""
    with database.writing() as connection:
        upsert(connection, bases, [{"pipeline": pipeline, "flow": flow, "basis": value}])


def forget_cursors(database: Database, pipeline: str, flow: str | None = None) -> None:
    """Forget how far the sources of a pipeline, or of one flow, were read."""
    chosen = cursors.c.pipeline == pipeline
    if flow is not None:
        chosen &= cursors.c.flow == flow
    with database.writing() as connection:
        connection.execute(cursors.delete().where(chosen))


def _of_source(pipeline: str, flow: str, address: str) -> sa.ColumnElement[bool]:
    return (cursors.c.pipeline == pipeline) & (cursors.c.flow == flow) & (cursors.c.address == address)


def _past_run(row: Any) -> PastRun:
    report = understood(orjson.loads(row.report)) if row.report else None
    return PastRun(row.number, row.id, row.pipeline, row.started, row.finished, row.exit_code, report, row.log)
