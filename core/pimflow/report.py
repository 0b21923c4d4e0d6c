"""Reports of a run: as text for people, as JSON for machines.

The text speaks to the product manager: what happened, why, what now, who. Technical detail stands apart, at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from pimflow.languages import ENGLISH
from pimflow.model import SETTLED, Cause, FlowReport, Problem, ProblemKind, RunReport, Status, Who
from pimflow.plain import to_kept_json
from pimflow.sentences import Said, Words, in_language, joined, said, together
from pimflow.words import Lead, capital, full_stop, one_of

_EFFECTS = {
    Status.REFUSED: (said("{records} did not go through"), said("{records} would not go through")),
    Status.FAILED: (said("{records} could not be delivered"), said("{records} could not be delivered")),
    Status.UNKNOWN: (said("{records} may or may not have arrived"), said("{records} may or may not arrive")),
}
"""What became of the records that a cause concerns: in a run, and in a preview."""
_ARRIVED = (said("{records} arrived without {lost}"), said("{records} would arrive without {lost}"))

WHO = {
    Who.PRODUCT_MANAGER: said("product manager"),
    Who.SOURCE_TEAM: said("ERP team"),
    Who.ADMINISTRATOR: said("administrator"),
}
"""What people are called."""

_KEYS_SHOWN = 5
_WITHOUT_KEY = re.compile(r"row (\d+)")
_OTHERS_SHOWN = 3


def report_data(report: RunReport) -> dict[str, Any]:
    """Give a report as plain data: the dataclasses as they are, counts by status name."""
    data = asdict(report)
    del data["run"]["memory"]
    return data


def report_json(report: RunReport) -> bytes:
    """Give the same as JSON, as the state keeps it."""
    return to_kept_json(report_data(report))


def report_from_json(data: Any) -> RunReport:
    """Make a report again from what `report_json` kept."""
    return TypeAdapter(RunReport).validate_python(data)


def report_text(report: RunReport, words: Words = ENGLISH) -> str:
    """Give a report as lines of plain text, in a language."""
    return "\n".join(in_language(line, words) for line in report_lines(report))


def report_lines(report: RunReport) -> Iterator[str]:
    """Give a report as lines that can be told in a language."""
    if report.error:
        yield said("Broken off: {error}", error=full_stop(said(report.error)))
    for flow in report.flows:
        yield from _flow_lines(flow, report)
    if report.checkpoint:
        yield report.checkpoint.told()
    found = details(report)
    if found:
        yield from ("", said("For your administrator"), *found)


def details(report: RunReport) -> list[str]:
    """Give the technical details, as lines."""
    return [line for flow in report.flows for line in _detail_lines(flow)]


def _flow_lines(flow: FlowReport, report: RunReport) -> Iterator[str]:
    if flow.error:
        yield stopped(flow, report)
    if flow.read or not flow.error:
        said_of = _said(flow, report)
        yield (
            said("  Before that: {counts}", counts=said_of) if flow.error else joined([headline(flow, report), said_of])
        )
    for cause in flow.causes:
        yield together("  - {cause}", cause=cause_sentence(cause, flow, dry=report.run.dry))
        if cause.problem.remedy:
            yield together("    {advice}", advice=advice(cause.problem))
    for note in flow.notes:
        yield said("  Note: {note}", note=said(note))


def stopped(flow: FlowReport, report: RunReport) -> str:
    """Say that a flow was stopped, and why."""
    return said(
        "{headline} stopped. {error}", headline=headline(flow, report), error=capital(full_stop(said(flow.error)))
    )


def _said(flow: FlowReport, report: RunReport) -> str:
    return undone(flow, dry=report.run.dry) if report.run.undoes else sentence(flow, dry=report.run.dry)


def undone(flow: FlowReport, *, dry: bool = False) -> str:
    """Say in one sentence what an undo put back."""
    back = flow.counts.get(Status.UPDATED, 0) + flow.counts.get(Status.CREATED, 0)
    same = flow.counts.get(Status.UNCHANGED, 0)
    if dry:
        parts = [
            said("{number:,} would be put back or taken out of use", number=back),
            said("{number:,} would need nothing", number=same),
        ]
    else:
        parts = [
            said("{number:,} were put back or taken out of use", number=back),
            said("{number:,} needed nothing", number=same),
        ]
    what = joined([*parts, *_needy(flow)], ", ")
    return said("the run had changed {records}; {what}.", records=_number(flow.read, flow), what=what)


def _needy(flow: FlowReport) -> list[str]:
    """Count those that need attention, and the causes; what is told of a column or a place concerns none of them."""
    if not flow.attention:
        return []
    number = sum(cause.count > 0 for cause in flow.causes)
    causes = said("{count:,} cause", count=number) if number == 1 else said("{count:,} causes", count=number)
    if flow.attention == 1:
        return [said("{number:,} needs your attention ({causes})", number=1, causes=causes)]
    return [said("{number:,} need your attention ({causes})", number=flow.attention, causes=causes)]


def headline(flow: FlowReport, report: RunReport) -> str:
    """Say what moved, when and how long: `Odoo -> PIM, 14:15, changes only, 2 min:`; in which environment, too."""
    run = report.run
    way = plain_title(flow.target)
    if run.environment:
        way = together("{target} ({environment})", target=way, environment=run.environment)
    extent = _extent(flow, report)
    if run.undoes:
        extent = said("run {run} undone", run=run.undoes)
    else:
        way = together("{source} -> {target}", source=plain_title(flow.source), target=way)
    when = run.started.astimezone().strftime("%H:%M")
    dry = said("preview") if run.dry else ""
    return said("{all}:", all=joined([way, when, extent, duration(flow.seconds), dry], ", "))


def _extent(flow: FlowReport, report: RunReport) -> str:
    run = report.run
    if run.only:
        more, keys = len(run.only) - _KEYS_SHOWN, ", ".join(run.only[:_KEYS_SHOWN])
        return (
            said("only {keys} and {more:,} more", keys=keys, more=more) if more > 0 else said("only {keys}", keys=keys)
        )
    if run.corrects:
        return said("corrected rows")
    if flow.part:
        return flow.part
    if run.limit:
        return said("the first {number:,}", number=run.limit)
    return said("everything") if flow.full else said("changes only")


def plain_title(title: str) -> Said:
    """Name a system without its article: `PIM`."""
    return said(title.removeprefix("the ")) if title.startswith("the ") else said(title)


def sentence(flow: FlowReport, *, dry: bool = False) -> str:
    """Say in one sentence how many were read, and what became of them."""
    counts = {status: flow.counts.get(status, 0) for status in Status}
    parts = [
        said("{number:,} new", number=counts[Status.CREATED]),
        said("{number:,} updated", number=counts[Status.UPDATED]),
        said("{number:,} already up to date", number=counts[Status.UNCHANGED]),
    ]
    if counts[Status.DELETED]:
        parts.insert(2, said("{number:,} deleted", number=counts[Status.DELETED]))
    what = joined([*parts, *_needy(flow)], ", ")
    if flow.shared:
        what = said("{nouns}: {what}", nouns=said(flow.noun[1]), what=what)
    text = said("{read}; {what}.", read=_read(flow), what=what)
    return joined([text, _shares(flow, counts, dry=dry)])


def _read(flow: FlowReport) -> str:
    records = _number(flow.read, flow)
    if flow.shared:
        records = said("{number:,} row", number=1) if flow.read == 1 else said("{number:,} rows", number=flow.read)
    if not flow.dropped:
        return said("{records} read", records=records)
    return said(
        "{records} read, {number:,} of them left out by the pipeline's filter", records=records, number=flow.dropped
    )


def _shares(flow: FlowReport, counts: dict[Status, int], *, dry: bool) -> str:
    """Tell those that arrived without a value from those that did not arrive, where there are both."""
    lost = sum(number for status, number in counts.items() if status not in SETTLED)
    partly = flow.attention - lost
    if partly <= 0 or not lost:  # of what only some are told, not all that was lost is theirs
        return ""
    numbers = {"all": flow.attention, "partly": partly, "lost": lost}
    if dry:
        return said("Of these {all:,}, {partly:,} would arrive without some values and {lost:,} would not.", **numbers)
    return said("Of these {all:,}, {partly:,} arrived without some values and {lost:,} did not arrive.", **numbers)


def advice(problem: Problem) -> str:
    """Say what to do now, and who: `ERP team: Correct it.`, unless the remedy itself names who."""
    if problem.who in problem.remedy:
        return problem.remedy
    return said("{who}: {remedy}", who=capital(WHO[problem.who]), remedy=said(problem.remedy))


def cause_sentence(cause: Cause, flow: FlowReport, *, dry: bool = False) -> str:
    """Say what happened, why, and to how many; what to do now, and who, is told by `advice`."""
    return joined([what_happened(cause, flow), effect(cause, flow, dry=dry)])


def what_happened(cause: Cause, flow: FlowReport) -> str:
    """Say what happened and why, as one sentence, whatever became of the records."""
    text = _happened(cause, flow)
    if cause.others and cause.problem.lead is not Lead.RECORD:
        others = ", ".join(map(shown, cause.others[:_OTHERS_SHOWN]))
        text = said("{what}; likewise {others} and others", what=text, others=others)
    return full_stop(capital(text) if text.startswith(cause.problem.reason) else text)


def _happened(cause: Cause, flow: FlowReport) -> str:
    problem, field = cause.problem, cause.label or cause.problem.field
    reason = said(problem.reason)
    if problem.lead is Lead.RECORD:
        return said("{record}: {reason}", record=cause.record or ", ".join(cause.keys[:1]), reason=reason)
    if problem.lead is Lead.VALUE:
        return together("{value} {reason}", value=shown(problem.value), reason=reason)
    if problem.lead is Lead.KEY:
        return together("{field} {value} {reason}", field=field, value=problem.value, reason=reason)
    if problem.lead is Lead.NOTHING or problem.value is None:
        is_named = field and problem.lead is not Lead.NOTHING
        return said("{field}: {reason}", field=field, reason=reason) if is_named else reason
    named = {"source": said(flow.source), "value": shown(problem.value), "reason": reason}
    if field:
        return said("{field}: {source} says {value}, {reason}", field=field, **named)
    return said("{source} says {value}, {reason}", **named)


def effect(cause: Cause, flow: FlowReport, *, dry: bool = False) -> str:
    """Say what became of the records of a cause; nothing where it concerns none."""
    if cause.problem.effect and not cause.others:
        return full_stop(said(cause.problem.effect))
    if not cause.count:
        return ""
    done = _EFFECTS.get(cause.status)
    names = {"records": _number(cause.count, flow)} | ({} if done else {"lost": _lost(cause)})
    told = said(str((done or _ARRIVED)[dry]), **names)
    keys = joined(map(_shown_key, cause.keys[:_KEYS_SHOWN]), ", ")
    more = ", …" if cause.count > _KEYS_SHOWN else ""
    return (
        together("{told:capital} ({keys}{more}).", told=told, keys=keys, more=more)
        if keys
        else full_stop(capital(told))
    )


def _shown_key(key: str) -> str:
    """Give a key; that of a row without one is told in words."""
    row = _WITHOUT_KEY.fullmatch(key)
    return said("row {number}", number=row[1]) if row else key


def _lost(cause: Cause) -> str:
    """Name what a record arrived without: what a label calls one thing, such as `a colour`; else `it`."""
    if cause.problem.kind is not ProblemKind.REFERENCE:
        return said("it")
    return one_of(cause.label or cause.problem.field or "") or said("it")


def _detail_lines(flow: FlowReport) -> Iterator[str]:
    if flow.detail:
        yield f"  {flow.name}: {flow.detail}"
    for cause in flow.causes:
        if cause.problem.detail:
            yield f"  {flow.name}: {cause.label or cause.problem.field or cause.problem.kind}: {cause.problem.detail}"


def duration(seconds: float) -> str:
    """Say how long something took, as a person would."""
    if seconds < 1:
        return said("under 1 s")
    if seconds < 90:
        return said("{number:.0f} s", number=seconds)
    if seconds < 5400:
        return said("{number:.0f} min", number=seconds / 60)
    return said("{number:.1f} h", number=seconds / 3600)


def _number(count: int, flow: FlowReport) -> str:
    return together("{number:,} {noun}", number=count, noun=said(flow.noun[0] if count == 1 else flow.noun[1]))


def shown(value: Any, longest: int = 60) -> str:
    """Give a value between quotes, cut where it is long."""
    text = str(value)
    return f"'{text[:longest]}…'" if len(text) > longest else f"'{text}'"
