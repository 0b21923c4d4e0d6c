"""Pipelines as the overview shows them, the log of a run, and what a person chooses for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from pimflow.languages import LANGUAGES
from pimflow.state import history, people
from pimflow_serve.access.guard import Viewer
from pimflow_serve.api.telling import Tell
from pimflow_serve.given import Given
from pimflow_serve.refusals import N_, Refused, not_found
from pimflow_serve.roles import Person
from pimflow_serve.serving import Shared, pipeline_of
from pimflow_serve.views.logs import Log, log_file, read_log
from pimflow_serve.views.overview import PipelineState, overview, pipeline_state
from pimflow_serve.views.pipelines import FlowDrawing, drawing, file_text

router = APIRouter(prefix="/api/v1", tags=["pipelines"])


@dataclass(frozen=True, slots=True)
class PipelineDetail:
    """One pipeline: how it does, what it does flow by flow, and what its file says, without its secrets."""

    state: PipelineState
    does: list[FlowDrawing]
    file: str
    text: str


class MyChoices(Given):
    """What somebody chooses for themselves."""

    language: str = Field(description="Code of the language of the pages; empty for that of the browser.")


@router.get("/pipelines")
def list_pipelines(serving: Shared, tell: Tell) -> list[PipelineState]:
    """Tell how each pipeline does."""
    return tell(overview(serving))


@router.get("/pipelines/{name}")
def pipeline(name: str, serving: Shared, tell: Tell) -> PipelineDetail:
    """Tell of one pipeline."""
    served = pipeline_of(serving, name)
    does = drawing(served.assembly) if served.assembly else []
    file = served.file.relative_to(serving.project.root).as_posix()
    return tell(PipelineDetail(pipeline_state(serving, served), does, file, file_text(served)))


@router.get("/runs/{run_id}/log")
def log(
    run_id: str,
    serving: Shared,
    _person: Viewer,
    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Query()] = "INFO",
    text: Annotated[str, Query(max_length=200)] = "",
) -> Log:
    """Give the last lines of the log of a run, of this level or a higher one, that hold a text."""
    past = history.find_run(serving.database, run_id)
    file = log_file(serving.project, past) if past else None
    if file is None:
        raise not_found("log of a run of this name")
    return read_log(file, level, text)


@router.patch("/me", tags=["people"])
def choose(given: MyChoices, serving: Shared, person: Viewer) -> Person:
    """Choose the language of the pages for oneself."""
    if given.language and given.language not in LANGUAGES:
        raise Refused(400, N_("there is no such language"), N_("Choose one of the list."))
    people.change(serving.database, person.name, language=given.language)
    return Person(person.name, person.role, given.language)
