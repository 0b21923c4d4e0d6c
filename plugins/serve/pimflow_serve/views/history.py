"""Past runs as a person reads them: one line each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.model import Status
from pimflow.running.holding import is_dead
from pimflow.state import history, locks, requests
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.requests import Request

_STOPPED = 2
"""With this exit code or a higher one a run did not do all that it should."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of records: `again` will be tried again by itself, `unsure` may or may not have arrived."""

    read: int = 0
    new: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    attention: int = 0
    again: int = 0
    unsure: int = 0

    @property
    def changed(self) -> int:
        """How many records were written."""
        return self.new + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. `state` is well, attention, running, failed or broken; `extent` changes, everything, only or some.

    `asked_by` is who or what asked a server for it, `cause` person, schedule, event or restart; both are empty for a
    run of the command line.
    """

    number: int
    id: str
    pipeline: str
    started: datetime
    state: str
    seconds: float | None
    extent: str
    keys: tuple[str, ...]
    counts: Counts
    dry: bool = False
    undoes: str = ""
    error: str = ""
    asked_by: str = ""
    cause: str = ""


def run_lines(database: Database, past: Iterable[PastRun], live: Collection[str] = ()) -> list[RunLine]:
    """Tell runs, each as one line; those that are `live` are known to go on."""
    all_runs = list(past)
    asked = requests.of_runs(database, [one.id for one in all_runs])
    return [_line(database, one, asked.get(one.id), live) for one in all_runs]


def _line(database: Database, past: PastRun, asked: Request | None, live: Collection[str]) -> RunLine:
    report = past.report or {}
    run: Mapping[str, Any] = report.get("run", {})
    counts = counts_of(report)
    keys = tuple(run.get("only", ())) or (asked.wish.keys if asked else ())
    return RunLine(
        past.number,
        past.id,
        past.pipeline,
        datetime.fromisoformat(past.started),
        _state(database, past, counts, asked, live),
        report.get("seconds"),
        _extent(report, asked, keys),
        keys,
        counts,
        bool(run.get("dry")) or (asked is not None and asked.kind == "preview"),
        past.undid,
        asked.told if asked and asked.was_killed else _error(report),
        asked.wish.asked_by if asked else "",
        asked.wish.cause if asked else "",
    )


def _state(database: Database, past: PastRun, counts: Counts, asked: Request | None, live: Collection[str]) -> str:
    if past.id in live and past.report is None:
        return "running"
    return "broken" if asked is not None and asked.was_killed else state_of(database, past, counts)


def state_of(database: Database, past: PastRun, counts: Counts) -> str:
    """Tell how a run ended; one that never told goes on only while it holds the lock of its pipeline."""
    if past.report is None:
        return "running" if _goes_on(database, past) else "broken"
    if past.exit_code is not None and past.exit_code >= _STOPPED:
        return "failed"
    return "attention" if counts.attention or past.exit_code else "well"


def _goes_on(database: Database, past: PastRun) -> bool:
    holder = None if past.finished else locks.holder(database, past.pipeline)
    return holder is not None and holder.owner.run == past.id and not is_dead(holder)


def counts_of(report: Mapping[str, Any]) -> Counts:
    """Add up what a report, as it is kept, counts in its flows."""
    flows = report.get("flows", ())

    def all_with(status: Status) -> int:
        return sum(flow["counts"].get(status, 0) for flow in flows)

    return Counts(
        sum(flow["read"] for flow in flows),
        all_with(Status.CREATED),
        all_with(Status.UPDATED),
        all_with(Status.DELETED),
        all_with(Status.UNCHANGED),
        sum(flow["attention"] for flow in flows),
        all_with(Status.FAILED),
        all_with(Status.UNKNOWN),
    )


def _extent(report: Mapping[str, Any], asked: Request | None, keys: tuple[str, ...]) -> str:
    run = report.get("run", {})
    if keys:
        return "only"
    if run.get("limit") is not None or run.get("corrects"):
        return "some"
    flows = report.get("flows", ())
    full = run.get("full") or (bool(flows) and all(flow["full"] for flow in flows))
    return "everything" if full or (asked is not None and asked.kind == "everything") else "changes"


def _error(report: Mapping[str, Any]) -> str:
    errors = (str(flow["error"]) for flow in report.get("flows", ()) if flow["error"])
    return str(report.get("error") or "") or next(errors, "")


def latest(
    database: Database, pipeline: str | None, limit: int, before: int | None = None, live: Collection[str] = ()
) -> list[RunLine]:
    """Give the latest runs, of one pipeline or all; with `before` those before a number."""
    return run_lines(database, history.past_runs(database, pipeline, limit, before), live)
