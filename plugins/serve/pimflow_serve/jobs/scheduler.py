"""Asks for runs by the clock: at the times that the files of the pipelines say, as they are now."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from loguru import logger

from pimflow.sentences import said
from pimflow.state import schedules
from pimflow_serve.jobs.late import Late
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.steadily import Steadily
from pimflow_serve.jobs.times import due_time, kept_as, next_time, zone_of
from pimflow_serve.project import Served

BY_SCHEDULE = "schedule"
_REFRESH, _LATE = 5, 300
"""Seconds between two looks whether files have changed, and whether a pipeline is late."""
_MISSED = timedelta(minutes=5)
_TROUBLE = "the schedules cannot be seen to now"


class Times(BaseTrigger):  # type: ignore[misc] # it ships no types
    """The times of one schedule, for APScheduler; `jitter` in seconds."""

    def __init__(self, cron: str, zone: tzinfo, jitter: float) -> None:
        self.cron, self.zone, self.jitter = cron, zone, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Give the next time: after the last one, by chance a little later than the schedule says."""
        after = max(previous_fire_time, now) if previous_fire_time else now
        found = next_time(self.cron, after, self.zone)
        return self._apply_jitter(found, self.jitter, now) if found and self.jitter else found


@dataclass(frozen=True, slots=True)
class _Job:
    """A job as it was made, so that a change of it is seen."""

    pipeline: str
    kind: str
    cron: str
    zone: tzinfo
    jitter: timedelta


class Scheduler:
    """Asks a runner for runs by the clock; several servers with one state ask once."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._late = Late(runner)
        self._jobs: dict[str, _Job] = {}
        self._mistakes: dict[str, tuple[str, ...]] = {}
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._clock = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults=defaults, timezone=UTC
        )

    def start(self) -> None:
        """Begin: what was due while no server was there is made up for once."""
        for work, seconds in ((self.refresh, _REFRESH), (self._late.look, _LATE)):
            job = partial(Steadily(_TROUBLE).do, work)
            self._clock.add_job(job, "interval", seconds=seconds, next_run_time=datetime.now(UTC))
        self._clock.start()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._clock.shutdown(wait=False)  # a job that takes files over waits for what this holds

    def refresh(self) -> None:
        """Take over what the files say now; a file with mistakes keeps the schedule that it had before."""
        wanted: dict[str, _Job] = {}
        for served in self._runner.project.pipelines().values():
            self._tell_mistakes(served)
            wanted |= {f"{job.pipeline} {job.kind}": job for job in _jobs_of(served)}
        for name in self._jobs.keys() - wanted.keys():
            self._clock.remove_job(name)
        for name, job in wanted.items():
            if self._jobs.get(name) != job:
                self._take_over(name, job)
        self._jobs = wanted

    def begin_due(self, pipeline: str, kind: str) -> None:
        """Ask for a run whose time has come, unless another server has done so, or people paused the schedule."""
        runner, now = self._runner, self._runner.clock()
        served = runner.project.pipeline(pipeline)
        timetable = served.assembly.pipeline.config.schedule if served and served.assembly else None
        if timetable is None or kind not in timetable.kinds:
            return
        zone, cron = zone_of(timetable), timetable.kinds[kind]
        schedules.met(runner.database, pipeline, kind, kept_as(timetable, kind), now)
        due = due_time(cron, now, zone)
        if due is None or not schedules.claim(runner.database, pipeline, kind, due):
            return
        if kind == "changes" and timetable.everything and due_time(timetable.everything, now, zone) == due:
            return  # a run of everything begins at the same time
        missed = now - due > timetable.jitter + _MISSED
        at = due.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        told = said("It was due at {time}, when no server was there to begin it.", time=at) if missed else ""
        if missed:
            logger.warning("{}, {}: {}", pipeline, kind, told)
        runner.ask(pipeline, kind, BY_SCHEDULE, cause=BY_SCHEDULE, told=told)

    def _take_over(self, name: str, job: _Job) -> None:
        work = partial(Steadily(_TROUBLE).do, partial(self.begin_due, job.pipeline, job.kind))
        trigger = Times(job.cron, job.zone, job.jitter.total_seconds())
        self._clock.add_job(work, trigger, id=name, replace_existing=True)
        work()  # what was due while no server was there

    def _tell_mistakes(self, served: Served) -> None:
        """Tell the log of a file that has mistakes now, and of one that has none any more."""
        before = self._mistakes.get(served.name, ())
        if served.mistakes != before:
            kept = "its schedule stays as it was" if served.assembly else "it has no schedule until they are mended"
            said = f"has mistakes; {kept}: {'; '.join(served.mistakes)}" if served.mistakes else "is well again"
            logger.warning("the file of {} {}", served.name, said)
        self._mistakes[served.name] = served.mistakes


def _jobs_of(served: Served) -> list[_Job]:
    timetable = served.assembly.pipeline.config.schedule if served.assembly else None
    if timetable is None:
        return []
    zone = zone_of(timetable)
    return [_Job(served.name, kind, cron, zone, timetable.jitter) for kind, cron in timetable.kinds.items()]
