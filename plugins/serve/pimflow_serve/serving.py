"""What one server shares among all that it is asked: the project, its state, its runs, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from pimflow.assemble import Assembly
from pimflow.state.database import Database
from pimflow_serve.counting import Counts
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.looks import Looks
from pimflow_serve.project import Project, Served
from pimflow_serve.refusals import N_, Refused, not_found
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


def pipeline_of(serving: Serving, name: str) -> Served:
    """Give the pipeline of this name. Raises Refused for one that is not there."""
    served = serving.project.pipeline(name)
    if served is None:
        raise not_found("pipeline of this name")
    return served


def assembly_of(serving: Serving, name: str) -> Assembly:
    """Give a pipeline as its file has it. Raises Refused for one that is not there, or always had mistakes."""
    assembly = pipeline_of(serving, name).assembly
    if assembly is None:
        raise Refused(409, N_("the file of this pipeline has mistakes"), N_("Its page tells them."))
    return assembly
