"""Schedules: when pipelines run by themselves, and whether they rest."""

from __future__ import annotations

from fastapi import APIRouter

from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.jobs.pausing import pause, resume
from pimflow_serve.serving import Shared, pipeline_of
from pimflow_serve.views.schedules import ScheduleLine, schedule_line, schedule_lines

router = APIRouter(prefix="/api/v1", tags=["schedules"])


@router.get("/schedules")
def list_schedules(serving: Shared, _person: Viewer) -> list[ScheduleLine]:
    """Tell when all pipelines of the project run by themselves."""
    return list(schedule_lines(serving).values())


@router.post("/pipelines/{pipeline}/pause")
def post_pause(pipeline: str, serving: Shared, person: Operator) -> ScheduleLine:
    """Let the schedule of a pipeline rest."""
    served = pipeline_of(serving, pipeline)
    pause(serving.database, served, person.name, serving.clock())
    return schedule_line(serving.database, served, serving.clock())


@router.post("/pipelines/{pipeline}/resume")
def post_resume(pipeline: str, serving: Shared, _person: Operator) -> ScheduleLine:
    """Let the schedule of a pipeline go on with its next time."""
    served = pipeline_of(serving, pipeline)
    resume(serving.database, served, serving.clock())
    return schedule_line(serving.database, served, serving.clock())
