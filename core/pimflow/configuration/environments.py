"""The environments of a project: one set of pipelines, several worlds such as test and production."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pimflow.components import Connection
from pimflow.configuration.document import Document
from pimflow.configuration.forms import ProjectConfig
from pimflow.configuration.parts import Part
from pimflow.errors import ConfigError, Mistake
from pimflow.words import did_you_mean

VARIABLE = "PIMFLOW_ENVIRONMENT"
"""The variable that chooses an environment where no option does."""

_TAKEN = frozenset({"last_good", "logs", "previews", "server", "under_way"})
"""Names that have another meaning in the folder `.pimflow`."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment, with the connections of a pipeline as they are there."""

    name: str
    production: bool
    connections: Mapping[str, Part]


def chosen_name(project: Document, config: ProjectConfig, wanted: str | None) -> str | None:
    """Give the name of the environment that is wanted, else of the default; None where there are none.

    Raises ConfigError where it is not plain which one is meant.
    """
    if config.environments and config.state is not None:
        told = "each environment has a state of its own: write `state` in each of `environments` instead"
        raise ConfigError(project.mistake(("state",), told))
    if not config.environments:
        if config.default_environment is not None:
            raise ConfigError(project.mistake(("default_environment",), "there are no `environments`"))
        if wanted is not None:
            raise _no_environments(wanted, f"{project.file} has no `environments`")
        return None
    for name, told in ((config.default_environment, "default_environment"), (wanted, "environments")):
        if name is not None and name not in config.environments:
            whence = f" (--environment or {VARIABLE})" if told == "environments" else ""
            near = did_you_mean(name, config.environments)
            raise ConfigError(project.mistake((told,), f"no environment is called {name!r}{whence}{near}"))
    name = wanted if wanted is not None else config.default_environment
    if name is None:
        raise ConfigError(project.mistake(("environments",), _which(config)))
    return name


def without_project(wanted: str | None) -> None:
    """See that no environment is wanted where there is no project file. Raises ConfigError."""
    if wanted is not None:
        raise _no_environments(wanted, "there is no project file pimflow.yaml that could name it")


def environments_of(
    project: Document, config: ProjectConfig, connections: Mapping[str, Part], elsewhere: Callable[[], Collection[str]]
) -> tuple[Environment, ...]:
    """Lay the options of each environment over the connections of a pipeline.

    `elsewhere` names connections that other pipelines of the project have. Raises ConfigError with all mistakes.
    """
    mistakes = [*_names_taken(project, config), *_states_shared(project, config)]
    found = []
    for name, environment in config.environments.items():
        laid = dict(connections)
        for connection, options in environment.connections.items():
            part = Part(project, ("environments", name, "connections", connection), options)
            if connection in connections:
                laid[connection] = connections[connection].under(part)
                mistakes.extend(_type_changed(connections[connection], part))
            elif connection not in elsewhere():
                near = did_you_mean(connection, connections)
                mistakes.append(part.mistake(f"no connection is called {connection!r}{near}"))
        found.append(Environment(name, environment.production, laid))
    if mistakes:
        raise ConfigError(*mistakes)
    return tuple(found)


def strange_options(environments: Iterable[Environment], connection: str, kind: type[Connection]) -> Iterator[Mistake]:
    """Find options in any environment that a connection of this class does not know: their values may be elsewhere."""
    known = ["type", *(option.alias or name for name, option in kind.model_fields.items())]
    for environment in environments:
        over = environment.connections[connection].over
        if over is not None:
            strange = [name for name in over.data if name not in known]
            yield from (over.mistake(f"unknown key{did_you_mean(name, known)}", name) for name in strange)


def _no_environments(wanted: str, why: str) -> ConfigError:
    return ConfigError(f"no environment is called {wanted!r} (--environment or {VARIABLE}): {why}")


def _which(config: ProjectConfig) -> str:
    names = ", ".join(sorted(config.environments))
    return f"which one? Give --environment or set {VARIABLE}: {names}; or write one under `default_environment`"


def _names_taken(project: Document, config: ProjectConfig) -> Iterator[Mistake]:
    """Find names of environments whose folders would be the same, or something else's."""
    seen: dict[str, str] = {}
    for name in config.environments:
        first = seen.setdefault(name.lower(), name)
        if name.lower() in _TAKEN:
            yield project.mistake(("environments", name), f"{name!r} has another meaning here; choose another name")
        elif first != name:
            told = f"{first!r} and {name!r} have the same folder where upper and lower case count alike; rename one"
            yield project.mistake(("environments", name), told)


def _states_shared(project: Document, config: ProjectConfig) -> Iterator[Mistake]:
    """Find environments that would keep what they did in the same place."""
    seen: dict[str, str] = {}
    for name, environment in config.environments.items():
        first = seen.setdefault(environment.state, name) if environment.state is not None else name
        if first != name:
            told = f"{first!r} has the same state; each environment needs a state of its own"
            yield project.mistake(("environments", name, "state"), told)


def _type_changed(below: Part, over: Part) -> Iterator[Mistake]:
    before, after = below.data.get("type"), over.data.get("type")
    if before is not None and after is not None and before != after:
        yield over.mistake(f"connection {over.trail[-1]!r} is of type {before!r}, in every environment", "type")
