"""The connection `dolibarr`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import Field, SecretStr, field_validator

from pimflow import Connection
from pimflow_dolibarr import rights
from pimflow_dolibarr.answers import API, EXPLANATIONS, TITLE, is_final
from pimflow_dolibarr.session import Session
from pimflow_http import Client, Remote, ServerAddress, redact_url


class DolibarrConnection(Connection):
    """A Dolibarr ERP, over its REST API. Verified with version 22."""

    type = "dolibarr"
    url: ServerAddress = Field(description="Address of Dolibarr's pages, as in https://erp.example.com/dolibarr.")
    api_key: SecretStr = Field(description="API key of a user made for this connection.")
    company: int | None = Field(
        None, ge=1, description="Number of the entity, where the module Multi-company is used; the user's if left out."
    )
    language: str | None = Field(
        None,
        description="Language of texts that name none, as in `en_US`: Dolibarr's default language. Found from the "
        "texts when left out.",
    )
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for an answer.")
    concurrency: int = Field(4, ge=1, le=16, description="Calls at once.")

    @field_validator("url")
    @classmethod
    def _is_root(cls, url: str) -> str:
        return url.removesuffix(API)

    @property
    def title(self) -> str:
        """What a report calls it."""
        return TITLE

    @property
    def address(self) -> str:
        """Where it lives: server and, where it is named, entity."""
        return "/".join([redact_url(self.url), *([str(self.company)] if self.company else [])])

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session. There is no login: each call carries the key."""
        key = self.api_key.get_secret_value()
        entity = {"DOLAPIENTITY": str(self.company)} if self.company else {}
        remote = Remote(
            TITLE,
            self.url,
            concurrency=self.concurrency,
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            secrets=(key,),
            explanations=EXPLANATIONS,
            is_final=is_final,
        )
        with Client(remote) as client:
            yield Session(client, {"DOLAPIKEY": key, **entity}, self.language)

    def check(self, session: Session) -> str:
        """Say version, user, time zone and languages, and what is off or may not be read or written.

        Raises LoginError, RemoteError where it is no Dolibarr, AccessError where products may not be read.
        """
        rights.must_read(session)
        login = session.user.get("login")
        who = f"user {login}" if login else "user unknown (it may not read its own data)"
        known = ", ".join(session.catalog.languages)
        found = f"{TITLE} {session.server.version}, {who}, times in {session.server.zone}"
        return "; ".join([f"{found}, texts in {known}" if known else found, *rights.notes(session)])
