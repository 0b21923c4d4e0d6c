"""The connections of all pipelines: what they are, who uses them, and what their last check said. No secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import orjson

from pimflow.assemble import Assembly
from pimflow.components import Connection
from pimflow.configuration.loading import PROJECT_FILE
from pimflow.errors import ConfigError, FlowError
from pimflow.log import masker
from pimflow.plain import to_kept_json
from pimflow.sentences import said_by, understood
from pimflow.sessions import Sessions
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow_serve.project import Project
from pimflow_serve.views.overview import plain

_KEPT = "serve.connection_check"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check said, and when: who answered, or what is wrong; `detail` is for the administrator."""

    ok: bool
    says: str
    detail: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ShownConnection:
    """One connection: its name in the files, what it is called, and the pipelines that use it.

    `file` is the one that it stands in. `asked` is the pipeline through which it is checked.
    """

    name: str
    type: str
    title: str
    address: str
    purpose: str
    file: str
    asked: str
    used_by: tuple[str, ...]
    checked: Checked | None


def connections(project: Project, database: Database) -> list[ShownConnection]:
    """Give all connections, those with the same name and address once."""
    found: dict[tuple[str, str, str], list[tuple[Assembly, Connection]]] = {}
    for served in project.pipelines().values():
        if served.assembly is not None:
            for name, connection in served.assembly.connections.items():
                key = (name, connection.type, connection.address)
                found.setdefault(key, []).append((served.assembly, connection))
    return [_shown(name, users, database) for (name, _, _), users in sorted(found.items(), key=lambda one: one[0])]


def _shown(name: str, users: Iterable[tuple[Assembly, Connection]], database: Database) -> ShownConnection:
    (assembly, connection), *_ = all_of_them = list(users)
    part = assembly.pipeline.connections.get(name)
    root = assembly.pipeline.root
    file = Path(part.document.file).absolute() if part else root / PROJECT_FILE
    return ShownConnection(
        name,
        connection.type,
        plain(connection.title),
        connection.address,
        connection.purpose or "",
        file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name,
        assembly.pipeline.name,
        tuple(one.pipeline.name for one, _ in all_of_them),
        last_check(database, name, connection.address),
    )


def check(assembly: Assembly, name: str, now: datetime, person: str) -> Checked:
    """Log in, and ask whether all rights are there; nothing is written."""
    mask, connection = masker(assembly.secrets), assembly.connections[name]
    try:
        with Sessions(assembly) as sessions:
            return Checked(True, mask(connection.check(sessions.connect(name))), "", now, person)
    except (FlowError, ConfigError) as error:
        return Checked(False, mask(said_by(error)), mask(getattr(error, "detail", "")), now, person)


def keep_check(database: Database, name: str, address: str, checked: Checked) -> None:
    """Keep what the last check said."""
    KeptMemory(database, address).put(_KEPT, {name: to_kept_json(asdict(checked)).decode()})


def last_check(database: Database, name: str, address: str) -> Checked | None:
    """Give what the last check said; None where there was none."""
    kept = KeptMemory(database, address).get(_KEPT, [name]).get(name)
    if kept is None:
        return None
    data = understood(orjson.loads(kept))
    return Checked(**{**data, "at": datetime.fromisoformat(data["at"])})
