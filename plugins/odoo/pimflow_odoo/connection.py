"""The connection `odoo`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from pydantic import Field, SecretStr

from pimflow import Connection
from pimflow_http import Client, Remote, ServerAddress, redact_url
from pimflow_odoo import rights
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.json2 import Json2
from pimflow_odoo.jsonrpc import JsonRpc
from pimflow_odoo.session import Session
from pimflow_odoo.transports import Account, Transport, asked_version, settles

_SINCE_JSON2 = 19


class OdooConnection(Connection):
    """An Odoo server of version 16 or later: JSON-2 from version 19 on, JSON-RPC before."""

    type = "odoo"
    url: ServerAddress = Field(description="Address of the server, as in https://erp.example.com.")
    database: str = Field(min_length=1, description="Name of the database; upper and lower case letters count.")
    username: str = Field(min_length=1, description="Login of a user made for this connection.")
    api_key: SecretStr = Field(description="API key of that user; over JSON-RPC a password does too.")
    company: str | None = Field(
        None,
        coerce_numbers_to_str=True,
        description="Name or id of the company whose prices and products count; all of the user's when left out.",
    )
    language: str | None = Field(
        None,
        description="Language of columns that name none, as in `fr_FR`: that in which products are first written. "
        "English (`en_US`) when left out, where it is active.",
    )
    transport: Literal["json-rpc", "json-2"] | None = Field(
        None, description="How the server is called; found out when left out."
    )
    timeout: float = Field(120.0, gt=0, description="Seconds to wait for an answer.")
    concurrency: int = Field(2, ge=1, le=16, description="Calls at once.")

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
        """Give the session; it logs in at the first call. Odoo keeps nothing that would have to be closed."""
        key = self.api_key.get_secret_value()
        remote = Remote(
            TITLE,
            self.url,
            client_id=f"{self.database}:{self.username}",
            concurrency=self.concurrency,
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            secrets=(key,),
            is_final=settles,
        )
        account = Account(self.database, self.username, key)
        with Client(remote) as client:
            yield Session(self._maker(client, account), account, self.company, self.language)

    def check(self, session: Session) -> str:
        """Say version, user, companies, languages, and what may not be written or will end.

        Raises LoginError, ConfigError, RemoteError for an app that lacks, AccessError for rights that lack.
        """
        rights.must_read(session)
        mark = " (used)" if self.company is not None or len(session.companies) > 1 else ""
        names = [name + (mark if number == session.company else "") for number, name in session.companies.items()]
        found = (
            f"{TITLE} {session.version} over {session.transport.title}, database {self.database}, user "
            f"{session.user['login']}, company {', '.join(names)}, languages {', '.join(session.languages)}"
        )
        return "; ".join([found, *self._notes(session), *rights.notes(session)])

    def _maker(self, client: Client, account: Account) -> Callable[[], Transport]:
        """Give what chooses the transport, at the first call."""

        def make() -> Transport:
            if self.transport == "json-rpc":
                return JsonRpc(client, account)
            version = None if self.transport else asked_version(client)
            is_new = self.transport == "json-2" or int((version or "0").partition(".")[0]) >= _SINCE_JSON2
            return Json2(client, account) if is_new else JsonRpc(client, account)

        return make

    def _notes(self, session: Session) -> Iterator[str]:
        if session.user["login"] != self.username:
            yield f"the key is that of {session.user['login']!r}, and `username` says {self.username!r}"
        if self.company is None and len(session.companies) > 1:
            yield "products of all these companies are read; name one as `company` to read those of one"
        if self.transport == "json-rpc" and session.major >= _SINCE_JSON2:
            yield "Odoo is going to drop JSON-RPC; leave `transport` out to use JSON-2"
