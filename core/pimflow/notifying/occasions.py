"""What a run is to those who are told of runs, and the words for it: from its report, and from what they know."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from pimflow.components import Notifier
from pimflow.model import Event, FlowReport, Message, Run, RunReport, Status
from pimflow.report import report_text
from pimflow.words import titled, to_the_minute

_PREFIX = "[pimflow]"
_LONGEST_WHY = 100
_FOLDER = re.compile(r"^\S*[/\\](?=[^/\\\s]+:\d+: )")
_ARTICLE = re.compile(r"^The ")
_UNPUNCTUAL = timedelta(minutes=10)
"""A job of every day begins some minutes earlier or later; what is told again after 24 hours is then told each day."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one recipient knows of a pipeline.

    `number` is that of the last run considered. A failure lasts while `failed`; it began at `since` and was `told` last
    at that time. `causes` and `attention` are those of the last message, as far as they have not gone since.
    """

    number: int = 0
    failed: bool = False
    since: datetime | None = None
    told: datetime | None = None
    causes: frozenset[str] = frozenset()
    attention: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """One run as it concerns one recipient. `broken_off` are the begins of runs before it that were killed."""

    report: RunReport
    before: Standing
    broken_off: Sequence[datetime] = ()

    def events(self) -> Sequence[Event]:
        """Say what it is, the weightiest first."""
        if has_failed(self.report):
            return (Event.FAILURE,)
        recovered = self.before.failed or bool(self.broken_off)
        troubled = attention(self.report) > 0
        found = {Event.RECOVERY: recovered, Event.PROBLEMS: troubled, Event.SUCCESS: True}
        return tuple(event for event, applies in found.items() if applies)

    def due(self, notifier: Notifier) -> Event | None:
        """Give what this notifier is to be told, None where it wants nothing of this or knows it already."""
        return next((event for event in self.events() if event in notifier.on and self._is_news(event, notifier)), None)

    def after(self, number: int, due: Event | None, *, told: bool) -> Standing:
        """Give what is known once the run with this number was considered, and what was due `told` or not."""
        begun, missed = self.report.run.started, due is not None and not told
        known = self.before if missed and self.broken_off else replace(self.before, number=number)
        if told:
            now = known.causes | causes(self.report)
            known = replace(known, causes=now, attention=attention(self.report))
        if _met_everything(self.report):
            fewer = min(known.attention, attention(self.report))
            known = replace(known, causes=known.causes & causes(self.report), attention=fewer)
        if has_failed(self.report):
            return replace(known, failed=True, since=known.since or begun, told=begun if told else known.told)
        if missed and due is Event.RECOVERY:
            return replace(known, failed=True)
        return replace(known, failed=False, since=None, told=None)

    def _is_news(self, event: Event, notifier: Notifier) -> bool:
        if event is Event.FAILURE:
            told, again = self.before.told, timedelta(hours=notifier.again_after_hours)
            # A time to come is that of a clock that was set back meanwhile.
            return told is None or not timedelta(0) <= self.report.run.started - told < again - _UNPUNCTUAL
        if event is Event.PROBLEMS:
            number = attention(self.report)
            more = number > self.before.attention or bool(causes(self.report) - self.before.causes)
            return number > notifier.problems_over and more
        return True


def has_failed(report: RunReport) -> bool:
    """Tell whether a run failed: it was broken off, records could not be delivered, or too many were refused.

    That `--strict` makes something of anything that needs attention is no failure.
    """
    strict = report.run.strict and report.exit_code == 1
    return _undelivered(report) > 0 if strict else report.exit_code > 0


def attention(report: RunReport) -> int:
    """Count the records that need attention."""
    return sum(flow.attention for flow in report.flows)


def causes(report: RunReport) -> frozenset[str]:
    """Give a short id for each cause of problems, equal in all runs."""
    return frozenset(
        _short("\0".join((flow.name, cause.problem.field or "", cause.problem.reason, repr(cause.problem.value))))
        for flow in report.flows
        for cause in flow.causes
    )


def message(occasion: Occasion, event: Event, machine: str) -> Message:
    """Put an occasion into words. `machine` is where the run took place."""
    report = occasion.report
    title = titled(report.run.pipeline, report.run.environment)
    lines = [*_before(occasion), report_text(report), ""]
    lines.append(f"Run {report.run.id} of {title} on {machine}.")
    again = f"{report.run.id}{report.run.option}"
    lines.append(f"This report again: pimflow runs {again}. Every detail: pimflow logs {again}.")
    return Message(event, f"{_PREFIX} {title}{_title(occasion, event)}", "\n".join(lines), report)


def trial(pipeline: str, event: Event, now: datetime, machine: str, environment: str = "") -> Message:
    """Make the message of a test."""
    title = titled(pipeline, environment)
    report = RunReport(Run("test", pipeline, now, environment=environment), (), 0.0, 0)
    text = (
        f"This is a test, sent by `pimflow notify-test` on {machine}.\n"
        f"Whoever reads it will be told how runs of {title} end. Nothing was run."
    )
    return Message(event, f"{_PREFIX} {title}: this is a test", text, report)


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=6).hexdigest()


def _met_everything(report: RunReport) -> bool:
    return bool(report.flows) and all(flow.full and flow.complete and not flow.error for flow in report.flows)


def _undelivered(report: RunReport) -> int:
    return sum(_lost(flow) for flow in report.flows)


def _lost(flow: FlowReport) -> int:
    return flow.counts.get(Status.FAILED, 0) + flow.counts.get(Status.UNKNOWN, 0)


def _before(occasion: Occasion) -> list[str]:
    lines = [
        f"The run of {to_the_minute(begun)} was broken off: its process was killed. What it had written stays."
        for begun in occasion.broken_off
    ]
    since, lasts = occasion.before.since, has_failed(occasion.report)
    if since is not None:
        lines.append(
            f"It has failed since {to_the_minute(since)}." if lasts else f"It failed from {to_the_minute(since)} on."
        )
    return [*lines, ""] if lines else []


def _title(occasion: Occasion, event: Event) -> str:
    report = occasion.report
    if event is Event.FAILURE:
        return f" {'still fails' if occasion.before.told else 'failed'}: {_why(report)}"
    told = _needing(report)
    if event is Event.RECOVERY:
        return f" works again{f'; {told}' if told else ''}"
    return f": {told}" if told else " went well"


def _why(report: RunReport) -> str:
    """Say in one line why a run failed: the first sentence of what broke it off."""
    errors = [report.error, *(flow.error for flow in report.flows)]
    error = next((error for error in errors if error), "")
    if error:
        sentence = _FOLDER.sub("", error.partition(". ")[0].rstrip("."))
        return textwrap.shorten(_ARTICLE.sub("the ", sentence), _LONGEST_WHY, placeholder=" …")
    if number := _undelivered(report):
        return f"{number:,} {_noun([flow for flow in report.flows if _lost(flow)], number)} could not be delivered"
    return "more were refused than allowed"


def _needing(report: RunReport) -> str:
    number = attention(report)
    if not number:
        return ""
    noun = _noun([flow for flow in report.flows if flow.attention], number)
    return f"{number:,} {noun} {'needs' if number == 1 else 'need'} attention"


def _noun(flows: Collection[FlowReport], number: int) -> str:
    nouns = {flow.noun for flow in flows}
    one, several = nouns.pop() if len(nouns) == 1 else ("record", "records")
    return one if number == 1 else several
