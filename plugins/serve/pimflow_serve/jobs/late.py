"""Sees which pipelines had no good run for too long, by their schedules, and lets people be told."""

from __future__ import annotations

from datetime import datetime, timedelta

from loguru import logger

from pimflow.notifying.lateness import LastRuns, last_runs
from pimflow.notifying.missing import Missed, tell_missed
from pimflow.state import schedules, servers
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.times import gap
from pimflow_serve.project import Served


class Late:
    """The pipelines that are late: no good run ended in the time that the schedule gives it."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def look(self) -> None:
        """Look at all pipelines with a schedule; one of the servers tells people."""
        runner = self._runner
        kept = schedules.all_kept(runner.database)
        late, missed = set(), []
        for served in runner.project.pipelines().values():
            found = self._late(served, kept)
            if found is not None:
                late.add(served.name)
                if served.name not in runner.late:
                    logger.warning("{} is late: no good run of it ended in time", served.name)
                if served.assembly is not None:
                    good = found.good.finished if found.good else None
                    missed.append(Missed(served.assembly, datetime.fromisoformat(good) if good else None))
        runner.late = frozenset(late)
        if servers.leads(runner.database, runner.server.name):
            tell_missed(missed, runner.database, runner.clock())

    def _late(self, served: Served, kept: dict[tuple[str, str], schedules.Kept]) -> LastRuns | None:
        runner, now = self._runner, self._runner.clock()
        timetable = served.assembly.pipeline.config.schedule if served.assembly else None
        mine = [one for (name, _), one in kept.items() if name == served.name]
        if timetable is None or not mine or any(one.paused for one in mine):
            return None
        within: timedelta = timetable.late_after or gap(timetable, now)
        if now - min(one.since for one in mine) <= within:
            return None  # it is new, or was paused: it has not had the time yet
        (found,) = last_runs(runner.database, [served.name], within, now)
        return found if found.late else None
