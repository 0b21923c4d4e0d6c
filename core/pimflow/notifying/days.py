"""What the runs of a day did, put together for one recipient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pimflow.assemble import Assembly
from pimflow.components import Notifier
from pimflow.model import FlowReport, RunReport, Status
from pimflow.notifying.audience import failure_concerns, kills_concern, seen_by
from pimflow.notifying.occasions import has_failed, met_everything
from pimflow.notifying.routing import routed
from pimflow.notifying.standings import is_regular
from pimflow.report import report_from_json
from pimflow.state import history, open_items
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Scope

_AT_ONCE = 50
_OfSink = tuple[str, int]
"""A flow, and which of its sinks."""
_CHANGED = (Status.CREATED, Status.UPDATED, Status.DELETED)


@dataclass(slots=True)
class Day:
    """What runs did since `begun`; `number` is that of the last of them, `fails` tells how it ended.

    `report` is the last one's, with the problems that are still open, and with what all of them changed. `failure` is
    the last run that failed. `met_everything`: one of them met every record.
    """

    begun: datetime
    number: int = 0
    runs: int = 0
    failed: int = 0
    fails: bool = False
    met_everything: bool = False
    report: RunReport | None = None
    failure: RunReport | None = None
    _flows: dict[_OfSink, FlowReport] = field(default_factory=dict)
    _counts: dict[_OfSink, Counter[Status]] = field(default_factory=dict)

    def take(self, number: int, report: RunReport, *, fails: bool) -> None:
        """Add one run; they come the latest first."""
        if self.report is None:
            self.report, self.number, self.fails = report, number, fails
        self.runs, self.failed, self.begun = self.runs + 1, self.failed + fails, report.run.started
        self.met_everything |= met_everything(report)
        self.failure = self.failure or (report if fails else None)
        met: Counter[str] = Counter()
        for flow in report.flows:
            of_sink = flow.name, met[flow.name]
            met[flow.name] += 1
            self._flows.setdefault(of_sink, flow)
            self._counts.setdefault(of_sink, Counter()).update({one: flow.counts.get(one, 0) for one in _CHANGED})

    def flows(self) -> tuple[FlowReport, ...]:
        """Give each flow as it was last, with what all runs changed."""
        return tuple(replace(flow, counts=dict(self._counts[of_sink])) for of_sink, flow in self._flows.items())


def day_since(number: int, notifier: Notifier, assembly: Assembly, database: Database, now: datetime) -> Day:
    """Put together what the runs after this number did. Raises StateError."""
    day = Day(now)
    for past_number, report in _runs_after(database, assembly.pipeline.name, number):
        if report is not None:
            day.take(past_number, report, fails=has_failed(report) and failure_concerns(notifier, report))
        else:
            day.failed += kills_concern(notifier)
    if day.report is not None:
        seen = seen_by(notifier, replace(day.report, flows=day.flows()))
        begun = day.begun
        day.report = routed(seen, notifier, assembly, database, lambda scope: _met_since(database, scope, begun))
    return day


def _runs_after(database: Database, pipeline: str, number: int) -> Iterator[tuple[int, RunReport | None]]:
    """Give the regular runs that ended, the latest first; None in place of the report of one that was killed."""
    before = None
    while page := history.past_runs(database, pipeline, _AT_ONCE, before, of_all=True):
        for past in page:
            if past.number <= number:
                return
            if past.report is None and past.finished is not None:
                yield past.number, None
            elif past.report is not None and is_regular(past.report):
                yield past.number, report_from_json(past.report)
        before = page[-1].number


def _met_since(database: Database, scope: Scope, begun: datetime) -> Iterator[OpenItem]:
    return (item for item in open_items.of_scope(database, scope) if item.last is not None and item.last >= begun)
