"""Lets a schedule rest, and go on."""

from __future__ import annotations

from datetime import datetime

from pimflow.state import schedules
from pimflow.state.database import Database
from pimflow_serve.jobs.times import kept_as
from pimflow_serve.project import Served


def pause(database: Database, served: Served, person: str, now: datetime) -> None:
    """Let the schedule of a pipeline rest, also one that was never seen to yet."""
    timetable = served.assembly.pipeline.config.schedule if served.assembly else None
    if timetable is not None:
        for kind in timetable.kinds:
            schedules.met(database, served.name, kind, kept_as(timetable, kind), now)
    schedules.pause(database, served.name, person, now)


def resume(database: Database, served: Served, now: datetime) -> None:
    """Let it go on with its next time: what was due meanwhile is not made up for."""
    schedules.resume(database, served.name, now)
