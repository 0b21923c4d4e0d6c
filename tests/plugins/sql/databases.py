"""Databases for the tests: a file of SQLite, and a PostgreSQL that runs as a process of its own."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pimflow_sql.connection import SqlConnection

PASSWORD = "p@ss/wört: 1"
HBA = "local all postgres trust\nlocal all all scram-sha-256\n"
TYPES = {
    "sqlite": {"moment": "DATETIME", "zoned": "DATETIME", "bytes": "BLOB", "json": "JSON", "number": "NUMERIC(10, 2)"},
    "postgresql": {
        "moment": "TIMESTAMP",
        "zoned": "TIMESTAMPTZ",
        "bytes": "BYTEA",
        "json": "JSONB",
        "number": "NUMERIC(10, 2)",
    },
    "mariadb": {
        "moment": "DATETIME",
        "zoned": "DATETIME(6)",
        "bytes": "BLOB",
        "json": "JSON",
        "number": "DECIMAL(10, 2)",
    },
}


@dataclass(frozen=True)
class Db:
    """One database. `url` is that of a user who owns its tables, `password` None where there is no login."""

    kind: str
    url: str
    password: str | None = None
    root: str | None = None

    @property
    def options(self):
        return {"url": self.url, **({"password": self.password} if self.password else {})}

    def connection(self, **more):
        return SqlConnection.model_validate({**self.options, **more})

    def yaml(self):
        password = f', password: "{self.password}"' if self.password else ""
        return f'{{type: sql, url: "{self.url}"{password}}}'

    def types(self, text):
        """Put this database's own types in place of `{moment}` and the like."""
        for name, own in TYPES[self.kind].items():
            text = text.replace(f"{{{name}}}", own)
        return text

    def execute(self, *statements, url=None):
        """Do this beside pimflow, as another program would; rows of the last statement, if it gives any."""
        rows = []
        with self.beside(url) as connection:
            for statement in statements:
                found = connection.exec_driver_sql(self.types(statement))
                rows = [tuple(row) for row in found] if found.returns_rows else []
            connection.commit()
        return rows

    def many(self, statement, rows):
        with self.beside() as connection:
            connection.execute(sa.text(statement), rows)
            connection.commit()

    def beside(self, url=None):
        found = sa.make_url(url or self.url)
        if self.password and url is None:
            found = found.set(password=self.password)
        engine = sa.create_engine(found.set(drivername=DRIVERS[self.kind]), poolclass=sa.NullPool)
        return engine.connect()


DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}


def commands():
    """Find the folder of PostgreSQL's commands: those that pip installed, else the system's; None without."""
    installed = importlib.util.find_spec("pgserver")
    if installed is not None and installed.origin:
        return Path(installed.origin).parent / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    return found[-1].parent if found else None


class CannotStartError(Exception):
    """PostgreSQL does not run on this machine."""


class Server:
    """A PostgreSQL that listens on a socket of its own, for whoever may read a new folder."""

    def __init__(self, binaries):
        self._binaries = binaries
        self._made = 0
        self.folder = Path(tempfile.mkdtemp(prefix="pimflow-pg-"))
        self._user = {"user": "nobody"} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(self.folder, "nobody")
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync", self.data)
        (self.data / "pg_hba.conf").write_text(HBA)
        settings = f"-k {self.folder} -c listen_addresses= -c fsync=off -c deadlock_timeout=200ms"
        self._run("pg_ctl", "-w", "-D", self.data, "-l", self.folder / "log", "-o", settings, "start")
        self.admin = Db("postgresql", self._url("postgres", "postgres"))
        quoted = PASSWORD.replace("'", "''")
        self.admin.execute(*(f"CREATE ROLE {name} LOGIN PASSWORD '{quoted}'" for name in ("pim", "reader")))

    @property
    def data(self):
        return self.folder / "data"

    def database(self):
        """Make a database that belongs to user pim."""
        self._made += 1
        name = f"erp{self._made}"
        with self.admin.beside() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                f"CREATE DATABASE {name} OWNER pim"
            )
        return Db("postgresql", self._url("pim", name), PASSWORD, self._url("postgres", name))

    def restart(self):
        self._run("pg_ctl", "-w", "-D", self.data, "-m", "fast", "restart")

    def stop(self):
        self._run("pg_ctl", "-w", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _url(self, user, database):
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def _run(self, command, *words):
        log = self.folder.parent / f"{self.folder.name}.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [self._binaries / command, *words],
                check=False,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                cwd="/",
                **self._user,
            )
        text = log.read_text("utf-8", "replace")
        log.unlink()
        if done.returncode != 0:
            raise CannotStartError(text)


def mariadb(admin, number):
    """Make a database in a MariaDB or MySQL that runs already; `admin` is the address of a user who may do that."""
    name = f"pimflow_test_{number}"
    Db("mariadb", admin).execute(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    return Db("mariadb", sa.make_url(admin).set(database=name).render_as_string(hide_password=False))


def sqlite(folder):
    path = folder / "erp.db"
    with closing(sa.create_engine(f"sqlite:///{path}").raw_connection()) as made:
        made.execute("PRAGMA user_version = 1")
    return Db("sqlite", f"sqlite:///{path}")
