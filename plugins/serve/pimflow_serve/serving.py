"""What one server shares among all that it is asked: the project, its state, its runs, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from pimflow.state.database import Database
from pimflow_serve.counting import Counts
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.looks import Looks
from pimflow_serve.project import Project
from pimflow_serve.settings import Settings
from pimflow_serve.systems import OpenSystems


@dataclass(frozen=True, slots=True)
class Serving:
    """What one server shares among all that it is asked."""

    project: Project
    database: Database
    clock: Callable[[], datetime]
    runner: Runner
    settings: Settings = field(default_factory=Settings)
    counts: Counts = field(default_factory=Counts)
    systems: OpenSystems = field(default_factory=OpenSystems)
    looks: Looks = field(default_factory=Looks)


def serving_of(request: Request) -> Serving:
    """Give what the server shares."""
    return cast("Serving", request.app.state.serving)


Shared = Annotated[Serving, Depends(serving_of)]
"""What a page or a call of the API takes to be given it."""
