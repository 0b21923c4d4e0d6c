"""What a run is to those who are told of runs: from its report, and from what they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from pimflow.components import Notifier
from pimflow.model import Cause, Event, FlowReport, RunReport, Status

_UNPUNCTUAL = timedelta(minutes=10)
"""A job of every day begins some minutes earlier or later; what is told again after 24 hours is then told each day."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one recipient knows of a pipeline.

    `number` is that of the last run considered. A failure lasts while `failed`; it began at `since` and was `told` last
    at that time. `causes` and `attention` are those of the last message, as far as they have not gone since. `missed`:
    when it was told last that no run took place for too long; `digested`: when the last digest was due.
    """

    number: int = 0
    failed: bool = False
    since: datetime | None = None
    told: datetime | None = None
    causes: frozenset[str] = frozenset()
    attention: int = 0
    missed: datetime | None = None
    digested: datetime | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """One run as it concerns one recipient. `broken_off` are the begins of runs before it that were killed.

    `spared`: that it failed, if it did, is no concern of this recipient. `partial`: it was of some records only, which
    is no proof that all is well.
    """

    report: RunReport
    before: Standing
    broken_off: Sequence[datetime] = ()
    spared: bool = False
    partial: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether it failed, as far as this recipient is concerned."""
        return has_failed(self.report) and not self.spared

    def events(self) -> Sequence[Event]:
        """Say what it is, the weightiest first."""
        if self.failed:
            return (Event.FAILURE,)
        troubled = attention(self.report) > 0
        if self.partial or has_failed(self.report):
            return (Event.PROBLEMS,) if troubled else ()
        recovered = self.before.failed or self.before.missed is not None or bool(self.broken_off)
        found = {Event.RECOVERY: recovered, Event.PROBLEMS: troubled, Event.SUCCESS: True}
        return tuple(event for event, applies in found.items() if applies)

    def due(self, notifier: Notifier) -> Event | None:
        """Give what this notifier is to be told, None where it wants nothing of this or knows it already."""
        return next((event for event in self.events() if event in notifier.on and self._is_news(event, notifier)), None)

    def after(self, number: int, due: Event | None, *, told: bool) -> Standing:
        """Give what is known once the run with this number was considered, and what was due `told` or not."""
        begun, untold = self.report.run.started, due is not None and not told
        unseen = self.partial or (untold and self.broken_off)
        known = self.before if unseen else replace(self.before, number=number)
        if told:
            now, needy = known.causes | causes(self.report), attention(self.report)
            known = replace(known, causes=now, attention=max(needy, known.attention) if self.partial else needy)
        if met_everything(self.report):
            fewer = min(known.attention, attention(self.report))
            known = replace(known, causes=known.causes & causes(self.report), attention=fewer)
        if self.failed:
            return replace(known, failed=True, since=known.since or begun, told=begun if told else known.told)
        if untold and due is Event.RECOVERY:
            return replace(known, failed=True)
        if self.partial or has_failed(self.report):
            return known
        return replace(known, failed=False, since=None, told=None, missed=None)

    def _is_news(self, event: Event, notifier: Notifier) -> bool:
        if event is Event.FAILURE:
            told, again = self.before.told, timedelta(hours=notifier.again_after_hours)
            # A time to come is that of a clock that was set back meanwhile.
            return told is None or not timedelta(0) <= self.report.run.started - told < again - _UNPUNCTUAL
        if event is Event.PROBLEMS:
            number = attention(self.report)
            more = number > self.before.attention and notifier.for_ is None and not self.partial
            return number > notifier.problems_over and (more or bool(causes(self.report) - self.before.causes))
        return True


def has_failed(report: RunReport) -> bool:
    """Tell whether a run failed: it was broken off, records could not be delivered, or too many were refused.

    That `--strict` makes something of anything that needs attention is no failure.
    """
    strict = report.run.strict and report.exit_code == 1
    return undelivered(report) > 0 if strict else report.exit_code > 0


def attention(report: RunReport) -> int:
    """Count the records that need attention."""
    return sum(flow.attention for flow in report.flows)


def causes(report: RunReport) -> frozenset[str]:
    """Give a short id for each cause of problems, equal in all runs."""
    return frozenset(cause_id(flow, cause) for flow in report.flows for cause in flow.causes)


def cause_id(flow: FlowReport, cause: Cause) -> str:
    """Give a short id for a cause of problems, equal in all runs."""
    problem = cause.problem
    text = "\0".join((flow.name, problem.field or "", problem.reason, repr(problem.value)))
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=6).hexdigest()


def undelivered(report: RunReport) -> int:
    """Count the records of which nobody knows that they arrived."""
    return sum(lost(flow) for flow in report.flows)


def lost(flow: FlowReport) -> int:
    """Count those of one flow."""
    return flow.counts.get(Status.FAILED, 0) + flow.counts.get(Status.UNKNOWN, 0)


def met_everything(report: RunReport) -> bool:
    """Tell whether a run met every record, so that a problem that it did not meet is gone."""
    return bool(report.flows) and all(flow.full and flow.complete and not flow.error for flow in report.flows)
