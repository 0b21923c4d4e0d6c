"""The overview: all pipelines at a glance."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Viewer
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared
from pimflow_serve.views.chart import bars
from pimflow_serve.views.overview import overview

router = APIRouter(include_in_schema=False)


@router.get("/")
def overview_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show how each pipeline does."""
    pipelines = overview(serving)
    charts = {one.name: bars(one.recent) for one in pipelines}
    return render(request, "overview.html", person, pipelines=pipelines, charts=charts)
