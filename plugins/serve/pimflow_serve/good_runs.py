"""The last good run of each pipeline, for those who ask all the time: each run is looked at once."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from pimflow.notifying.lateness import went_well
from pimflow.state import history
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.last_runs import last_run

_AT_ONCE = 50


class GoodRuns:
    """What is known of the pipelines, each up to a run of it. May be asked from any thread."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, PastRun | None]] = {}
        self._lock = Lock()

    def last(self, database: Database, pipeline: str) -> PastRun | None:
        """Give the last good run of a pipeline. Raises StateError."""
        with self._lock:
            ended = next(iter(self._ended(database, pipeline, 0)), None)
            before = self._known.get(pipeline)
            if before is None:
                good = last_run(database, pipeline, went_well)
            else:
                new = (past for past in self._ended(database, pipeline, before[0]) if went_well(past))
                good = next(new, before[1])
            if ended is not None:
                self._known[pipeline] = (ended.number, good)
            return good

    def _ended(self, database: Database, pipeline: str, after: int) -> Iterator[PastRun]:
        """Give the runs with higher numbers that have ended, the latest first; mostly there is none, or one."""
        page = history.past_runs(database, pipeline, 1)
        while page:
            for past in page:
                if past.number <= after:
                    return
                if past.finished is not None:
                    yield past
            page = history.past_runs(database, pipeline, _AT_ONCE, page[-1].number)
