"""One pipeline: run it, see what it does, what its file says and how it did."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.given import LARGEST
from pimflow_serve.jobs import pausing
from pimflow_serve.languages import words
from pimflow_serve.project import Served
from pimflow_serve.rendering import go, render
from pimflow_serve.roles import Person
from pimflow_serve.serving import Serving, Shared, pipeline_of
from pimflow_serve.views.chart import bars
from pimflow_serve.views.history import latest
from pimflow_serve.views.pipelines import asked_for, detail, unconfirmed
from pimflow_serve.views.schedules import schedule_line

router = APIRouter(include_in_schema=False)

_RUNS_A_PAGE = 20
_BETWEEN_KEYS = re.compile(r"[\s,;]+")


@router.get("/pipelines/{name}")
def pipeline_page(
    name: str,
    request: Request,
    serving: Shared,
    person: Viewer,
    before: Annotated[int | None, Query(le=LARGEST)] = None,
) -> Response:
    """Show one pipeline."""
    return _page(pipeline_of(serving, name), request, serving, person, before=before)


@router.post("/pipelines/{name}/run")
def run(
    name: str,
    request: Request,
    serving: Shared,
    person: Operator,
    kind: Annotated[str, Form()],
    keys: Annotated[str, Form(max_length=20_000)] = "",
    confirm: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask for a run."""
    served, say = pipeline_of(serving, name), words(request, person).gettext
    wanted = [key for key in _BETWEEN_KEYS.split(keys) if key]
    if kind == "only" and not wanted:
        return _page(served, request, serving, person, wrong=say("Which SKUs? Write at least one."), status=400)
    if kind != "preview" and confirm.strip() != unconfirmed(served, serving.database):
        wrong = say("Write the name of the environment, so that it is sure that this one is meant.")
        return _page(served, request, serving, person, wrong=wrong, status=400)
    asked = serving.runner.ask(name, kind, person.name, keys=wanted, confirm=confirm.strip())
    if kind == "preview":
        return go(f"/pipelines/{quote(name)}/preview/{asked.number}")
    return go(f"/pipelines/{quote(name)}", say("The run begins now."))


@router.post("/pipelines/{name}/stop")
def stop(
    name: str, request: Request, serving: Shared, person: Operator, number: Annotated[int, Form(ge=1, le=LARGEST)]
) -> Response:
    """Stop a run that was asked for."""
    pipeline_of(serving, name)
    serving.runner.cancel(number, person.name)
    said = words(request, person).gettext("The run is being stopped. What is under way finishes first.")
    return go(f"/pipelines/{quote(name)}", said)


@router.post("/pipelines/{name}/pause")
def pause(name: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Let the schedule of a pipeline rest."""
    pausing.pause(serving.database, pipeline_of(serving, name), person.name, serving.clock())
    said = words(request, person).gettext("The schedule is paused. It goes on when you say so.")
    return go(f"/pipelines/{quote(name)}", said)


@router.post("/pipelines/{name}/resume")
def resume(name: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Let the schedule of a pipeline go on."""
    pausing.resume(serving.database, pipeline_of(serving, name), serving.clock())
    return go(f"/pipelines/{quote(name)}", words(request, person).gettext("The schedule goes on."))


def _page(
    served: Served,
    request: Request,
    serving: Serving,
    person: Person,
    *,
    before: int | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    one = detail(serving, served)
    past = latest(serving.database, served.name, _RUNS_A_PAGE + 1, before, serving.runner.live())
    return render(
        request,
        "pipeline.html",
        person,
        status=status,
        served=served,
        state=one.state,
        flows=one.does,
        file=one.file,
        text=one.text,
        past=past[:_RUNS_A_PAGE],
        older=past[_RUNS_A_PAGE - 1].number if len(past) > _RUNS_A_PAGE else None,
        before=before,
        asked=asked_for(serving, served.name),
        bars=bars(one.state.recent),
        wrong=wrong,
        unconfirmed=unconfirmed(served, serving.database),
        timetable=schedule_line(serving.database, served, serving.clock()),
    )
