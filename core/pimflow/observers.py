"""Calls the hooks of those who observe a run."""

from __future__ import annotations

from typing import Any

import pluggy
from loguru import logger


def notify_observers(manager: pluggy.PluginManager, hook: str, **facts: Any) -> None:
    """Call the observers of a hook one by one: one that fails is logged and stops nobody."""
    for observer in getattr(manager.hook, hook).get_hookimpls():
        try:
            observer.function(*(facts[name] for name in observer.argnames))
        except Exception:  # noqa: BLE001 - an observer is somebody else's code
            logger.exception("plugin {} failed in {}; the run goes on", observer.plugin_name, hook)
