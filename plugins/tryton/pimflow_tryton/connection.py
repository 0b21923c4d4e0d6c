"""The connection `tryton`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from pydantic import Field, SecretStr

from pimflow import Connection
from pimflow_http import Client, Remote, RetryPolicy, ServerAddress, redact_url
from pimflow_tryton import rights
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.login import Account, Login
from pimflow_tryton.session import Session


class TrytonConnection(Connection):
    """A Tryton server of series 7.0 or later, over JSON-RPC."""

    type = "tryton"
    url: ServerAddress = Field(description="Address of the server without the database, as in https://erp.example.com.")
    database: str = Field(min_length=1, description="Name of the database.")
    username: str = Field(min_length=1, description="Login of a user made for this connection.")
    password: SecretStr = Field(description="Password of that user.")
    company: str | None = Field(
        None,
        coerce_numbers_to_str=True,
        description="Name or id of the company whose prices count; the user's current one when left out.",
    )
    language: str | None = Field(
        None, description="Language of columns that name none, as in `en`; the user's when left out."
    )
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for an answer.")
    concurrency: int = Field(4, ge=1, le=16, description="Calls at once.")

    @property
    def title(self) -> str:
        """What a report calls it."""
        return TITLE

    @property
    def address(self) -> str:
        """Where it lives: server, database and, where it is named, company."""
        return "/".join([redact_url(self.url), self.database, *([self.company] if self.company else [])])

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session; it logs in at the first call and logs out at the end."""
        password = self.password.get_secret_value()
        remote = Remote(
            TITLE,
            self.url,
            client_id=f"{self.database}:{self.username}",
            concurrency=self.concurrency,
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            secrets=(password,),
        )
        account = Account(self.database, self.username, password)
        with (
            Client(remote) as client,
            Client(remote, policy=RetryPolicy(tries=1)) as gate,
            closing(Session(Login(client, gate, account), client, self.company, self.language)) as session,
        ):
            yield session

    def check(self, session: Session) -> str:
        """Say version, user, companies, languages, and what is off or may not be written.

        Raises LoginError, ConfigError, RemoteError for a module that lacks, AccessError for rights that lack.
        """
        rights.must_read(session)
        names = [f"{name} (used)" if number == session.company else name for number, name in session.companies.items()]
        loaded = ", ".join(session.languages)
        found = (
            f"Tryton {session.version}, database {self.database}, user {session.username}, company {', '.join(names)}, "
            f"languages {loaded}"
        )
        return "; ".join([found, *rights.notes(session)])
