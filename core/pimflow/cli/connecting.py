"""The connection that a command of a plugin works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pimflow.assemble import Assembly, make_connection
from pimflow.cli.common import (
    FOLDER,
    chosen_environment,
    confirmed,
    find_pipeline,
    opened_state,
    project_root,
    was_confirmed,
)
from pimflow.components import Connection
from pimflow.configuration.document import read_document
from pimflow.configuration.environments import chosen_name, environments_of
from pimflow.configuration.forms import PipelineConfig, ProjectConfig
from pimflow.configuration.loading import PROJECT_FILE, Pipeline, check_document, load_pipeline
from pimflow.configuration.parts import Part
from pimflow.errors import ConfigError, Mistake
from pimflow.plugins import create_registry
from pimflow.running.first_run import Writing, begin, check_confirmed
from pimflow.words import did_you_mean

ConnectionT = TypeVar("ConnectionT", bound=Connection)


@dataclass(frozen=True, slots=True)
class Writes:
    """What a command is that writes: its name, and what shows beforehand what it does: "`--plan` shows it".

    With `asks` a person in a terminal may be asked.
    """

    name: str
    look: str
    asks: bool = True


@contextmanager
def connected(
    kind: type[ConnectionT], name: str | None = None, pipeline: str | None = None, writes: Writes | None = None
) -> Iterator[tuple[ConnectionT, Any]]:
    """Give a connection of this class and its session, for a command of a plugin.

    It is that of a pipeline (a file, or a name out of the folder `pipelines`); without one that of the project file, or
    else of the only pipeline there is, in the environment of the command's `environment_option` or the default one.
    `name` may be left out where there is one of the class. A command that `writes` has the environment's name confirmed
    the first time, where that is marked as production; its `confirm_option` takes the name. Raises ConfigError.
    """
    found = _holder(kind, pipeline)
    chosen = _chosen(kind, name, found)
    registry = create_registry()
    connection = make_connection(found, chosen, registry)
    if not isinstance(connection, kind):
        raise ConfigError(found.connections[chosen].mistake(f"a connection of type {kind.type!r} was expected"))
    if writes is not None:
        _confirm(Assembly(found, registry, (), {chosen: connection}), connection.address, writes)
    with connection.open() as session:
        yield connection, session


def _confirm(assembly: Assembly, address: str, writes: Writes) -> None:
    """See that the environment may be written, and remember that it is. Raises ConfigError, StateError."""
    if assembly.pipeline.environment is None and not was_confirmed():
        return
    writing = Writing(writes.name, (address,), writes.look)
    with opened_state(assembly.pipeline.root, None) as database:
        name = confirmed(assembly, database, writing, as_json=not writes.asks)
        check_confirmed(assembly, database, name, writing)
        begin(assembly, database, datetime.now(UTC), writing)


def _holder(kind: type[Connection], pipeline: str | None) -> Pipeline:
    environment = chosen_environment()
    if pipeline is not None:
        return load_pipeline(find_pipeline(pipeline), environment)
    file = project_root() / PROJECT_FILE
    project = _project(file, environment) if file.is_file() else None
    if project and _of_kind(kind, project):
        return project
    if len(sorted(FOLDER.glob("*.yaml"))) == 1:
        return load_pipeline(find_pipeline(None), environment)
    message = f"no connection of type {kind.type!r} stands here; --pipeline takes that of a pipeline"
    raise ConfigError(Mistake(message, str(file) if project else PROJECT_FILE))


def _project(file: Path, environment: str | None) -> Pipeline:
    """Read a project file as a pipeline without flows: what it has is connections, as in the environment."""
    document = read_document(file)
    config = check_document(ProjectConfig, document)
    connections = {name: Part(document, ("connections", name), data) for name, data in config.connections.items()}
    named = {connection for one in config.environments.values() for connection in one.connections}
    environments = {one.name: one for one in environments_of(document, config, connections, lambda: named)}
    name = chosen_name(document, config, environment)
    chosen = environments[name] if name else None
    empty = PipelineConfig.model_construct(version=1, name=config.name, connections=config.connections, flows={})
    return Pipeline(
        config.name or file.stem,
        file,
        file.absolute().parent,
        empty,
        document,
        chosen.connections if chosen else connections,
        environment=chosen,
        environments=tuple(environments.values()),
    )


def _chosen(kind: type[Connection], name: str | None, found: Pipeline) -> str:
    if name is not None and name not in found.connections:
        raise ConfigError(
            Mistake(f"no connection is called {name!r}{did_you_mean(name, found.connections)}", str(found.file))
        )
    names = [name] if name is not None else _of_kind(kind, found)
    if len(names) == 1:
        return names[0]
    if not names:
        raise ConfigError(Mistake(f"there is no connection of type {kind.type!r}", str(found.file)))
    raise ConfigError(Mistake(f"which connection? --connection takes one of: {', '.join(names)}", str(found.file)))


def _of_kind(kind: type[Connection], found: Pipeline) -> list[str]:
    return [name for name, part in found.connections.items() if part.data.get("type") == kind.type]
