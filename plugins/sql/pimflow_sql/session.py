"""One run's connections to one database: read-only reads, retried transactions, errors in words."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from pimflow import UnreachableError
from pimflow_sql.drivers import Driver
from pimflow_sql.errors import Place, told

_TRIES = 4
_WRITES = "pimflow_writes"
Result = TypeVar("Result")


class Session:
    """An open database. Each thread that uses it gets a connection of its own from the pool."""

    def __init__(self, engine: sa.Engine, driver: Driver, place: Place, schema: str | None) -> None:
        self.place = place
        self.schema = schema
        self._engine = engine
        self._driver = driver
        self._tables: dict[tuple[str, str | None], sa.Table] = {}
        self._lock = threading.Lock()
        sa.event.listen(engine, "connect", self._on_connect)
        if self.dialect == "sqlite":
            sa.event.listen(engine, "begin", _begin_sqlite)

    @property
    def title(self) -> str:
        """What people call the database: `PostgreSQL`."""
        return self._driver.title

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of the kind of database: `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that cannot write. Raises FlowError."""
        with self._told(), self._engine.connect() as connection:
            if self._driver.read_only:
                connection.exec_driver_sql(self._driver.read_only)
            yield connection

    def fetch(
        self, statement: sa.Executable, parameters: Mapping[str, Any] | None = None
    ) -> tuple[tuple[str, ...], Sequence[Sequence[Any]]]:
        """Read few rows at once: header and rows; again where the database went away. Raises FlowError."""

        def read() -> tuple[tuple[str, ...], Sequence[Sequence[Any]]]:
            with self.reading() as connection:
                found = connection.execute(statement, parameters or {})
                return tuple(found.keys()), found.all()

        return self._patiently(read)

    def write(self, action: Callable[[sa.Connection], Result]) -> Result:
        """Do something in one transaction, again after a deadlock, a lock or a lost connection. Raises FlowError."""

        def once() -> Result:
            writing = self._engine.execution_options(**{_WRITES: True})
            with self._told(), writing.begin() as connection:
                return action(connection)

        return self._patiently(once)

    def table(self, name: str) -> sa.Table | None:
        """Give a table or view as the database describes it; None where there is none. Raises FlowError."""
        schema, _, plain = name.rpartition(".")
        key = (plain, schema or self.schema)
        with self._lock:
            if key not in self._tables:
                found = self._patiently(lambda: self._reflected(*key))
                if found is None:
                    return None
                self._tables[key] = found
            return self._tables[key]

    def names(self, schema: str | None = None) -> Sequence[str]:
        """Name the tables and views that the account sees. Raises FlowError."""
        with self.reading() as connection:
            inspector = sa.inspect(connection)
            wanted = schema or self.schema
            return sorted({*inspector.get_table_names(wanted), *inspector.get_view_names(wanted)})

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _reflected(self, name: str, schema: str | None) -> sa.Table | None:
        with self.reading() as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", sa.exc.SAWarning)  # types that SQLAlchemy does not know are text here
            try:
                return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
            except sa.exc.NoSuchTableError:
                return None

    def _patiently(self, action: Callable[[], Result]) -> Result:
        retrying = Retrying(
            retry=retry_if_exception_type(UnreachableError),
            stop=stop_after_attempt(_TRIES),
            wait=wait_exponential(0.5, max=8) + wait_random(0, 0.3),
            reraise=True,
        )
        return retrying(action)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            raise told(error, self.place) from None

    def _on_connect(self, connection: Any, _record: Any) -> None:
        if self.dialect == "sqlite":
            connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where sqlite3 guesses
        self._driver.settle(connection, self.place.timeout)
        cursor = connection.cursor()
        for statement in self._driver.begin(self.place.timeout):
            cursor.execute(statement)
        cursor.close()
        connection.commit()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin with the lock on the file where there is something to write, so that nobody comes between."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
