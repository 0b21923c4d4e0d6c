"""What people see: each module has the pages of one matter."""

from fastapi import APIRouter

from pimflow_serve.pages import (
    api_docs,
    overview,
    people,
    pipelines,
    plugin_pages,
    runs,
    settings,
    signing_in,
)

ROUTERS: tuple[APIRouter, ...] = (
    api_docs.router,
    overview.router,
    people.router,
    pipelines.router,
    plugin_pages.router,
    runs.router,
    settings.router,
    signing_in.router,
)
"""All pages, by matter."""
