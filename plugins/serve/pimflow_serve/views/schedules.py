"""When pipelines run by themselves: their times, the next of them, and which rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pimflow.state import schedules
from pimflow.state.database import Database
from pimflow_serve.jobs.times import gap, next_time, zone_of
from pimflow_serve.project import Served
from pimflow_serve.serving import Serving


@dataclass(frozen=True, slots=True)
class KindLine:
    """The times of one kind of run: `kind` is changes or everything, `next` the next one, None while it rests."""

    kind: str
    cron: str
    next: datetime | None


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """When a pipeline runs by itself. `kinds` are empty for one without a schedule.

    `late_after` is how long it may be without a good run; `paused` since when it rests, and `paused_by` who said so.
    """

    pipeline: str
    kinds: tuple[KindLine, ...] = ()
    time_zone: str = ""
    late_after: timedelta | None = None
    paused: datetime | None = None
    paused_by: str = ""

    @property
    def next(self) -> datetime | None:
        """The next time of all."""
        return min((one.next for one in self.kinds if one.next), default=None)


def schedule_lines(serving: Serving) -> dict[str, ScheduleLine]:
    """Tell of all pipelines of the project, by name."""
    kept, now = schedules.all_kept(serving.database), serving.clock()
    return {name: _line(served, kept, now) for name, served in serving.project.pipelines().items()}


def schedule_line(database: Database, served: Served, now: datetime) -> ScheduleLine:
    """Tell of one pipeline."""
    return _line(served, schedules.all_kept(database), now)


def _line(served: Served, kept: dict[tuple[str, str], schedules.Kept], now: datetime) -> ScheduleLine:
    timetable = served.assembly.pipeline.config.schedule if served.assembly else None
    if timetable is None:
        return ScheduleLine(served.name)
    rests = next((one for (name, _), one in kept.items() if name == served.name and one.paused), None)
    zone = zone_of(timetable)
    kinds = tuple(
        KindLine(kind, cron, None if rests else next_time(cron, now, zone)) for kind, cron in timetable.kinds.items()
    )
    late_after = timetable.late_after or gap(timetable, now)
    if rests is None:
        return ScheduleLine(served.name, kinds, str(zone), late_after)
    return ScheduleLine(served.name, kinds, str(zone), late_after, rests.paused, rests.paused_by)
