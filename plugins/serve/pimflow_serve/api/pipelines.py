"""Pipelines as the overview shows them."""

from __future__ import annotations

from fastapi import APIRouter

from pimflow_serve.api.telling import Tell
from pimflow_serve.serving import Shared, pipeline_of
from pimflow_serve.views.overview import PipelineState, overview
from pimflow_serve.views.pipelines import PipelineDetail, detail

router = APIRouter(prefix="/api/v1", tags=["pipelines"])


@router.get("/pipelines")
def list_pipelines(serving: Shared, tell: Tell) -> list[PipelineState]:
    """Tell how each pipeline does."""
    return tell(overview(serving))


@router.get("/pipelines/{name}")
def pipeline(name: str, serving: Shared, tell: Tell) -> PipelineDetail:
    """Tell of one pipeline."""
    return tell(detail(serving, pipeline_of(serving, name)))
