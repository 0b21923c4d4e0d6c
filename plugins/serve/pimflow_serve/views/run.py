"""One run, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pimflow.answers import name_of
from pimflow.model import FlowReport
from pimflow.progress_files import Progress
from pimflow.report import advice, cause_sentence, report_from_json, sentence, undone
from pimflow.state import history, requests
from pimflow.state.history import PastRun
from pimflow.state.requests import Request
from pimflow.words import capital
from pimflow_serve.serving import Serving
from pimflow_serve.views.history import Counts, RunLine, counts_of, run_lines
from pimflow_serve.views.overview import plain


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause of problems: what happened, why and to how many; what to do now, and who; `id` names it."""

    id: str
    says: str
    advice: str
    detail: str


@dataclass(frozen=True, slots=True)
class FlowLine:
    """What one flow did. `says` is the sentence of the reports; `guard` held it back, and one run may be let pass."""

    name: str
    noun: str
    source: str
    target: str
    part: str
    says: str
    counts: Counts
    causes: tuple[CauseLine, ...]
    notes: tuple[str, ...]
    seconds: float
    error: str
    detail: str
    guard: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run: its `flows` once it has ended, `live` while it goes on, `asked` where a server was asked for it."""

    line: RunLine
    past: PastRun
    flows: tuple[FlowLine, ...]
    live: Progress | None
    asked: Request | None


def run_page(serving: Serving, run_id: str) -> RunPage | None:
    """Give what is known of a run."""
    past = history.find_run(serving.database, run_id)
    if past is None:
        return None
    live = serving.runner.live()
    (line,) = run_lines(serving.database, [past], live)
    asked = requests.of_runs(serving.database, [run_id]).get(run_id)
    flows = flow_lines(past.report) if past.report else ()
    return RunPage(line, past, flows, live.get(run_id) if past.report is None else None, asked)


def flow_lines(data: dict[str, Any]) -> tuple[FlowLine, ...]:
    """Tell what each flow of a report did."""
    report = report_from_json(data)
    dry, undoes = report.run.dry, bool(report.run.undoes)
    return tuple(
        _flow(flow, dry=dry, undoes=undoes, counts=counts_of({"flows": [one]}))
        for flow, one in zip(report.flows, data["flows"], strict=True)
    )


def _flow(flow: FlowReport, *, dry: bool, undoes: bool, counts: Counts) -> FlowLine:
    says = undone(flow, dry=dry) if undoes else sentence(flow, dry=dry)
    return FlowLine(
        flow.name,
        flow.noun[1],
        plain(flow.source),
        plain(flow.target),
        flow.part,
        capital(says) if flow.read or not flow.error else "",
        counts,
        tuple(_causes(flow, dry=dry)),
        flow.notes,
        flow.seconds,
        flow.error,
        flow.detail,
        flow.guard,
    )


def _causes(flow: FlowReport, *, dry: bool) -> list[CauseLine]:
    return [
        CauseLine(
            name_of(flow.name, cause.problem.field, cause.problem.value, cause.problem.reason),
            cause_sentence(cause, flow, dry=dry),
            advice(cause.problem) if cause.problem.remedy else "",
            cause.problem.detail,
        )
        for cause in flow.causes
    ]
