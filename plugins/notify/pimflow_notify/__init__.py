"""Tells people and monitors how runs end."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the notifiers."""
    from pimflow_notify.message import NotifyMessage
    from pimflow_notify.ping import NotifyPing

    return [NotifyMessage, NotifyPing]
