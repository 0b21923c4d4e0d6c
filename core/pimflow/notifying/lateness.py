"""Which pipelines did not run well for too long, for whatever watches them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pimflow.model import RunReport
from pimflow.notifying.occasions import has_failed
from pimflow.report import report_from_json
from pimflow.state import history
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.last_runs import last_run

_UNPUNCTUAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LastRuns:
    """The last good run of a pipeline, and its latest run, good or not; `late` when the good one is too long ago."""

    pipeline: str
    late: bool
    good: PastRun | None
    latest: PastRun | None


def last_runs(database: Database, pipelines: Iterable[str], within: timedelta, now: datetime) -> Iterator[LastRuns]:
    """Tell of each pipeline whether a good run of it ended within that time.

    One that ended in the future ended before the clock was set back, nobody knows when: that counts as late.
    """
    for pipeline in pipelines:
        good = last_run(database, pipeline, went_well)
        latest = next(iter(history.past_runs(database, pipeline, 1)), None)
        ended = datetime.fromisoformat(good.finished) if good and good.finished else None
        late = ended is None or not -_UNPUNCTUAL <= now - ended <= within
        yield LastRuns(pipeline, late, good, latest)


def went_well(past: PastRun) -> bool:
    """Tell whether a run was a good one: of all records, at once or with the last of their groups, and no failure."""
    if past.report is None:
        return False
    report = report_from_json(past.report)
    return _was_of_everything(report) and not has_failed(report)


def _was_of_everything(report: RunReport) -> bool:
    last = report.checkpoint is not None and not report.checkpoint.left
    return (replace(report.run, by="") if last else report.run).is_regular
