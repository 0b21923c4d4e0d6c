"""A state in a database of PostgreSQL, which several machines may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.engine import Connection, Engine

from pimflow.errors import ConfigError, StateError
from pimflow.state import copying
from pimflow.state.faults import Server, told
from pimflow.state.place import ServerState
from pimflow.state.tables import metadata

_CONNECT_SECONDS = 10
_WAIT = "30s"
_SILENT = "20s"
_DRIVER = {
    "connect_timeout": _CONNECT_SECONDS,
    "application_name": "pimflow",
    "client_encoding": "utf8",
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# One writer at a time, as in SQLite: transactions may read what they then change. The lock belongs to the schema, since
# each schema is a state of its own. A writer that falls silent within a transaction is ended by the server, so that the
# others wait no longer than they would have patience.
_BEGIN_WRITING = (
    f"SELECT set_config('lock_timeout', '{_WAIT}', true), "
    f"set_config('idle_in_transaction_session_timeout', '{_SILENT}', true), "
    "pg_advisory_xact_lock(hashtext('pimflow state'), hashtext(current_schema()))"
)


@dataclass(frozen=True, slots=True)
class PostgresStorage:
    """A schema of a database."""

    engine: Engine
    server: Server
    place: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", self.server.title)

    def begin_reading(self, connection: Connection) -> None:
        """Let all statements see the same moment."""
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin_writing(self, connection: Connection) -> None:
        """Wait until no other transaction writes."""
        connection.exec_driver_sql(_BEGIN_WRITING)

    def examine(self) -> None:
        """Do nothing: the server looks after its pages, and the connection was tried when the state was opened."""

    def copy_to(self, path: Path) -> None:
        """Copy everything, as it is at one moment, into a new file of SQLite."""
        with self.engine.connect() as connection:
            self.begin_reading(connection)
            copying.into_file(connection, path)

    def size(self, connection: Connection) -> int:
        """Give the bytes of all tables and indexes."""
        sizes = (sa.func.pg_total_relation_size(sa.cast(table.name, REGCLASS)) for table in metadata.sorted_tables)
        return int(connection.execute(sa.select(sum(sizes, sa.literal(0)))).scalar_one())

    def now(self, connection: Connection) -> datetime | None:
        """Give the time of the server's clock."""
        found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return found.astimezone(UTC)

    def unusable(self, error: BaseException) -> StateError:
        """Say what the server's or the driver's error means."""
        return told(self.server, error)


def storage(place: ServerState) -> PostgresStorage:
    """Give the state in a database, which is contacted at the first use. Raises ConfigError without the driver."""
    url = sa.make_url(place.url)
    try:
        from pimflow.state import psycopg_text  # noqa: PLC0415 - to say in words that the driver is missing

        engine = sa.create_engine(
            url,
            connect_args=_DRIVER,
            pool_pre_ping=True,  # a server that was restarted meanwhile costs nothing
            hide_parameters=True,
            use_native_hstore=False,
        )
    except ImportError:
        raise ConfigError(
            "a state in PostgreSQL needs a driver that is not installed: pip install 'pimflow[postgresql]'"
        ) from None
    engine.dialect.use_insertmanyvalues_wo_returning = True  # many rows go in one statement
    sa.event.listen(engine, "connect", lambda connection, _: psycopg_text.take_any_text(connection))
    return PostgresStorage(engine, Server(str(place), url.username or "", url.database or "", url.password or ""))
