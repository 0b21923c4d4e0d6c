"""What happens, as it happens: server-sent events for pages and programs."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from pimflow_serve.access.guard import Viewer
from pimflow_serve.refusals import Refused
from pimflow_serve.serving import Shared

router = APIRouter(prefix="/api/v1", tags=["runs"])

_LONGEST = 300.0
"""Seconds after which a browser has to come again, and to show again who it is."""
_MOST = 50
"""Connections of one person or program: each is a file that the server has open."""


@router.get("/events", response_class=StreamingResponse)
async def get_events(serving: Shared, person: Viewer) -> StreamingResponse:
    """Follow what happens (server-sent events), at most once a second of each kind.

    `progress`: how far the runs are that go on, as `{"runs": [...]}`, each as /api/v1/live gives it. `changed`: a run
    of a pipeline was asked for, began or ended, as `{"pipeline": ..., "at": ...}`.
    """
    feed = serving.runner.feed
    if feed.listening(person.name) >= _MOST:
        raise Refused(429, "you follow what happens in too many places", "Close some of them.", {"Retry-After": "60"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(feed.listen(_LONGEST, person.name), media_type="text/event-stream", headers=headers)
