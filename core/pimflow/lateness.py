"""Which pipelines did not run well for too long, for whatever watches them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pimflow.occasions import counts, has_failed
from pimflow.report import report_from_json
from pimflow.state import history
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.last_runs import last_run


@dataclass(frozen=True, slots=True)
class LastRuns:
    """The last good run of a pipeline, and its latest run, good or not; `late` when the good one is too long ago."""

    pipeline: str
    late: bool
    good: PastRun | None
    latest: PastRun | None


def last_runs(database: Database, pipelines: Iterable[str], within: timedelta, now: datetime) -> Iterator[LastRuns]:
    """Tell of each pipeline whether a good run of it ended within that time."""
    for pipeline in pipelines:
        good = last_run(database, pipeline, went_well)
        latest = next(iter(history.past_runs(database, pipeline, 1)), None)
        late = good is None or good.finished is None or now - datetime.fromisoformat(good.finished) > within
        yield LastRuns(pipeline, late, good, latest)


def went_well(past: PastRun) -> bool:
    """Tell whether a run was a good one: of all records, and no failure."""
    if past.report is None:
        return False
    report = report_from_json(past.report)
    return counts(report.run) and not has_failed(report)
