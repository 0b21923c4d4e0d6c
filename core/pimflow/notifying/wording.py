"""Puts into words what people are told of runs: what happened, why, what to do now, and who."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pimflow.model import Event, FlowReport, Message, Run, RunReport, Status, Who
from pimflow.notifying.addresses import Pages
from pimflow.notifying.days import Day
from pimflow.notifying.duties import duties, remedies, whose
from pimflow.notifying.occasions import Occasion, Standing, attention, cause_id, has_failed, lost, undelivered
from pimflow.report import details, headline, report_text, sentence
from pimflow.words import full_stop, titled, to_the_minute

PREFIX = "[pimflow]"
_LONGEST_WHY = 100
_FOLDER = re.compile(r"^\S*[/\\](?=[^/\\\s]+:\d+: )")
_CHANGES = ((Status.CREATED, "new"), (Status.UPDATED, "updated"), (Status.DELETED, "deleted"))
_ARTICLE = re.compile(r"^The ")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a message: one of the three, or None; who else is told; where a browser shows more."""

    who: Who | None = None
    others: frozenset[Who] = frozenset()
    pages: Pages = Pages()  # noqa: RUF009 - frozen


def message(occasion: Occasion, event: Event, machine: str, reader: Reader = Reader()) -> Message:
    """Put an occasion into words for who reads it. `machine` is where the run took place."""
    report = occasion.report
    title = titled(report.run.pipeline, report.run.environment)
    text = _of_everything(report) if reader.who is None else _for_one(occasion, reader.who, reader.others)
    lines = [*_before(occasion), *text, "", *_more(report, machine, reader)]
    return Message(event, f"{PREFIX} {title}{_title(occasion, event)}", "\n".join(lines), report)


def _more(report: RunReport, machine: str, reader: Reader) -> list[str]:
    """Say where more is: on a page, and for those who have a terminal."""
    run, pages = report.run, reader.pages
    title, again = titled(run.pipeline, run.environment), f"{run.id}{run.option}"
    if reader.who in {Who.PRODUCT_MANAGER, Who.SOURCE_TEAM}:
        page = [f"See and answer them here: {pages.problems(run.pipeline)}"] if pages.root and attention(report) else []
        return [*page, f"Your administrator finds this run as {run.id} of {title}."]
    page = [f"In the browser: {pages.run(run.id)}"] if pages.root else []
    commands = f"This report again: pimflow runs {again}. Every detail: pimflow logs {again}."
    return [f"Run {run.id} of {title} on {machine}.", *page, commands]


def trial(pipeline: str, event: Event, now: datetime, machine: str, environment: str = "") -> Message:
    """Make the message of a test."""
    title = titled(pipeline, environment)
    report = RunReport(Run("test", pipeline, now, environment=environment), (), 0.0, 0)
    text = (
        f"This is a test of alerts, sent from {machine}.\n"
        f"Whoever reads it will be told how runs of {title} end. Nothing was run. Nothing to do."
    )
    return Message(event, f"{PREFIX} {title}: this is a test", text, report)


def digest(day: Day, report: RunReport, event: Event, before: Standing, reader: Reader) -> Message:
    """Put a day into words for who reads it."""
    run, who, others = report.run, reader.who, reader.others
    lines = [f"{day.runs:,} {'run' if day.runs == 1 else 'runs'} since {to_the_minute(day.begun)}{_failures(day)}"]
    if day.fails:
        lines += [*_stopped(report), *remedies(report, who or Who.ADMINISTRATOR, others)]
    lines += duties(report, who, others, before.causes, quiet=day.fails)
    lines += ["", *(_changed(flow) for flow in report.flows)]
    more = reader.pages.problems(run.pipeline) if reader.pages.root else f"pimflow problems {run.pipeline}{run.option}"
    lines += ["", f"All that is open: {more}"]
    title = f"{titled(run.pipeline, run.environment)}, {run.started.astimezone():%d %B}"
    return Message(event, f"{PREFIX} {title}: {_subject(day, report, before)}", "\n".join(lines), report)


def _subject(day: Day, report: RunReport, before: Standing) -> str:
    fresh = sum(cause_id(flow, cause) not in before.causes for flow in report.flows for cause in flow.causes)
    found = [f"fails: {why(report)}"] if day.fails else []
    found += [f"{fresh:,} new {'cause' if fresh == 1 else 'causes'} of problems"] if fresh else []
    return "; ".join(found) or "nothing to do"


