"""Puts into words what people are told of runs: what happened, why, what to do now, and who."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pimflow.languages import ENGLISH
from pimflow.model import Event, FlowReport, Message, Run, RunReport, Status, Who
from pimflow.notifying.addresses import Pages
from pimflow.notifying.days import Day
from pimflow.notifying.duties import duties, remedies, whose
from pimflow.notifying.occasions import Occasion, Standing, attention, cause_id, has_failed, lost, undelivered
from pimflow.report import details, headline, plain_title, report_lines, sentence, stopped
from pimflow.sentences import Words, in_language, joined, said, together
from pimflow.words import day_in_words, full_stop, titled, to_the_minute

PREFIX = "[pimflow]"
_LONGEST_WHY = 100
_FOLDER = re.compile(r"^\S*[/\\](?=[^/\\\s]+:\d+: )")
_CHANGES = (
    (Status.CREATED, said("{number:,} new")),
    (Status.UPDATED, said("{number:,} updated")),
    (Status.DELETED, said("{number:,} deleted")),
)
_ARTICLE = re.compile(r"^The ")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a message: one of the three, or None; who else is told; where a browser shows more; in which words."""

    who: Who | None = None
    others: frozenset[Who] = frozenset()
    pages: Pages = Pages()  # noqa: RUF009 - frozen
    words: Words = ENGLISH


def message(occasion: Occasion, event: Event, machine: str, reader: Reader = Reader()) -> Message:
    """Put an occasion into words for who reads it. `machine` is where the run took place."""
    report = occasion.report
    text = _of_everything(report) if reader.who is None else _for_one(occasion, reader.who, reader)
    lines = [*_before(occasion), *text, "", *_more(report, machine, reader)]
    title = together("{pipeline}{what}", pipeline=_titled(report.run), what=_title(occasion, event, reader.words))
    return _message(event, title, lines, report, reader.words)


def _message(event: Event, title: str, lines: Iterable[str], report: RunReport, words: Words) -> Message:
    text = "\n".join(in_language(line, words) for line in lines)
    return Message(event, f"{PREFIX} {in_language(title, words)}", text, report)


def _titled(run: Run) -> str:
    return titled(run.pipeline, run.environment)


def _more(report: RunReport, machine: str, reader: Reader) -> list[str]:
    """Say where more is: on a page, and for those who have a terminal."""
    run, pages = report.run, reader.pages
    title, again = _titled(run), f"{run.id}{run.option}"
    if reader.who in {Who.PRODUCT_MANAGER, Who.SOURCE_TEAM}:
        page = [said("See and answer them here: {page}", page=pages.problems(run.pipeline))]
        finds = said("Your administrator finds this run as {run} of {title}.", run=run.id, title=title)
        return [*(page if pages.root and attention(report) else []), finds]
    page = [said("In the browser: {page}", page=pages.run(run.id))] if pages.root else []
    commands = said(
        "This report again: {command}. Every detail: {detail}.",
        command=f"pimflow runs {again}",
        detail=f"pimflow logs {again}",
    )
    return [said("Run {run} of {title} on {machine}.", run=run.id, title=title, machine=machine), *page, commands]


def trial(
    pipeline: str, event: Event, now: datetime, machine: str, environment: str = "", words: Words = ENGLISH
) -> Message:
    """Make the message of a test."""
    report = RunReport(Run("test", pipeline, now, environment=environment), (), 0.0, 0)
    title = _titled(report.run)
    lines = [
        said("This is a test of alerts, sent from {machine}.", machine=machine),
        said(
            "Whoever reads it will be told how runs of {title} end. Nothing was run. Nothing to do.",
            title=title,
        ),
    ]
    return _message(event, said("{title}: this is a test", title=title), lines, report, words)


def digest(day: Day, report: RunReport, event: Event, before: Standing, reader: Reader) -> Message:
    """Put a day into words for who reads it."""
    run, who, others, words = report.run, reader.who, reader.others, reader.words
    lines = [_runs(day, words)]
    if day.fails:
        lines += [*_stopped(report), *remedies(report, who or Who.ADMINISTRATOR, others, words)]
    lines += duties(report, who, others, before.causes, quiet=day.fails)
    lines += ["", *(_changed(flow) for flow in report.flows)]
    more = reader.pages.problems(run.pipeline) if reader.pages.root else f"pimflow problems {run.pipeline}{run.option}"
    lines += ["", said("All that is open: {place}", place=more)]
    title = said(
        "{title}, {day}: {news}",
        title=_titled(run),
        day=day_in_words(run.started.astimezone()),
        news=_subject(day, report, before, words),
    )
    return _message(event, title, lines, report, words)


def _subject(day: Day, report: RunReport, before: Standing, words: Words) -> str:
    fresh = sum(cause_id(flow, cause) not in before.causes for flow in report.flows for cause in flow.causes)
    found = [said("fails: {why}", why=why(report, words))] if day.fails else []
    if fresh == 1:
        found.append(said("{number:,} new cause of problems", number=fresh))
    elif fresh:
        found.append(said("{number:,} new causes of problems", number=fresh))
    return joined(found, "; ") or said("nothing to do")


