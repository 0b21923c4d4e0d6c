"""Looks whether a server could be started, and starts nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pimflow.cli.common import environment_in, opened_state, place_of_state, project_root
from pimflow.errors import ConfigError, PimflowError
from pimflow.state import people
from pimflow.state.place import StatePlace
from pimflow.words import did_you_mean, listed, titled
from pimflow_serve.configuring import settings_of
from pimflow_serve.listening import listening
from pimflow_serve.project import Project
from pimflow_serve.settings import Settings

_NOBODY = "nobody may sign in yet: the first start tells how to begin"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at before a start."""

    name: str
    well: bool
    text: str


def examined(host: str | None, port: int | None, state: StatePlace | None) -> list[Examined]:
    """Look at all that a start needs: configuration, port, state and pipeline files."""
    root = project_root()
    found = []
    try:
        environment = environment_in(root)
        settings = settings_of(root, environment, host=host, port=port)
        place = state or place_of_state(root, environment)
    except ConfigError as error:
        return [Examined("configuration", well=False, text=str(error))]
    found.append(Examined("configuration", well=True, text=f"{settings.url}, project {titled(str(root), environment)}"))
    found.append(_of_port(settings))
    found.append(_of_state(root, place))
    project = Project(root, environment)
    return [*found, *_of_files(project), *_of_hooks(settings, project)]


def _of_port(settings: Settings) -> Examined:
    try:
        listening(settings).close()
    except PimflowError as error:
        return Examined("port", well=False, text=str(error))
    return Examined("port", well=True, text=f"{settings.host}:{settings.port} is free")


def _of_state(root: Path, state: StatePlace) -> Examined:
    """Look into the state; one that is not there yet is left to the first start, and to who will own it then."""
    if isinstance(state, Path) and not state.exists():
        above = next(folder for folder in state.absolute().parents if folder.exists())
        if not os.access(above, os.W_OK):
            return Examined("state", well=False, text=f"{state} cannot be made: this user may not write to {above}")
        return Examined("state", well=True, text=f"{state}; {_NOBODY}")
    try:
        with opened_state(root, state) as database:
            count = len(people.everybody(database))
            place = database.place
    except PimflowError as error:
        return Examined("state", well=False, text=str(error))
    return Examined("state", well=True, text=f"{place}; {f'{count} may sign in' if count else _NOBODY}")


def _of_files(project: Project) -> Iterator[Examined]:
    pipelines = project.pipelines().values()
    for one in pipelines:
        mistakes = "\n       ".join(one.mistakes)
        yield Examined(str(one.file), well=not one.mistakes, text=mistakes or "valid")
    if not pipelines:
        yield Examined("pipelines", well=True, text=f"none in {project.root}; `pimflow init` begins one")


def _of_hooks(settings: Settings, project: Project) -> Iterator[Examined]:
    names = project.pipelines()
    for hook in settings.hooks.values():
        unknown = [one for one in hook.pipelines if one not in names]
        wrong = "; ".join(f"no pipeline is called {one!r}{did_you_mean(one, names)}" for one in unknown)
        where = f"{settings.url}/hooks/{hook.kind}/{hook.name} begins runs of {listed(hook.pipelines)}"
        yield Examined(f"hook {hook.name}", well=not wrong, text=wrong or where)
