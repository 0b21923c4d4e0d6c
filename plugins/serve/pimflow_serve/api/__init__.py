"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import health, hooks, metrics, people

ROUTERS: tuple[APIRouter, ...] = (health.router, hooks.router, metrics.router, people.router)
"""All calls, by matter."""