def _failures(day: Day) -> str:
    if not day.failed:
        return ", all went well."
    last = f", the last one at {to_the_minute(day.failure.run.started)}: {why(day.failure)}" if day.failure else ""
    return f"; {day.failed:,} failed{last}."


def _changed(flow: FlowReport) -> str:
    parts = [f"{flow.counts.get(status, 0):,} {word}" for status, word in _CHANGES if flow.counts.get(status, 0)]
    way = f"{flow.source.removeprefix('the ')} -> {flow.target.removeprefix('the ')}"
    return f"{way}, {flow.noun[1]}: {', '.join(parts) or 'no changes'}."


def missed(report: RunReport, good: datetime | None, machine: str) -> Message:
    """Say that a pipeline did not run well for too long; `report` is an empty one, of no run."""
    title = titled(report.run.pipeline, report.run.environment)
    lines = [
        f"{title} was to run by its schedule, and no good run of it ended in time.",
        f"The last one ended at {to_the_minute(good)}." if good else "There was none yet.",
        "What you must do: see whether the server runs, whether the schedule is paused, and how the last run ended.",
        "",
        f"On {machine}. The latest runs: pimflow runs --pipeline {report.run.pipeline}{report.run.option}.",
    ]
    since = f"since {to_the_minute(good)}" if good else "yet"
    return Message(Event.FAILURE, f"{PREFIX} {title} did not run: no good run {since}", "\n".join(lines), report)


def _of_everything(report: RunReport) -> list[str]:
    return [report_text(report), "", whose(report, failed=has_failed(report))]


def _for_one(occasion: Occasion, who: Who, told: Collection[Who]) -> list[str]:
    """Say what one of the three must do, before the numbers; what was told before is counted only."""
    report = occasion.report
    lines = [f"Broken off: {full_stop(report.error)}"] if report.error and occasion.failed else []
    if occasion.failed:
        lines += [*_stopped(report), *remedies(report, who, told)]
    lines += duties(report, who, told, occasion.before.causes, quiet=occasion.failed)
    lines += ["", *(f"{headline(flow, report)} {sentence(flow)}" for flow in report.flows if not flow.error)]
    technical = details(report) if who is Who.ADMINISTRATOR else []
    return [*lines, *(["", "Details", *technical] if technical else [])]


def _stopped(report: RunReport) -> list[str]:
    return [f"{headline(flow, report)} stopped. {_ended(flow)}" for flow in report.flows if flow.error]


def _ended(flow: FlowReport) -> str:
    text = full_stop(flow.error)
    return text[:1].upper() + text[1:]


def _before(occasion: Occasion) -> list[str]:
    lines = [
        f"The run of {to_the_minute(begun)} was broken off: its process was killed. What it had written stays."
        for begun in occasion.broken_off
    ]
    since, lasts = occasion.before.since, occasion.failed
    if since is not None:
        lines.append(
            f"It has failed since {to_the_minute(since)}." if lasts else f"It failed from {to_the_minute(since)} on."
        )
    return [*lines, ""] if lines else []


def _title(occasion: Occasion, event: Event) -> str:
    report = occasion.report
    if event is Event.FAILURE:
        return f" {'still fails' if occasion.before.told else 'failed'}: {why(report)}"
    told = needing(report)
    if event is Event.RECOVERY:
        return f" works again{f'; {told}' if told else ''}"
    return f": {told}" if told else " went well"


def why(report: RunReport) -> str:
    """Say in one line why a run failed: the first sentence of what broke it off."""
    errors = [report.error, *(flow.error for flow in report.flows)]
    error = next((error for error in errors if error), "")
    if error:
        sentence = _FOLDER.sub("", error.partition(". ")[0].rstrip("."))
        return textwrap.shorten(_ARTICLE.sub("the ", sentence), _LONGEST_WHY, placeholder=" …")
    if number := undelivered(report):
        return f"{number:,} {_noun([flow for flow in report.flows if lost(flow)], number)} could not be delivered"
    return "more were refused than allowed"


def needing(report: RunReport) -> str:
    """Say in a few words how many need attention; nothing where none does."""
    number = attention(report)
    if not number:
        return ""
    noun = _noun([flow for flow in report.flows if flow.attention], number)
    return f"{number:,} {noun} {'needs' if number == 1 else 'need'} attention"


def _noun(flows: Collection[FlowReport], number: int) -> str:
    nouns = {flow.noun for flow in flows}
    one, several = nouns.pop() if len(nouns) == 1 else ("record", "records")
    return one if number == 1 else several
