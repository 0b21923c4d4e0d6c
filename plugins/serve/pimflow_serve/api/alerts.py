"""Alerts: who is told how runs end, and a test of whether it arrives."""

from __future__ import annotations

from fastapi import APIRouter

from pimflow.notifying.trying import Tried, try_all
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.serving import Shared, assembly_of
from pimflow_serve.views.alerts import Told, who_is_told

router = APIRouter(prefix="/api/v1", tags=["alerts"])


@router.get("/alerts")
def alerts(serving: Shared, _person: Viewer) -> list[Told]:
    """Give, of each pipeline, who is told how its runs end."""
    return who_is_told(serving.project)


@router.post("/pipelines/{name}/test-alert")
def send_test_alert(name: str, serving: Shared, _person: Operator) -> list[Tried]:
    """Send a test to everyone who is told of a pipeline, and tell where it went through. Nothing is run."""
    return try_all(assembly_of(serving, name), serving.clock())
