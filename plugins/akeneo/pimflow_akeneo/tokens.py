"""The access token: fetched late, renewed before it ends and when the PIM refuses it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import orjson

from pimflow import LoginError, RemoteError, said
from pimflow_http import BrokenAnswerError, Client

_PATH = "/api/oauth/v1/token"
_MARGIN = 60.0
_SHORTEST_SHARE = 0.5
_FOR_ONE_CALL = 6
_IN_VAIN = 3


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connection made in the PIM's interface shows once."""

    client_id: str
    secret: str
    username: str
    password: str

    @property
    def basic(self) -> str:
        """The value of the Authorization header of token calls."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class _Token:
    access: str
    refresh: str
    renew_at: float


class Tokens:
    """Gives the access token to several threads, with one login between them."""

    def __init__(self, client: Client, credentials: Credentials, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._credentials = credentials
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._refusal: LoginError | None = None
        self._in_vain = 0
        """Tokens in a row that the PIM refused without taking one in between."""

    def current(self) -> str:
        """Give a token that is still good for a while. Raises LoginError."""
        with self._lock:
            if self._token is None or self._monotonic() >= self._token.renew_at:
                self._token = self._next()
            return self._token.access

    def for_one_call(self) -> Iterator[str]:
        """Give a token, and others in its place as long as that may help.

        Somebody or something in the PIM may end tokens while a run goes on; but where no token is ever taken, or none
        for this one call, further ones do not help either. Raises LoginError.
        """
        token = self.current()
        for _ in range(_FOR_ONE_CALL):
            yield token
            with self._lock:
                if self._token is None or self._token.access == token:
                    self._in_vain += 1
                    if self._in_vain >= _IN_VAIN:
                        return
                    self._token = self._next()
                token = self._token.access

    def accepted(self) -> None:
        """Note that the PIM took a token."""
        self._in_vain = 0

    def _next(self) -> _Token:
        if self._token is not None and self._token.refresh:
            answer = self._ask({"grant_type": "refresh_token", "refresh_token": self._token.refresh})
            with suppress(BrokenAnswerError):  # what was refreshed cannot be refreshed again
                if answer.is_success:
                    return self._read(answer)
        if self._refusal is not None:
            raise self._refusal  # asking again could lock the account, and the run has more flows
        try:
            return self._logged_in()
        except BrokenAnswerError:
            return self._logged_in()

    def _logged_in(self) -> _Token:
        who = self._credentials
        answer = self._ask({"grant_type": "password", "username": who.username, "password": who.password})
        if not answer.is_success:
            self._refusal = self._refused(answer)
            raise self._refusal
        return self._read(answer)

    def _ask(self, body: dict[str, str]) -> httpx.Response:
        headers = {"Authorization": self._credentials.basic, "Content-Type": "application/json"}
        content = orjson.dumps(body)
        handled = {400, 401, 422}
        return self._client.request("POST", _PATH, content=content, headers=headers, repeatable=True, handled=handled)

    def _read(self, answer: httpx.Response) -> _Token:
        body = self._client.json(answer)
        try:
            access, refresh = str(body["access_token"]), str(body.get("refresh_token") or "")
            lasts = float(body.get("expires_in") or 3600)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise RemoteError(
                said("The PIM's login answered without a token. Check that `url` leads to an Akeneo PIM."),
                detail=f"POST {_PATH}: {answer.status_code}",
            ) from None
        self._client.hide(access, refresh)
        return _Token(access, refresh, self._monotonic() + max(lasts - _MARGIN, lasts * _SHORTEST_SHARE))

    def _refused(self, answer: httpx.Response) -> LoginError:
        address = self._client.remote.address
        detail = self._client.refusal(answer).detail
        if "client_id" in answer.text:
            return LoginError(
                said(
                    "The PIM at {address} does not know this pair of `client_id` and `secret`. Copy both again from "
                    "Connect > Connection settings, without blanks; if they are right, the web server in front of the "
                    "PIM drops the Authorization header.",
                    address=address,
                ),
                detail=detail,
            )
        return LoginError(
            said(
                "The PIM at {address} refused user {user!r} or the password. Check `username` and `password`; both "
                "belong to the connection in the PIM, not to a person, and a new password can be made there.",
                address=address,
                user=self._credentials.username,
            ),
            detail=detail,
        )
