"""The plugins that are installed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Viewer
from pimflow_serve.rendering import render
from pimflow_serve.views.plugins import installed

router = APIRouter(include_in_schema=False)


@router.get("/plugins")
def plugins_page(request: Request, person: Viewer) -> Response:
    """Show the plugins and what they offer."""
    return render(request, "plugins.html", person, plugins=installed())
