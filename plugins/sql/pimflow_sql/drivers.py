"""What differs from database to database: the driver, its options, and what is said when a connection begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

READ_ONLY = "SET TRANSACTION READ ONLY"
_STRICT = "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES')"
_WRITE_WAIT = 3600


@dataclass(frozen=True, slots=True)
class Driver:
    """One kind of database. `extra` is that of pimflow-sql which installs `name`, empty where nothing is needed.

    `arguments` gives the driver's options for a time-out in seconds, `trusting` those for a file of authorities, and
    `begin` what every new connection executes. `read_only` begins a transaction that cannot write.
    """

    title: str
    name: str = ""
    extra: str = ""
    arguments: Callable[[float], dict[str, Any]] = lambda _: {}
    trusting: Callable[[str], dict[str, Any]] | None = None
    begin: Callable[[float], tuple[str, ...]] = lambda _: ()
    settle: Callable[[Any, float], None] = lambda *_: None
    read_only: str = ""


def driver_of(url: sa.URL) -> Driver:
    """Give what is known of the database of an address; of one that is not listed here, only its name."""
    return _DRIVERS.get(url.get_backend_name()) or Driver(url.get_backend_name())


def with_driver(url: sa.URL) -> sa.URL:
    """Name the driver where the address leaves that open."""
    backend = {"postgres": "postgresql"}.get(url.drivername, url.drivername)
    known = _DRIVERS.get(backend)
    return url.set(drivername=f"{backend}+{known.name}" if known and known.name else backend)


def known_databases() -> list[str]:
    """Name the databases that are listed here, as an address begins with them."""
    return sorted(_DRIVERS)


def _seconds(timeout: float) -> int:
    return max(1, math.ceil(timeout))


def _of_mysql(timeout: float) -> dict[str, Any]:
    seconds = _seconds(timeout)
    return {"connect_timeout": seconds, "read_timeout": seconds, "write_timeout": seconds, "charset": "utf8mb4"}


def _begin_mysql(timeout: float) -> tuple[str, ...]:
    """Stamps in UTC, no silent cutting, and patience while a slow target takes the rows of a read."""
    values = {"innodb_lock_wait_timeout": _lock_wait(timeout), "net_write_timeout": _WRITE_WAIT}
    return ("SET SESSION time_zone = '+00:00'", *(f"SET SESSION {name} = {n}" for name, n in values.items()), _STRICT)


def _begin_postgresql(timeout: float) -> tuple[str, ...]:
    """Not as options of the connection, which poolers refuse."""
    milliseconds = math.ceil(timeout * 1000)
    return (
        "SET application_name = 'pimflow'",
        "SET timezone = 'UTC'",
        f"SET lock_timeout = {math.ceil(milliseconds * 0.9)}",
        f"SET statement_timeout = {milliseconds}",
    )


def _lock_wait(timeout: float) -> int:
    return max(1, math.floor(timeout * 0.9))


def _settle_mssql(connection: Any, timeout: float) -> None:
    connection.timeout = _seconds(timeout)


def _settle_oracle(connection: Any, timeout: float) -> None:
    connection.call_timeout = math.ceil(timeout * 1000)


_MYSQL: Mapping[str, Any] = {
    "name": "pymysql",
    "extra": "mysql",
    "arguments": _of_mysql,
    "trusting": lambda path: {"ssl": {"ca": path, "check_hostname": True}},
    "begin": _begin_mysql,
    "read_only": READ_ONLY,
}
_DRIVERS: Mapping[str, Driver] = {
    "sqlite": Driver(
        "SQLite",
        arguments=lambda timeout: {"timeout": timeout, "check_same_thread": False},
        begin=lambda _: ("PRAGMA foreign_keys = ON",),
    ),
    "postgresql": Driver(
        "PostgreSQL",
        "psycopg",
        "postgresql",
        lambda timeout: {"connect_timeout": max(2, _seconds(timeout))},
        lambda path: {"sslrootcert": path, "sslmode": "verify-full"},
        _begin_postgresql,
        read_only=READ_ONLY,
    ),
    "mysql": Driver("MySQL", **_MYSQL),
    "mariadb": Driver("MariaDB", **_MYSQL),
    "mssql": Driver(
        "SQL Server",
        "pyodbc",
        "mssql",
        lambda timeout: {"timeout": _seconds(timeout)},
        begin=lambda timeout: (f"SET LOCK_TIMEOUT {math.ceil(timeout * 900)}",),
        settle=_settle_mssql,
    ),
    "oracle": Driver(
        "Oracle",
        "oracledb",
        "oracle",
        lambda timeout: {"tcp_connect_timeout": timeout},
        settle=_settle_oracle,
        read_only=READ_ONLY,
    ),
}
