"""The connection that a command of a plugin works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pimflow.assemble import make_connection
from pimflow.cli.common import FOLDER, find_pipeline, project_root
from pimflow.components import Connection
from pimflow.configuration.document import read_document
from pimflow.configuration.environments import chosen_name, environments_of
from pimflow.configuration.forms import PipelineConfig, ProjectConfig
from pimflow.configuration.loading import PROJECT_FILE, Pipeline, check_document, load_pipeline
from pimflow.configuration.parts import Part
from pimflow.errors import ConfigError, Mistake
from pimflow.plugins import create_registry
from pimflow.words import did_you_mean

ConnectionT = TypeVar("ConnectionT", bound=Connection)


@contextmanager
def connected(
    kind: type[ConnectionT], name: str | None = None, pipeline: str | None = None, environment: str | None = None
) -> Iterator[tuple[ConnectionT, Any]]:
    """Give a connection of this class and its session, for a command of a plugin.

    It is that of a pipeline (a file, or a name out of the folder `pipelines`); without one that of the project file, or
    else of the only pipeline there is, in the environment that is named or the default one. `name` may be left out
    where there is one of the class. Raises ConfigError.
    """
    found = _holder(kind, pipeline, environment)
    chosen = _chosen(kind, name, found)
    connection = make_connection(found, chosen, create_registry())
    if not isinstance(connection, kind):
        raise ConfigError(found.connections[chosen].mistake(f"a connection of type {kind.type!r} was expected"))
    with connection.open() as session:
        yield connection, session


def _holder(kind: type[Connection], pipeline: str | None, environment: str | None) -> Pipeline:
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
    chosen = chosen_name(document, config, environment)
    laid = environments[chosen].connections if chosen else connections
    empty = PipelineConfig.model_construct(version=1, name=config.name, connections=config.connections, flows={})
    return Pipeline(config.name or file.stem, file, file.absolute().parent, empty, document, laid)


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
