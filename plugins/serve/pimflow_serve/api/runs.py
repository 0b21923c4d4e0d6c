"""Runs: asked for, followed, stopped, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from pimflow.progress_files import Progress
from pimflow.state import requests
from pimflow.state.requests import Request as Asked
from pimflow_serve.access.guard import Operator, Viewer, check_right
from pimflow_serve.api.telling import Tell
from pimflow_serve.given import LARGEST, Given, Guard, Number
from pimflow_serve.refusals import not_found
from pimflow_serve.roles import Role
from pimflow_serve.serving import Shared, pipeline_of
from pimflow_serve.views.history import RunLine, latest
from pimflow_serve.views.run import run_page

router = APIRouter(prefix="/api/v1", tags=["runs"])


class NewRun(Given):
    """What is asked for. `keys` are SKUs, for `only`, `retry` and a preview of some.

    `plan` is the number of the request of the preview that `apply` carries out; `full` makes a preview one of
    everything; `allow` names guards that may be passed this once, which only administrators may say; `confirm` is the
    name of the production that may be written for the first time.
    """

    kind: Literal["changes", "everything", "only", "retry", "preview", "apply"] = "changes"
    keys: list[str] = Field(default_factory=list, max_length=10_000)
    plan: int | None = None
    full: bool = False
    allow: list[Guard] = Field(default_factory=list)
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class OneRun:
    """One run. `report` is that of `pimflow runs RUN --json`, none while it goes on or where its process was killed."""

    line: RunLine
    report: dict[str, Any] | None
    live: Progress | None
    request: Asked | None


@router.post("/pipelines/{pipeline}/runs", status_code=202)
def post_run(pipeline: str, wanted: NewRun, serving: Shared, person: Operator) -> Asked:
    """Ask for a run; it begins as soon as nothing else of the pipeline runs."""
    pipeline_of(serving, pipeline)
    if wanted.allow:
        check_right(person, Role.ADMINISTRATOR)
    return serving.runner.ask(
        pipeline,
        wanted.kind,
        person.name,
        keys=wanted.keys,
        plan=wanted.plan,
        full=wanted.full,
        allow=wanted.allow,
        confirm=wanted.confirm,
    )


@router.get("/requests")
def list_requests(
    serving: Shared,
    tell: Tell,
    pipeline: Annotated[str | None, Query()] = None,
    before: Annotated[int | None, Query(le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> Sequence[Asked]:
    """Give what was asked for, the latest first: who asked, when, and what became of it.

    `before` takes the `number` of the last one given.
    """
    return tell(serving.runner.requests(pipeline, limit, before))


@router.get("/requests/{number}")
def get_request(number: Number, serving: Shared, tell: Tell) -> Asked:
    """Give one request, to see whether it has ended."""
    return tell(_there(requests.find(serving.database, number)))


@router.post("/requests/{number}/stop", status_code=202)
def post_stop(number: Number, serving: Shared, person: Operator) -> Asked:
    """Stop what was asked for. What is under way finishes first."""
    return _there(serving.runner.cancel(number, person.name))


@router.post("/requests/{number}/again", status_code=202)
def post_again(number: Number, serving: Shared, person: Operator) -> Asked:
    """Ask for the same once more; a run that was broken off goes on so."""
    return _there(serving.runner.again(number, person.name))


@router.get("/runs")
def list_runs(
    serving: Shared,
    tell: Tell,
    pipeline: Annotated[str | None, Query()] = None,
    before: Annotated[int | None, Query(le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> list[RunLine]:
    """Give past runs and those that go on, the latest first; `before` takes the `number` of the last one given."""
    return tell(latest(serving.database, pipeline, limit, before, serving.runner.live()))


@router.get("/runs/{run}")
def get_run(run: str, serving: Shared, tell: Tell) -> OneRun:
    """Give one run with its report."""
    found = run_page(serving, run)
    if found is None:
        raise not_found("run of this id")
    return tell(OneRun(found.line, found.past.report, found.live, found.asked))


@router.get("/live")
def get_live(serving: Shared, _person: Viewer) -> list[Progress]:
    """Tell how far the runs are that go on now; /api/v1/events tells it as it happens."""
    return list(serving.runner.live().values())


def _there(found: Asked | None) -> Asked:
    if found is None:
        raise not_found("request of this number")
    return found
