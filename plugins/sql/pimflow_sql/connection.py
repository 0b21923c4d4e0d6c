"""The connection `sql`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from pimflow import ConfigError, Connection, RemoteError, said
from pimflow_sql import rights
from pimflow_sql.drivers import driver_of, known_databases, with_driver
from pimflow_sql.errors import Place
from pimflow_sql.session import Session

_MEMORY = frozenset({"", ":memory:"})


class SqlConnection(Connection):
    """A database: SQLite, PostgreSQL, MySQL, MariaDB, SQL Server, Oracle, or another that SQLAlchemy knows."""

    type = "sql"
    url: SecretStr = Field(
        description="Address of the database: `postgresql://user:password@host:5432/database`, `mysql://…`, "
        "`mariadb://…`, `mssql://…`, `oracle://…`, or `sqlite:///erp.db`, whose path starts at the folder of the file "
        "that names it."
    )
    password: SecretStr | None = Field(
        None, description="The password, where it does not stand in `url`; it may hold any sign."
    )
    schema_name: str | None = Field(
        None, alias="schema", description="Schema of tables that name none; the account's own when left out."
    )
    connect_arguments: dict[str, Any] = Field(
        default_factory=dict, description="Further options of the driver, by its own names, as in `{sslmode: require}`."
    )
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for a connection, a lock, or the next rows.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        try:
            found = with_driver(sa.make_url(url.get_secret_value()))
            found.get_dialect()
        except sa.exc.NoSuchModuleError:
            known = ", ".join(known_databases())
            message = f"SQLAlchemy knows no database {found.get_backend_name()!r}; it knows {known}, and others once "
            raise ValueError(f"{message}their dialect is installed") from None
        except (sa.exc.ArgumentError, ValueError):
            raise ValueError("expected an address such as postgresql://user:password@host/database") from None
        except ImportError:  # the dialect wants its driver: told when the connection is opened
            return url
        return SecretStr(_beside(found, info).render_as_string(hide_password=False))

    @model_validator(mode="after")
    def _can_be_done(self) -> SqlConnection:
        if self.proxy is not None:
            raise ValueError("a database is not reached through an HTTP proxy: take `proxy` out")
        if self.ca_file is not None and driver_of(self._parts).trusting is None:
            raise ValueError(f"`ca_file` is not known for {driver_of(self._parts).title}: use `connect_arguments`")
        if self._parts.get_backend_name() == "sqlite" and self._parts.database in {None, *_MEMORY}:
            raise ValueError("expected the path of a file, as in sqlite:///erp.db")
        return self

    @property
    def title(self) -> str:
        """What a report calls it."""
        return driver_of(self._parts).title

    @property
    def address(self) -> str:
        """Where it lives, without user and password: `postgresql db.example.com:5432/erp`."""
        url = self._parts
        if url.get_backend_name() == "sqlite":
            return f"sqlite {url.database}"
        place = f"{_host(url)}/{url.database or url.query.get('service_name') or ''}"
        return f"{url.get_backend_name()} {place}{f'/{self.schema_name}' if self.schema_name else ''}"

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session; it connects at the first statement. Raises ConfigError for a driver that is missing."""
        url, driver = self._parts, driver_of(self._parts)
        place = Place(driver.title, _host(url), url.database or "", url.username or "", self.timeout, self._words(url))
        if url.get_backend_name() == "sqlite":
            _must_be_there(url)
        with closing(Session(self._engine(url), driver, place, self.schema_name)) as session:
            yield session

    def check(self, session: Session) -> str:
        """Say which server answered, its version, database, user, and which tables can be read.

        Raises LoginError, UnreachableError, RemoteError for a database that lacks, ConfigError for a driver.
        """
        return rights.told(session)

    @property
    def _parts(self) -> sa.URL:
        url = with_driver(sa.make_url(self.url.get_secret_value()))
        return url if self.password is None else url.set(password=self.password.get_secret_value())

    def _engine(self, url: sa.URL) -> sa.Engine:
        driver = driver_of(url)
        arguments: Mapping[str, Any] = {
            **driver.arguments(self.timeout),
            **(driver.trusting(str(self.ca_file)) if self.ca_file and driver.trusting else {}),
            **self.connect_arguments,
        }
        try:
            return sa.create_engine(url, connect_args=dict(arguments), pool_pre_ping=True, hide_parameters=True)
        except ImportError as error:
            extra = driver.extra
            how = f"pip install 'pimflow-sql[{extra}]'" if extra else f"install the package of {error.name!r}"
            raise ConfigError(
                f"The driver {error.name!r} of {driver.title} is not installed: {how}. Then run this again."
            ) from None

    def _words(self, url: sa.URL) -> tuple[str, ...]:
        """Give the password in every form in which a driver may repeat it."""
        if not url.password:
            return ()
        return tuple({url.password, quote(url.password, safe=""), quote_plus(url.password)})


def _host(url: sa.URL) -> str:
    found = url.host or url.query.get("host") or "this machine"
    return f"{found}:{url.port}" if url.port else str(found)


def _beside(url: sa.URL, info: ValidationInfo) -> sa.URL:
    """Let the path of an SQLite file start at the folder of the file that names it."""
    context = info.context or {}
    folder = context.get("folders", {}).get(info.field_name, context.get("folder"))
    plain = url.get_backend_name() == "sqlite" and url.database not in {None, *_MEMORY} and "uri" not in url.query
    return url.set(database=str(Path(folder, url.database or "").resolve())) if plain and folder else url


def _must_be_there(url: sa.URL) -> None:
    """SQLite would make an empty database in place of one that is not there; an address of its own says `mode`."""
    path = Path(url.database or "")
    if "uri" not in url.query and not path.is_file():
        raise RemoteError(said("There is no SQLite file {path!r}. Correct `url` of the connection.", path=str(path)))