def _runs(day: Day, words: Words) -> str:
    """Count the runs since the last message, and those that failed."""
    since = to_the_minute(day.begun)
    runs = said("{number:,} run", number=1) if day.runs == 1 else said("{number:,} runs", number=day.runs)
    if not day.failed:
        return said("{runs} since {moment}, all went well.", runs=runs, moment=since)
    numbers = {"runs": runs, "moment": since, "failed": day.failed}
    if day.failure is None:
        return said("{runs} since {moment}; {failed:,} failed.", **numbers)
    last = {"last": to_the_minute(day.failure.run.started), "why": why(day.failure, words)}
    return said("{runs} since {moment}; {failed:,} failed, the last one at {last}: {why}.", **numbers, **last)


def _changed(flow: FlowReport) -> str:
    counts = [(word, flow.counts.get(status, 0)) for status, word in _CHANGES]
    parts = [said(str(word), number=number) for word, number in counts if number]
    names = {"source": plain_title(flow.source), "target": plain_title(flow.target), "nouns": said(flow.noun[1])}
    what = joined(parts, ", ") or said("no changes")
    return said("{source} -> {target}, {nouns}: {what}.", **names, what=what)


def missed(report: RunReport, good: datetime | None, machine: str, words: Words = ENGLISH) -> Message:
    """Say that a pipeline did not run well for too long; `report` is an empty one, of no run."""
    title, again = _titled(report.run), f"pimflow runs --pipeline {report.run.pipeline}{report.run.option}"
    if good:
        last = said("The last one ended at {moment}.", moment=to_the_minute(good))
        subject = said("{title} did not run: no good run since {moment}", title=title, moment=to_the_minute(good))
    else:
        last = said("There was none yet.")
        subject = said("{title} did not run: no good run yet", title=title)
    lines = [
        said("{title} was to run by its schedule, and no good run of it ended in time.", title=title),
        last,
        said(
            "What you must do: {tasks}",
            tasks=said("see whether the server runs, whether the schedule is paused, and how the last run ended."),
        ),
        "",
        said("On {machine}. The latest runs: {command}.", machine=machine, command=again),
    ]
    return _message(Event.FAILURE, subject, lines, report, words)


def _of_everything(report: RunReport) -> list[str]:
    return [*report_lines(report), "", whose(report, failed=has_failed(report))]


def _for_one(occasion: Occasion, who: Who, reader: Reader) -> list[str]:
    """Say what one of the three must do, before the numbers; what was told before is counted only."""
    report = occasion.report
    broken_off = report.error and occasion.failed
    lines: list[str] = [said("Broken off: {error}", error=full_stop(said(report.error)))] if broken_off else []
    if occasion.failed:
        lines += [*_stopped(report), *remedies(report, who, reader.others, reader.words)]
    lines += duties(report, who, reader.others, occasion.before.causes, quiet=occasion.failed)
    lines += ["", *(joined([headline(flow, report), sentence(flow)]) for flow in report.flows if not flow.error)]
    technical = details(report) if who is Who.ADMINISTRATOR else []
    return [*lines, *(["", said("Details"), *technical] if technical else [])]


def _stopped(report: RunReport) -> list[str]:
    return [stopped(flow, report) for flow in report.flows if flow.error]


def _before(occasion: Occasion) -> list[str]:
    lines: list[str] = [
        said(
            "The run of {moment} was broken off: its process was killed. What it had written stays.",
            moment=to_the_minute(begun),
        )
        for begun in occasion.broken_off
    ]
    since = occasion.before.since
    if since is not None and occasion.failed:
        lines.append(said("It has failed since {moment}.", moment=to_the_minute(since)))
    elif since is not None:
        lines.append(said("It failed from {moment} on.", moment=to_the_minute(since)))
    return [*lines, ""] if lines else []


def _title(occasion: Occasion, event: Event, words: Words) -> str:
    report = occasion.report
    if event is Event.FAILURE:
        reason = why(report, words)
        return said(" still fails: {why}", why=reason) if occasion.before.told else said(" failed: {why}", why=reason)
    told = needing(report)
    if event is Event.RECOVERY:
        return said(" works again; {needs}", needs=told) if told else said(" works again")
    return said(": {needs}", needs=told) if told else said(" went well")


def why(report: RunReport, words: Words) -> str:
    """Say in one line and a language why a run failed: the first sentence of what broke it off."""
    errors = [report.error, *(flow.error for flow in report.flows)]
    error = next((error for error in errors if error), "")
    if error:
        sentence = _FOLDER.sub("", in_language(error, words).partition(". ")[0].rstrip("."))
        return textwrap.shorten(_ARTICLE.sub("the ", sentence), _LONGEST_WHY, placeholder=" …")
    if number := undelivered(report):
        records = _records([flow for flow in report.flows if lost(flow)], number)
        return said("{records} could not be delivered", records=records)
    return said("more were refused than allowed")


def needing(report: RunReport) -> str:
    """Say in a few words how many need attention; nothing where none does."""
    number = attention(report)
    if not number:
        return ""
    records = _records([flow for flow in report.flows if flow.attention], number)
    if number == 1:
        return said("{records} needs attention", records=records)
    return said("{records} need attention", records=records)


def _records(flows: Collection[FlowReport], number: int) -> str:
    nouns = {flow.noun for flow in flows}
    one, several = nouns.pop() if len(nouns) == 1 else (said("record"), said("records"))
    return together("{number:,} {noun}", number=number, noun=said(one if number == 1 else several))
