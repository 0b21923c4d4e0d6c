"""Who is told how runs end."""

from __future__ import annotations

from dataclasses import dataclass

from pimflow.components import Notifier
from pimflow_serve.project import Project


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told: `to` names the services, `reader` who reads it, `digest` when, if it is once a day."""

    to: str
    kind: str
    reader: str
    digest: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of one pipeline."""

    pipeline: str
    recipients: tuple[Recipient, ...]


def who_is_told(project: Project) -> list[Told]:
    """Tell of all pipelines who is told how their runs end."""
    return [
        Told(name, tuple(_recipient(one.notifier) for one in served.assembly.recipients))
        for name, served in sorted(project.pipelines().items())
        if served.assembly
    ]


def _recipient(notifier: Notifier) -> Recipient:
    return Recipient(notifier.title, notifier.type, notifier.for_ or "", notifier.digest or "")
