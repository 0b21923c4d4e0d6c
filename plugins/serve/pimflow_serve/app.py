"""The web application: pages for people, JSON for programs, put together from the routers of their modules."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from pimflow_serve import api, pages
from pimflow_serve.access.attempts import Attempts
from pimflow_serve.access.body_size import BodySize
from pimflow_serve.access.headers import SecurityHeaders
from pimflow_serve.failures import add_failures
from pimflow_serve.pages.plugin_pages import pages_of_plugins
from pimflow_serve.serving import Serving

STATIC = Path(__file__).parent / "static"


def create_app(serving: Serving) -> FastAPI:
    """Make the application of one server."""
    app = FastAPI(title="pimflow", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    hand_over(app, serving)
    app.add_middleware(BodySize)
    app.add_middleware(SecurityHeaders, encrypted=serving.settings.is_encrypted)
    add_failures(app)
    for router in (*pages.ROUTERS, *api.ROUTERS):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def hand_over(app: FastAPI, serving: Serving) -> None:
    """Let an application serve this, and nothing that it served before."""
    app.state.serving = serving
    app.state.plugin_pages = pages_of_plugins()
    app.state.attempts = Attempts()
    app.state.welcome = ""
