"""What programs ask: JSON, documented at /api/docs."""

from fastapi import APIRouter

from pimflow_serve.api import (
    alerts,
    events,
    health,
    hooks,
    logs,
    metrics,
    people,
    pipelines,
    problems,
    records,
    runs,
    schedules,
    server_log,
    targets,
)

ROUTERS: tuple[APIRouter, ...] = (
    alerts.router,
    events.router,
    health.router,
    hooks.router,
    logs.router,
    metrics.router,
    people.router,
    pipelines.router,
    problems.router,
    records.router,
    runs.router,
    schedules.router,
    targets.router,
    server_log.router,
)
"""All calls, by matter."""
