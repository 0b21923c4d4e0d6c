"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import alerts, health, hooks, metrics, people, problems, records

ROUTERS: tuple[APIRouter, ...] = (
    alerts.router,
    health.router,
    hooks.router,
    metrics.router,
    people.router,
    problems.router,
    records.router,
)
"""All calls, by matter."""
