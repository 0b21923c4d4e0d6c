"""Who is told how runs end."""

from __future__ import annotations

from dataclasses import dataclass

from pimflow_serve.project import Project


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of one pipeline: how each is called, and by what kind of message."""

    pipeline: str
    recipients: tuple[tuple[str, str], ...]


def who_is_told(project: Project) -> list[Told]:
    """Tell of all pipelines who is told how their runs end."""
    return [
        Told(name, tuple((one.notifier.title, one.notifier.type) for one in served.assembly.recipients))
        for name, served in sorted(project.pipelines().items())
        if served.assembly
    ]
