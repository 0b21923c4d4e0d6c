"""What past runs tell of a pipeline: how long they take, how much changes, at which hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.model import Status
from pimflow.state.history import PastRun

_CHANGED = (Status.CREATED, Status.UPDATED, Status.DELETED)
_LATEST = 50
"""So many of the latest runs of a kind tell how long one takes."""

_BY_HAND = ("only", "limit", "dry", "undoes", "corrects", "by")
"""What a run of everything has not."""

HOURS = 24


@dataclass(frozen=True, slots=True)
class Pace:
    """What the runs of one pipeline were like; times in seconds, the latest last.

    `quick` are runs that read changes only, `full` those that read everything. `changed` counts the records that the
    quick ones wrote within `hours`; `at_hour` has those of each hour of the day, in local time.
    """

    quick: tuple[float, ...] = ()
    full: tuple[float, ...] = ()
    changed: int = 0
    hours: float = 0.0
    at_hour: tuple[int, ...] = (0,) * HOURS

    @property
    def runs(self) -> int:
        """How many runs it is made of."""
        return len(self.quick) + len(self.full)

    @property
    def changes_an_hour(self) -> float | None:
        """How many records change in an hour; None before a day of history."""
        return self.changed / self.hours if self.hours >= HOURS else None


def pace_of(runs: Iterable[PastRun]) -> Pace:
    """Look at past runs, the latest first, as the history gives them; runs for some records tell nothing."""
    quick: list[float] = []
    full: list[float] = []
    starts: list[datetime] = []
    at_hour = [0] * HOURS
    for run in runs:
        report = run.report
        if report is None or not _went_through(report):
            continue
        kind = full if _is_full(report) else quick
        if len(kind) < _LATEST:
            kind.append(float(report["seconds"]))
        if kind is quick:
            began = datetime.fromisoformat(run.started).astimezone()
            starts.append(began)
            at_hour[began.hour] += _changes(report)
    hours = (max(starts) - min(starts)).total_seconds() / 3600 if starts else 0.0
    return Pace(tuple(reversed(quick)), tuple(reversed(full)), sum(at_hour), hours, tuple(at_hour))


def _went_through(report: Mapping[str, Any]) -> bool:
    by_hand = any(report["run"].get(name) for name in _BY_HAND)
    flows = report["flows"]
    return bool(flows) and not by_hand and not report["error"] and not any(flow["error"] for flow in flows)


def _is_full(report: Mapping[str, Any]) -> bool:
    return all(flow["full"] for flow in report["flows"])


def _changes(report: Mapping[str, Any]) -> int:
    return sum(flow["counts"].get(status, 0) for flow in report["flows"] for status in _CHANGED)
