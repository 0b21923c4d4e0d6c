"""What people see: each module has the pages of one matter."""

from fastapi import APIRouter

from pimflow_serve.pages import (
    api_docs,
    causes,
    connections,
    corrections,
    overview,
    people,
    pipelines,
    plugin_pages,
    plugins,
    previews,
    problems,
    products,
    runs,
    server_log,
    settings,
    signing_in,
)

ROUTERS: tuple[APIRouter, ...] = (
    api_docs.router,
    connections.router,
    corrections.router,
    overview.router,
    people.router,
    pipelines.router,
    plugin_pages.router,
    plugins.router,
    previews.router,
    problems.router,  # before causes: `export.csv` names none
    causes.router,
    products.router,
    runs.router,
    server_log.router,
    settings.router,
    signing_in.router,
)
"""All pages, by matter."""
