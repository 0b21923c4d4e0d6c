"""What people see: each module has the pages of one matter."""

from fastapi import APIRouter

from pimflow_serve.pages import overview, signing_in

ROUTERS: tuple[APIRouter, ...] = (overview.router, signing_in.router)
"""All pages, by matter."""
