"""How requests say who sends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from pydantic import Field, SecretStr, model_validator

from pimflow import LoginError, said
from pimflow_http.client import Client
from pimflow_http.rest.options import Options

_EARLY = 30.0
"""Seconds before its end from which on a token is not used any more."""


class Basic(Options):
    """User name and password."""

    username: str = Field(description="The user name.")
    password: SecretStr = Field(description="The password.")


class Key(Options):
    """A key in a header, or among the parameters of the address."""

    name: str = Field(description="Name of the header or parameter.")
    value: SecretStr = Field(description="The key, with whatever stands before it.")


class OAuth2(Options):
    """OAuth 2, client credentials (RFC 6749, section 4.4)."""

    token_url: str = Field(description="Address that gives tokens.")
    client_id: str = Field(description="Id of the client.")
    client_secret: SecretStr = Field(description="Secret of the client.")
    scope: str | None = Field(None, description="What the token is for, where the server asks for it.")


class Auth(Options):
    """One way to say who is asking."""

    bearer: SecretStr | None = Field(None, description="A token for the header `Authorization: Bearer`.")
    basic: Basic | None = Field(None, description="`username` and `password`.")
    header: Key | None = Field(None, description="`name` and `value` of a header.")
    query: Key | None = Field(None, description="`name` and `value` of a parameter; headers stay out of logs better.")
    oauth2: OAuth2 | None = Field(None, description="`token_url`, `client_id`, `client_secret`, `scope`.")

    @model_validator(mode="after")
    def _is_one(self) -> Auth:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"expected one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Name what may show nowhere."""
        return tuple(_secrets(self.model_dump()))


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    for part in value.values() if isinstance(value, Mapping) else ():
        yield from _secrets(part)


@dataclass(slots=True)
class Token:
    """A token that is fetched when it is needed first, or about to expire. Safe for several threads."""

    account: OAuth2
    client: Client
    _value: str = ""
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> str:
        """Give a token that is valid. Raises LoginError."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._fetch()
            return self._value

    def drop(self, value: str) -> None:
        """Forget a token that was refused, unless another has taken its place."""
        with self._lock:
            if value == self._value:
                self._until = 0.0

    def _fetch(self) -> None:
        account = self.account
        grant = BackendApplicationClient(account.client_id)
        secret = account.client_secret.get_secret_value()
        body = grant.prepare_request_body(scope=account.scope, include_client_id=True, client_secret=secret)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.client.request(
            "POST", account.token_url, content=body, headers=headers, repeatable=True, handled={400, 401}
        )
        try:
            token = grant.parse_request_body_response(answer.text)
        except (OAuth2Error, ValueError) as error:
            raise LoginError(
                said(
                    "{title} gave no token at {address}: {why}. Correct `client_id` and `client_secret`, or ask who "
                    "runs the server whether this client may use client credentials.",
                    title=self.client.remote.title,
                    address=account.token_url,
                    why=_why(error),
                )
            ) from None
        self._value = str(token["access_token"])
        self._until = time.monotonic() + float(token.get("expires_in") or 3600) - _EARLY
        self.client.hide(self._value)


def _why(error: Exception) -> str:
    told = getattr(error, "description", "") or getattr(error, "error", "")
    return str(told).rstrip(".") if told else said("its answer is none of OAuth 2")


def applied(auth: Auth | None, token: Token | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the options of a request who sends it."""
    if auth is None:
        return dict(options)
    headers, params = dict(options.get("headers") or {}), httpx.QueryParams(options.get("params") or {})
    if auth.bearer is not None:
        headers["Authorization"] = f"Bearer {auth.bearer.get_secret_value()}"
    elif token is not None:
        headers["Authorization"] = f"Bearer {token.current()}"
    elif auth.basic is not None:
        basic = httpx.BasicAuth(auth.basic.username, auth.basic.password.get_secret_value())
        return {**options, "auth": basic}
    elif auth.header is not None:
        headers[auth.header.name] = auth.header.value.get_secret_value()
    elif auth.query is not None:
        params = params.set(auth.query.name, auth.query.value.get_secret_value())
    return {**options, "headers": headers, **({"params": params} if params else {})}
