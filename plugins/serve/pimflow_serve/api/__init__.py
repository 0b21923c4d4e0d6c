"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import alerts, health, hooks, metrics, people

ROUTERS: tuple[APIRouter, ...] = (alerts.router, health.router, hooks.router, metrics.router, people.router)
"""All calls, by matter."""
