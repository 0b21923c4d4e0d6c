"""Where events come in: signed by who sends them, answered at once, carried out afterwards."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from loguru import logger

from pimflow.state import events
from pimflow.state.events import Gathering
from pimflow.state.requests import Wish
from pimflow_serve.access.guard import Administrator
from pimflow_serve.hooks import akeneo, changed
from pimflow_serve.hooks.hook import Hook, Told
from pimflow_serve.refusals import Refused, not_found
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.hooks import ShownHook, shown_hooks

router = APIRouter(tags=["events"])
_READERS = {"akeneo": akeneo.read, "changed": changed.read}


@router.post("/hooks/akeneo/{name}")
async def from_akeneo(name: str, request: Request, serving: Shared) -> dict[str, int]:
    """Take events of the Event Platform or of the Events API, signed with one of the hook's keys."""
    return await _received("akeneo", name, request, serving)


@router.post("/hooks/changed/{name}")
async def from_anybody(name: str, request: Request, serving: Shared) -> dict[str, int]:
    """Take `{"keys": [...]}`: signed in `X-Pimflow-Signature`, at the time `X-Pimflow-Timestamp`."""
    return await _received("changed", name, request, serving)


@router.get("/api/v1/hooks")
def hooks(serving: Shared, _person: Administrator) -> list[ShownHook]:
    """Give the places where events come in, without their keys."""
    return shown_hooks(serving)


async def _received(kind: str, name: str, request: Request, serving: Serving) -> dict[str, int]:
    hook = serving.settings.hooks.get(name)
    if hook is None or hook.kind != kind:
        raise not_found("hook of this name")
    try:
        told = _READERS[kind](hook, request.headers, await request.body(), serving.clock())
    except Refused as error:
        serving.counts.events.labels(name, "refused").inc()
        if serving.counts.may_log(f"hook {name}", serving.clock()):
            logger.warning("hook {}: an event was refused: {}", name, error.detail)
        raise
    new = await run_in_threadpool(_taken, hook, told, serving)
    return {"received": new, "known": len(told.events) - new, "ignored": told.ignored}


def _taken(hook: Hook, told: Told, serving: Serving) -> int:
    now = serving.clock()
    wishes = [Wish(pipeline, "only", f"hook {hook.name}", "event") for pipeline in hook.pipelines]
    gathering = Gathering(wishes, now + hook.wait, now)
    new = events.take(serving.database, f"{hook.kind}/{hook.name}", told.events, gathering) if told.events else 0
    counted = {"received": new, "known": len(told.events) - new, "ignored": told.ignored}
    for outcome, number in counted.items():
        serving.counts.events.labels(hook.name, outcome).inc(number)
    return new
