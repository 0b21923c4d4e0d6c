"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import health, people

ROUTERS: tuple[APIRouter, ...] = (health.router, people.router)
"""All calls, by matter."""
