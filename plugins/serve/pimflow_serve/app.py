"""The web application: pages for people, JSON for programs, put together from the routers of their modules."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from pimflow_serve.serving import Serving

STATIC = Path(__file__).parent / "static"


def create_app(serving: Serving) -> FastAPI:
    """Make the application of one server."""
    app = FastAPI(title="pimflow", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.serving = serving
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
