"""The first write into an environment: production is confirmed by its name, shared addresses are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from loguru import logger
from pydantic import ValidationError

from pimflow.assemble import Assembly
from pimflow.components import Connection
from pimflow.configuration.environments import Environment
from pimflow.configuration.parts import Part
from pimflow.configuration.values import resolve_values
from pimflow.errors import ConfigError, PluginError
from pimflow.plugins import Registry
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory

_FILES = "files"
"""Stands for all targets of a pipeline that has no connection to write to."""

_UNKNOWN = "pimflow-unknown"
"""Stands for values that another machine may have; an address that holds it is not known here."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What is about to write: the name of a pipeline or command, its addresses, and what shows beforehand what it does.

    Addresses are those of connections: files are no part of an environment, and count where a pipeline writes nothing
    else.
    """

    name: str
    addresses: tuple[str, ...]
    look: str


def run_of(assembly: Assembly) -> Writing:
    """Give a run of a pipeline as what is about to write."""
    sinks = [sink for flow in assembly.flows for sink in flow.sinks]
    addresses = dict.fromkeys(found.address for sink in sinks if (found := assembly.connection(sink)))
    look = f"`pimflow plan -e {assembly.pipeline.environment_name}` shows what a run would do"
    return Writing(assembly.pipeline.name, tuple(addresses or [_FILES]), look)


def new_targets(assembly: Assembly, database: Database, writing: Writing) -> list[str]:
    """Give the addresses into which it has not written in its environment; none where there are no environments.

    It is remembered with the address and the environment, so that a copied state knows nothing of another one.
    """
    environment = assembly.pipeline.environment
    if environment is None:
        return []
    kept, name = _kept(environment), writing.name
    return [address for address in writing.addresses if not KeptMemory(database, address).get(kept, [name])]


def check_confirmed(assembly: Assembly, database: Database, confirmed: str, writing: Writing) -> None:
    """See that a person has named the production in which nothing was written yet. Raises ConfigError."""
    environment = assembly.pipeline.environment
    if environment is None or not environment.production or confirmed == environment.name:
        return
    if targets := new_targets(assembly, database, writing):
        raise ConfigError(
            f"{never_written(assembly, targets, writing)} Nothing was run. {writing.look}. Then give the name of the "
            f"environment, this once: --confirm {environment.name}"
        )


def never_written(assembly: Assembly, targets: Sequence[str], writing: Writing) -> str:
    """Say into which addresses of production something writes for the first time."""
    marked = f"{assembly.pipeline.environment_name} is marked as production"
    return f"{writing.name} has never written to {' and '.join(targets)}, and {marked}."


def begin(assembly: Assembly, database: Database, now: datetime, writing: Writing) -> None:
    """Remember that it writes in its environment; the first time, warn of addresses that production shares."""
    environment = assembly.pipeline.environment
    targets = new_targets(assembly, database, writing)
    if environment is None or not targets:
        return
    for told in shared_with_production(assembly):
        logger.warning("{}", told)
    for address in targets:
        KeptMemory(database, address).put(_kept(environment), {writing.name: now.isoformat()})


def shared_with_production(assembly: Assembly) -> Iterator[str]:
    """Tell of each address of a connection that production and an environment that is not production both use.

    What another environment takes from variables that are not set here is not known, and not told.
    """
    here = assembly.pipeline.environment
    others = [one for one in assembly.pipeline.environments if here and one.production != here.production]
    for other in others:
        there: dict[str, str] = {}
        for name in assembly.connections:
            if address := _address(assembly.registry, other.connections[name]):
                there.setdefault(address, name)
        for name, connection in assembly.connections.items():
            if here is not None and connection.address in there:
                yield _shared(connection.address, (here, name), (other, there[connection.address]))


def _shared(address: str, *users: tuple[Environment, str]) -> str:
    (production, its), (test, own) = sorted(users, key=lambda user: not user[0].production)
    part = test.connections[own]
    return (
        f"{address} is used by {production.name} (connection {its}), which is marked as production, and by {test.name} "
        f"(connection {own}): what is meant for {test.name} reaches production. "
        f"Give it an address of its own in {test.name} ({(part.over or part).place})"
    )


def _kept(environment: Environment) -> str:
    return f"pimflow:environment {environment.name}"


def _address(registry: Registry, part: Part) -> str | None:
    """Give the address of a connection as far as it can be told without the values that are not here."""

    def resolved(folder: Path, scheme: str, reference: str) -> str:
        try:
            return registry.resolve(folder, scheme, reference) or _UNKNOWN
        except ValueError:
            return _UNKNOWN

    options = {name: value for name, value in resolve_values(part, resolved)[0].items() if name != "type"}
    try:
        made = registry.find(Connection, str(part.data.get("type"))).model_validate(options, context=part.context)
    except (PluginError, ValidationError):
        return None
    return None if _UNKNOWN in made.address else made.address
