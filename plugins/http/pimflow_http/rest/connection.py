"""The connection `rest`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import Field

from pimflow import Connection, LoginError, RemoteError, said
from pimflow_http.addresses import ServerAddress
from pimflow_http.client import Client, Remote
from pimflow_http.explanations import Explanation
from pimflow_http.pace import Pace
from pimflow_http.redaction import redact_url
from pimflow_http.rest.auth import Auth, Token, applied

_SERVER = said("the server")
IN_SHORT = said("server")
"""What reports call it where no article may stand."""


class RestConnection(Connection):
    """A REST API that speaks JSON."""

    type = "rest"
    url: ServerAddress = Field(description="Address that all paths are below, as in https://erp.example.com/api.")
    name: str = Field(str(_SERVER), min_length=1, description="What reports and messages call the system.")
    auth: Auth | None = Field(None, description="How requests say who sends them: one of the ways below.")
    headers: dict[str, str] = Field(default_factory=dict, description="Further headers of every request.")
    probe: str = Field("", description="Path that `check` asks for, below the address; it proves the login.")
    rate: float | None = Field(None, gt=0, description="Calls a second at most; by default what the server bears.")
    timeout: float = Field(30.0, gt=0, description="Seconds to wait for an answer.")
    concurrency: int = Field(4, ge=1, le=64, description="Calls at once.")

    @property
    def title(self) -> str:
        """What a report calls it."""
        return said(self.name)

    @property
    def address(self) -> str:
        """Where it lives."""
        return redact_url(self.url)

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session; it sends nothing before it is asked to."""
        account = self.auth.oauth2 if self.auth else None
        remote = Remote(
            self.title,
            f"{self.url}/",
            client_id=account.client_id if account else "",
            concurrency=self.concurrency,
            paces=(_pace(self.rate),) if self.rate else (),
            explanations=_EXPLANATIONS,
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            headers={"Accept": "application/json", **self.headers},
            secrets=self.auth.secrets if self.auth else (),
        )
        with Client(remote) as client:
            yield Session(client, self.auth, Token(account, client) if account else None)

    def check(self, session: Session) -> str:
        """Ask for the probe; without one anything that only this server can answer will do.

        Raises LoginError, AccessError, RemoteError, UnreachableError.
        """
        if self.probe:
            session.call("GET", self.probe)
            return said("{title} answers at {address}", title=self.title, address=f"{self.address}/{self.probe}")
        session.call("GET", "", handled=_TELLS_TIME)
        return said(
            "{title} answers at {address}; state `probe`, a path to ask for, and the login is proved too",
            title=self.title,
            address=self.address,
        )


_TELLS_TIME = frozenset({301, 302, 303, 307, 308, 400, 404, 405, 406, 410, 422, 501})
"""Answers to a question for nothing that still come from the server itself."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_OPTIONS = "Compare the options of the pipeline with the documentation of that system."
_EXPLANATIONS = {
    400: Explanation(RemoteError, "did not accept the request", _OPTIONS),
    404: Explanation(RemoteError, "has nothing at this address", f"Check `url` and `path`. {_OPTIONS}"),
    405: Explanation(RemoteError, "does not take such requests at this address", _OPTIONS),
    422: Explanation(RemoteError, "did not accept the request", _OPTIONS),
}


def _pace(rate: float) -> Pace:
    """Spread calls: five a second, or one in two seconds."""
    return Pace(_METHODS, "", max(1, int(rate)), max(1, int(rate)) / rate)


@dataclass(frozen=True, slots=True)
class Session:
    """Sends requests that say who they are from. Safe for several threads."""

    client: Client
    auth: Auth | None = None
    token: Token | None = None

    def call(self, method: str, path: str, *, handled: Container[int] = (), **options: Any) -> httpx.Response:
        """Send a request; a token that has run out meanwhile is fetched anew, once.

        Raises LoginError, AccessError, RemoteError, UnreachableError.
        """
        if self.token is None:
            return self._send(method, path, handled, options)
        used = self.token.current()
        try:
            return self._send(method, path, handled, options)
        except LoginError:
            self.token.drop(used)
            return self._send(method, path, handled, options)

    def json(self, method: str, path: str, **options: Any) -> tuple[Any, httpx.Response]:
        """Send a request, and give what the answer holds, and the answer."""
        answer = self.call(method, path, **options)
        return self.client.json(answer), answer

    def is_here(self, url: str) -> bool:
        """Tell whether an address is of this server: credentials are sent to no other."""
        return not urlsplit(url).netloc or urlsplit(url)[:2] == urlsplit(self.client.remote.url)[:2]

    def now(self) -> datetime:
        """Give the server's time, from the header that every answer has. Raises RemoteError where it lacks."""
        answer = self.call("HEAD", "", handled=_TELLS_TIME)
        try:
            return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            raise RemoteError(
                said(
                    "{title} does not tell its time (header Date), so pimflow cannot know from when on changes are "
                    "new. Take `changed` out of the source to read everything each time.",
                    title=self.client.remote.title,
                )
            ) from None

    def _send(self, method: str, path: str, handled: Container[int], options: dict[str, Any]) -> httpx.Response:
        return self.client.request(method, path, handled=handled, **applied(self.auth, self.token, options))
