"""Reports of a run: as text for people, as JSON for machines.

The text speaks to the product manager: what happened, why, what now, who. Technical detail stands apart, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from pimflow.model import SETTLED, Cause, FlowReport, Problem, ProblemKind, RunReport, Status
from pimflow.plain import to_kept_json
from pimflow.words import Lead, capital, full_stop, one_of, titled

_EFFECTS = {
    Status.REFUSED: ("did not go through", "would not go through"),
    Status.FAILED: ("could not be delivered", "could not be delivered"),
    Status.UNKNOWN: ("may or may not have arrived", "may or may not arrive"),
}
"""What became of the records that a cause concerns: in a run, and in a preview."""

_KEYS_SHOWN = 5
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


def report_text(report: RunReport) -> str:
    """Give a report as lines of plain text."""
    lines: list[str] = [f"Broken off: {full_stop(report.error)}"] if report.error else []
    for flow in report.flows:
        lines.extend(_flow_lines(flow, report))
    lines += [report.checkpoint.told()] if report.checkpoint else []
    found = details(report)
    if found:
        lines += ["", "For your administrator", *found]
    return "\n".join(lines)


def details(report: RunReport) -> list[str]:
    """Give the technical details, as lines."""
    return [line for flow in report.flows for line in _detail_lines(flow)]


def _flow_lines(flow: FlowReport, report: RunReport) -> Iterator[str]:
    if flow.error:
        yield f"{headline(flow, report)} stopped. {capital(full_stop(flow.error))}"
    if flow.read or not flow.error:
        yield f"{'  Before that: ' if flow.error else f'{headline(flow, report)} '}{_said(flow, report)}"
    for cause in flow.causes:
        yield f"  - {cause_sentence(cause, flow, dry=report.run.dry)}"
        if cause.problem.remedy:
            yield f"    {advice(cause.problem)}"
    for note in flow.notes:
        yield f"  Note: {note}"


def _said(flow: FlowReport, report: RunReport) -> str:
    return undone(flow, dry=report.run.dry) if report.run.undoes else sentence(flow, dry=report.run.dry)


def undone(flow: FlowReport, *, dry: bool = False) -> str:
    """Say in one sentence what an undo put back."""
    counts = {status: flow.counts.get(status, 0) for status in Status}
    were, needed = ("would be", "would need") if dry else ("were", "needed")
    parts = [
        f"{counts[Status.UPDATED] + counts[Status.CREATED]:,} {were} put back or taken out of use",
        f"{counts[Status.UNCHANGED]:,} {needed} nothing",
    ]
    parts += _needy(flow)
    return f"the run had changed {_number(flow.read, flow)}; {', '.join(parts)}."


def _needy(flow: FlowReport) -> list[str]:
    """Count those that need attention, and the causes; what is told of a column or a place concerns none of them."""
    if not flow.attention:
        return []
    causes = sum(cause.count > 0 for cause in flow.causes)
    need = "needs" if flow.attention == 1 else "need"
    return [f"{flow.attention:,} {need} your attention ({causes:,} {'cause' if causes == 1 else 'causes'})"]


def headline(flow: FlowReport, report: RunReport) -> str:
    """Say what moved, when and how long: `Odoo -> PIM, 14:15, changes only, 2 min:`; in which environment, too."""
    target = titled(flow.target.removeprefix("the "), report.run.environment)
    when = report.run.started.astimezone().strftime("%H:%M")
    if report.run.undoes:
        dry = ", preview" if report.run.dry else ""
        return f"{target}, {when}, run {report.run.undoes} undone, {duration(flow.seconds)}{dry}:"
    extent = "everything" if flow.full else "changes only"
    if report.run.only:
        more = len(report.run.only) - _KEYS_SHOWN
        extent = "only " + ", ".join(report.run.only[:_KEYS_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    elif report.run.corrects:
        extent = "corrected rows"
    elif flow.part:
        extent = flow.part
    elif report.run.limit:
        extent = f"the first {report.run.limit:,}"
    dry = ", preview" if report.run.dry else ""
    return f"{flow.source.removeprefix('the ')} -> {target}, {when}, {extent}, {duration(flow.seconds)}{dry}:"


def sentence(flow: FlowReport, *, dry: bool = False) -> str:
    """Say in one sentence how many were read, and what became of them."""
    counts = {status: flow.counts.get(status, 0) for status in Status}
    parts = [
        f"{counts[Status.CREATED]:,} new",
        f"{counts[Status.UPDATED]:,} updated",
        f"{counts[Status.UNCHANGED]:,} already up to date",
    ]
    if counts[Status.DELETED]:
        parts.insert(2, f"{counts[Status.DELETED]:,} deleted")
    parts += _needy(flow)
    filtered = f", {flow.dropped:,} of them left out by the pipeline's filter" if flow.dropped else ""
    read = f"{flow.read:,} {'row' if flow.read == 1 else 'rows'}" if flow.shared else _number(flow.read, flow)
    whose = f"{flow.noun[1]}: " if flow.shared else ""
    return f"{read} read{filtered}; {whose}{', '.join(parts)}.{_shares(flow, counts, dry=dry)}"


def _shares(flow: FlowReport, counts: dict[Status, int], *, dry: bool) -> str:
    """Tell those that arrived without a value from those that did not arrive, where there are both."""
    lost = sum(number for status, number in counts.items() if status not in SETTLED)
    partly = flow.attention - lost
    if not partly or not lost:
        return ""
    arrived, not_arrived = ("would arrive", "would not") if dry else ("arrived", "did not arrive")
    return f" Of these {flow.attention:,}, {partly:,} {arrived} without some values and {lost:,} {not_arrived}."


def advice(problem: Problem) -> str:
    """Say what to do now, and who: `ERP team: Correct it.`, unless the remedy itself names who."""
    named = problem.who in problem.remedy
    return problem.remedy if named else f"{capital(problem.who)}: {problem.remedy}"


def cause_sentence(cause: Cause, flow: FlowReport, *, dry: bool = False) -> str:
    """Say what happened, why, and to how many; what to do now, and who, is told by `advice`."""
    return " ".join(part for part in (what_happened(cause, flow), _effect(cause, flow, dry=dry)) if part)


def what_happened(cause: Cause, flow: FlowReport) -> str:
    """Say what happened and why, as one sentence, whatever became of the records."""
    text = f"{_lead(cause, flow)}{cause.problem.reason}{_likewise(cause)}"
    return full_stop(capital(text) if text.startswith(cause.problem.reason) else text)


def _lead(cause: Cause, flow: FlowReport) -> str:
    problem, field = cause.problem, cause.label or cause.problem.field
    if problem.lead is Lead.RECORD:
        return f"{cause.record or ', '.join(cause.keys[:1])}: "
    if problem.lead is Lead.NOTHING:
        return ""
    if problem.lead is Lead.VALUE:
        return f"{shown(problem.value)} "
    if problem.lead is Lead.KEY:
        return f"{field} {problem.value} "
    said = "" if problem.value is None else f"{flow.source} says {shown(problem.value)}, "
    return f"{field}: {said}" if field else said


def _likewise(cause: Cause) -> str:
    if not cause.others or cause.problem.lead is Lead.RECORD:
        return ""
    return f"; likewise {', '.join(map(shown, cause.others[:_OTHERS_SHOWN]))} and others"


def _effect(cause: Cause, flow: FlowReport, *, dry: bool) -> str:
    if cause.problem.effect and not cause.others:
        return full_stop(cause.problem.effect)
    if not cause.count:
        return ""
    who = _number(cause.count, flow)
    without = f"without {_lost(cause)}"
    done, planned = _EFFECTS.get(cause.status, (f"arrived {without}", f"would arrive {without}"))
    effect = planned if dry else done
    keys = ", ".join(cause.keys[:_KEYS_SHOWN])
    more = ", …" if cause.count > _KEYS_SHOWN else ""
    return f"{who} {effect}{f' ({keys}{more})' if keys else ''}."


def _lost(cause: Cause) -> str:
    """Name what a record arrived without: what a label calls one thing, such as `a colour`; else `it`."""
    if cause.problem.kind is not ProblemKind.REFERENCE:
        return "it"
    return one_of(cause.label or cause.problem.field or "") or "it"


def _detail_lines(flow: FlowReport) -> Iterator[str]:
    if flow.detail:
        yield f"  {flow.name}: {flow.detail}"
    for cause in flow.causes:
        if cause.problem.detail:
            yield f"  {flow.name}: {cause.label or cause.problem.field or cause.problem.kind}: {cause.problem.detail}"


def duration(seconds: float) -> str:
    """Say how long something took, as a person would."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _number(count: int, flow: FlowReport) -> str:
    return f"{count:,} {flow.noun[0] if count == 1 else flow.noun[1]}"


def shown(value: Any, longest: int = 60) -> str:
    """Give a value between quotes, cut where it is long."""
    text = str(value)
    return f"'{text[:longest]}…'" if len(text) > longest else f"'{text}'"
