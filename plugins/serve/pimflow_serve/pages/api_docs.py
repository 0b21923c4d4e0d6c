"""What the API can do: its description for programs (OpenAPI), and a page of it for people."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from pimflow_serve.access.guard import Viewer
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared
from pimflow_serve.views.api_calls import api_calls
from pimflow_serve.views.api_description import described

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/openapi.json")
def description(request: Request, _person: Viewer) -> JSONResponse:
    """Give the description of the API."""
    return JSONResponse(_described(request))


@router.get("/docs")
def docs_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show what the API can do."""
    return render(request, "api_docs.html", person, calls=api_calls(_described(request)), url=serving.settings.url)


def _described(request: Request) -> dict[str, Any]:
    """Describe the calls; FastAPI keeps what it made, and what became of it here."""
    app: FastAPI = request.app
    return app.openapi_schema or described(app.openapi())
