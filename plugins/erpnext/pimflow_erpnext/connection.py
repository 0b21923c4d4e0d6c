"""The connection `erpnext`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import Field, SecretStr

from pimflow import Connection
from pimflow_erpnext import rights
from pimflow_erpnext.answers import TITLE, is_final
from pimflow_erpnext.session import Session
from pimflow_http import Client, Remote, ServerAddress, redact_url


class ErpnextConnection(Connection):
    """A site of ERPNext 13 or later, over its REST API."""

    type = "erpnext"
    url: ServerAddress = Field(description="Address of the site, as in https://erp.example.com.")
    api_key: SecretStr = Field(min_length=1, description="API key of a user made for this connection.")
    api_secret: SecretStr = Field(min_length=1, description="API secret of that user.")
    site: str | None = Field(
        None, description="Name of the site, where the server does not know it by the host of `url`."
    )
    company: str | None = Field(
        None, description="Name of the company whose defaults of items count; those of all companies when left out."
    )
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for an answer.")
    concurrency: int = Field(4, ge=1, le=16, description="Calls at once.")

    @property
    def title(self) -> str:
        """What a report calls it."""
        return TITLE

    @property
    def address(self) -> str:
        """Where it lives: server, site and company, where these are named."""
        return "/".join([redact_url(self.url), *(part for part in (self.site, self.company) if part)])

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session. Each call brings the key; there is no login."""
        key, secret = self.api_key.get_secret_value(), self.api_secret.get_secret_value()
        headers = {"Accept": "application/json", "Authorization": f"token {key}:{secret}"}
        remote = Remote(
            TITLE,
            self.url,
            client_id=key,
            concurrency=self.concurrency,
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            headers=headers | ({"Host": self.site} if self.site else {}),
            secrets=(key, secret),
            is_final=is_final,
            cookies=False,
        )
        with Client(remote) as client:
            yield Session(client, self.company)

    def check(self, session: Session) -> str:
        """Say version, user, companies, time zone, and what may not be read.

        Raises LoginError, AccessError, ConfigError, RemoteError.
        """
        user = session.username
        rights.must_read(session)
        version = " ".join([TITLE, *filter(None, [session.versions.get("erpnext")])])
        used = session.company
        companies = ", ".join(f"{name} (used)" if name == used else name for name in session.companies) or "not told"
        found = f"{version}, user {user}, company {companies}, time zone {session.time_zone}"
        return "; ".join([found, *rights.notes(session)])
