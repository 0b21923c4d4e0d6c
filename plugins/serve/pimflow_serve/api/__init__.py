"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import health

ROUTERS: tuple[APIRouter, ...] = (health.router,)
"""All calls, by matter."""
