"""What the API can do: its description for programs (OpenAPI), and a page of it for people."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from pimflow_serve.access.guard import Viewer
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared
from pimflow_serve.views.api_calls import api_calls

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/openapi.json")
def description(request: Request, _person: Viewer) -> JSONResponse:
    """Give the description of the API."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
def docs_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show what the API can do."""
    calls = api_calls(request.app.openapi())
    return render(request, "api_docs.html", person, calls=calls, url=serving.settings.url)
