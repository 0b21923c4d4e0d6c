"""Where events come in, for those who look after the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pimflow.state import events
from pimflow_serve.serving import Serving


@dataclass(frozen=True, slots=True)
class ShownHook:
    """One place where events come in, without its keys; `last` is when the last event of this week came."""

    name: str
    kind: str
    address: str
    pipelines: tuple[str, ...]
    wait_seconds: float
    last: datetime | None


def shown_hooks(serving: Serving) -> list[ShownHook]:
    """Give the places where events come in."""
    if not serving.settings.hooks:
        return []
    latest = events.latest(serving.database)
    return [
        ShownHook(
            hook.name,
            hook.kind,
            f"{serving.settings.url}/hooks/{hook.kind}/{hook.name}",
            hook.pipelines,
            hook.wait.total_seconds(),
            latest.get(f"{hook.kind}/{hook.name}"),
        )
        for hook in serving.settings.hooks.values()
    ]
