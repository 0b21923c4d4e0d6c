"""The servers that work with one state, so that none begins what another does, and what a killed one left is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from pimflow.processes import lives
from pimflow.state.database import Database
from pimflow.state.server_tables import servers
from pimflow.state.statements import upsert

_SILENT = timedelta(seconds=90)
"""After so long without a beat a server counts as gone whose process cannot be looked for from here."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server and its process; see `pimflow.state.locks.Owner`."""

    name: str
    host: str
    place: str
    pid: int
    birth: str


def beat(database: Database, server: Server, now: datetime) -> None:
    """Show that a server lives."""
    with database.writing() as connection:
        upsert(connection, servers, [{**asdict(server), "beat": now.isoformat()}])


def show(database: Database, name: str, live: bytes) -> None:
    """Keep how far the runs of a server's machine are, as JSON."""
    with database.writing() as connection:
        connection.execute(servers.update().where(servers.c.name == name).values(live=live.decode()))


def shown_by_others(database: Database, name: str, now: datetime) -> list[str]:
    """Give what other servers that live have shown."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(servers).where(servers.c.name != name, servers.c.live.is_not(None))).all()
    return [row.live for row in rows if now - datetime.fromisoformat(row.beat) <= _SILENT]


def host_of(database: Database, name: str) -> str:
    """Name the machine of a server that lives; empty for one that is no more."""
    with database.reading() as connection:
        return connection.execute(sa.select(servers.c.host).where(servers.c.name == name)).scalar() or ""


def remove(database: Database, name: str) -> None:
    """Forget a server that ended."""
    with database.writing() as connection:
        connection.execute(servers.delete().where(servers.c.name == name))


def any_lives(database: Database, now: datetime) -> bool:
    """Tell whether a server showed lately that it lives."""
    with database.reading() as connection:
        latest = connection.execute(sa.select(sa.func.max(servers.c.beat))).scalar()
    return latest is not None and now - datetime.fromisoformat(latest) <= _SILENT


def leads(database: Database, name: str) -> bool:
    """Tell whether a server is the one that does what only one should do."""
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.min(servers.c.name))).scalar() == name


def dead(database: Database, place: str, now: datetime) -> Iterator[str]:
    """Name the servers that are no more: their process is known to be dead, or they were silent for too long."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(servers)).all()
    for row in rows:
        silent = now - datetime.fromisoformat(row.beat) > _SILENT
        if (row.place == place and not lives(row.pid, row.birth)) or (row.place != place and silent):
            yield row.name
