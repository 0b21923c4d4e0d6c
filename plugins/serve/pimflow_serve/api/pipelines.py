"""Pipelines as the overview shows them."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from pimflow_serve.api.telling import Tell
from pimflow_serve.serving import Shared, pipeline_of
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
