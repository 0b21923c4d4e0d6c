"""One run: how far it is, what it did, what its log says."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import FileResponse, Response

from pimflow_serve.access.guard import Operator, Viewer, check_right
from pimflow_serve.given import Guard
from pimflow_serve.languages import words
from pimflow_serve.refusals import not_found
from pimflow_serve.rendering import go, render
from pimflow_serve.roles import Role
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.logs import LEVELS, log_file, read_log
from pimflow_serve.views.run import RunPage, run_page

router = APIRouter(include_in_schema=False)


@router.get("/runs/{run_id}")
def run_page_(
    run_id: str,
    request: Request,
    serving: Shared,
    person: Viewer,
    level: Annotated[str, Query()] = "INFO",
    text: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show one run."""
    found = _found(serving, run_id)
    file = log_file(serving.project, found.past)
    level = level if level in LEVELS else "INFO"
    log = read_log(file, level, text) if file else None
    if file and log and text and not log.lines:  # what befell one record stands in the finest lines
        level = LEVELS[0]
        log = read_log(file, level, text)
    return render(request, "run.html", person, found=found, run=found.line, log=log, level=level, text=text)


@router.get("/runs/{run_id}/log")
def log(run_id: str, serving: Shared, _person: Viewer) -> Response:
    """Give the whole log as a file."""
    file = log_file(serving.project, _found(serving, run_id).past)
    if file is None:
        raise not_found("log of this run any more")
    return FileResponse(file, filename=file.name, media_type="application/jsonl")


@router.post("/runs/{run_id}/stop")
def stop(run_id: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Stop a run that a server was asked for."""
    asked = _found(serving, run_id).asked
    if asked is None:
        raise not_found("run of this server with this name")
    serving.runner.cancel(asked.number, person.name)
    said = words(request, person).gettext("The run is being stopped. What is under way finishes first.")
    return go(f"/runs/{quote(run_id)}", said)


@router.post("/runs/{run_id}/again")
def again(run_id: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Go on with a run that was broken off: what it was asked for is asked for once more."""
    found = _found(serving, run_id)
    if found.asked is None:
        serving.runner.ask(found.line.pipeline, "changes", person.name)
    else:
        serving.runner.again(found.asked.number, person.name)
    return go(f"/pipelines/{quote(found.line.pipeline)}", words(request, person).gettext("The run begins now."))


@router.post("/runs/{run_id}/allow")
def allow(
    run_id: str, request: Request, serving: Shared, person: Operator, guard: Annotated[Guard, Form()]
) -> Response:
    """Run it again, and let it pass the guard that held it back."""
    check_right(person, Role.ADMINISTRATOR)
    line = _found(serving, run_id).line
    kind = line.extent if line.extent in {"everything", "only"} else "changes"
    serving.runner.ask(line.pipeline, kind, person.name, keys=line.keys, allow=(guard,))
    return go(f"/pipelines/{quote(line.pipeline)}", words(request, person).gettext("The run begins now."))


def _found(serving: Serving, run_id: str) -> RunPage:
    found = run_page(serving, run_id)
    if found is None:
        raise not_found("run of this name")
    return found
