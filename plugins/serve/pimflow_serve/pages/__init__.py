"""What people see: each module has the pages of one matter."""

from fastapi import APIRouter

from pimflow_serve.pages import overview, pipelines, runs, signing_in

ROUTERS: tuple[APIRouter, ...] = (overview.router, pipelines.router, runs.router, signing_in.router)
"""All pages, by matter."""
