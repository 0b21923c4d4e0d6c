"""A preview: what a run would do, to be looked at and applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pimflow.errors import StateError
from pimflow.plan import NOT_KNOWN
from pimflow.progress_files import Progress
from pimflow.sentences import understood
from pimflow.state import history, requests, servers
from pimflow.state.plans import SavedChange, saved_plan
from pimflow.state.requests import Request
from pimflow_serve.jobs.previews import plan_file, said_of
from pimflow_serve.serving import Serving
from pimflow_serve.views.run import FlowLine, flow_lines
from pimflow_serve.views.values import shown

CHANGES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class PlannedValue:
    """One column that would change; empty texts stand for nothing, `unknown` for a target that does not tell."""

    column: str
    old: str
    new: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """What would become of one record by a flow: `status` is created or updated."""

    number: int
    flow: str
    noun: str
    key: str
    status: str
    values: tuple[PlannedValue, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that somebody asked for. `state` is being made, ready, failed, outdated, gone, elsewhere or applied.

    `cleared` counts values that would be emptied; `applied` is the request that applies it. `live` is how far it is
    while it is made; `host` names the machine of the other server where it lies.
    """

    asked: Request
    state: str
    flows: tuple[FlowLine, ...]
    changes: tuple[PlannedRecord, ...]
    total: int
    cleared: int
    next: int | None
    applied: Request | None
    trouble: str = ""
    live: Progress | None = None
    host: str = ""


def preview(serving: Serving, number: int, after: int = 0, only: str = "", text: str = "") -> Preview | None:
    """Give a preview, with the changes behind a number; None where nobody asked for it.

    `only` those of one status, and those whose keys contain a text.
    """
    asked = requests.find(serving.database, number)
    if asked is None or asked.kind != "preview":
        return None
    latest = serving.runner.requests(asked.pipeline, limit=50)
    applied = next((one for one in latest if one.kind == "apply" and one.wish.plan == number), None)
    if asked.status != requests.ENDED:
        live = serving.runner.live().get(asked.run or "")
        return Preview(asked, "being made", (), (), 0, 0, None, applied, live=live)
    said = said_of(serving.project, number)
    if said is None or "report" not in said:
        return _without(serving, asked, applied, said)
    flows = flow_lines(understood(said.get("kept", said["report"])))
    total, changes, following = _changes(serving, number, after, (only, text))
    failed = any(flow.error for flow in flows)
    state = "gone" if changes is None else "applied" if _well(applied) else "ready"
    if state == "ready" and (applied or _ran_since(serving, asked)):
        state = "outdated"
    state = "failed" if failed else state
    return Preview(asked, state, flows, tuple(changes or ()), total, said.get("cleared", 0), following, applied)


def _without(serving: Serving, asked: Request, applied: Request | None, said: dict[str, Any] | None) -> Preview:
    """Tell of a preview that is not here."""
    trouble = "; ".join(said.get("errors", ())) if said else asked.told
    here = serving.runner.server.name
    host = "" if said or trouble or asked.server == here else servers.host_of(serving.database, asked.server)
    state = "failed" if trouble else "elsewhere" if host else "gone"
    return Preview(asked, state, (), (), 0, 0, None, applied, trouble, host=host)


def _well(applied: Request | None) -> bool:
    return applied is not None and (applied.status != requests.ENDED or applied.exit_code in {0, 1})


def _ran_since(serving: Serving, asked: Request) -> bool:
    """Tell whether the pipeline ran since a preview was made: then that fits no longer."""
    with saved_plan(plan_file(serving.project, asked.number)) as plan:
        before = plan.facts.get("last_run")
    latest = history.past_runs(serving.database, asked.pipeline, 1)
    return (latest[0].id if latest else None) != before


def _changes(
    serving: Serving, number: int, after: int, wanted: tuple[str, str]
) -> tuple[int, Sequence[PlannedRecord] | None, int | None]:
    """Give how many records would change, a page of them, and where the next one begins."""
    try:
        with saved_plan(plan_file(serving.project, number)) as plan:
            page = plan.page(after, CHANGES_A_PAGE + 1, *wanted)
            shown = [_record(place, change) for place, change in page[:CHANGES_A_PAGE]]
            return plan.count_changed(*wanted), shown, shown[-1].number if len(page) > CHANGES_A_PAGE else None
    except StateError:
        return 0, None, None


def _record(number: int, change: SavedChange) -> PlannedRecord:
    values = (PlannedValue(name, shown(old), shown(new), unknown=old == NOT_KNOWN) for name, old, new in change.values)
    return PlannedRecord(number, change.flow, change.noun, change.key, change.status, tuple(values))
