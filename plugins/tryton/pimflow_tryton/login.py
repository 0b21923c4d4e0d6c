"""The login: one for all threads, renewed when the server forgot it, never tried again once it was refused."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from loguru import logger

from pimflow import FlowError, LoginError, RemoteError
from pimflow_http import Client


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in where."""

    database: str
    username: str
    password: str = field(repr=False)

    @property
    def path(self) -> str:
        """Where calls about the database go, below the address of the server."""
        return f"/{quote(self.database, safe='')}/rpc/"


class Login:
    """Gives the Authorization header. `client` asks for the version and may repeat that; `gate` sends each call once.

    A wrong password must not be sent twice: Tryton answers each one slower, and from the seventh none for 5 minutes.
    """

    def __init__(self, client: Client, gate: Client, account: Account) -> None:
        self._client = client
        self._gate = gate
        self.account = account
        self._lock = threading.Lock()
        self._header = ""
        self._refused: FlowError | None = None
        self.version = ""

    def current(self) -> str:
        """Give the header, logged in by now. Raises LoginError, UnreachableError."""
        with self._lock:
            return self._header or self._renewed()

    def replace(self, forgotten: str) -> str:
        """Give another header than the one that the server forgot; another thread may have it already."""
        with self._lock:
            return self._renewed() if self._header == forgotten else self._header

    def close(self) -> None:
        """Log out; the server would keep the session for a month."""
        if not self._header:
            return
        try:
            body = {"id": 1, "method": "common.db.logout", "params": []}
            self._gate.request("POST", self.account.path, json=body, headers={"Authorization": self._header})
        except FlowError as error:
            logger.debug("not logged out: {}", error)

    def _renewed(self) -> str:
        if self._refused is not None:
            raise self._refused
        try:
            self.version = str(self._ask_version())
            self._header = self._log_in()
        except (LoginError, RemoteError) as error:
            self._refused = error
            raise
        return self._header

    def _ask_version(self) -> Any:
        body = {"id": 1, "method": "common.server.version", "params": []}
        answer = self._client.json(self._client.request("POST", "/rpc/", json=body, repeatable=True))
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), str):
            raise RemoteError(
                f"{self._client.remote.address} is no Tryton server. Check the `url` of the connection.",
                detail=str(answer)[:200],
            )
        return answer["result"]

    def _log_in(self) -> str:
        who = self.account
        params = [who.username, {"password": who.password}, "en"]
        body = {"id": 1, "method": "common.db.login", "params": params}
        response = self._gate.request("POST", who.path, json=body, handled={401, 403, 404, 429})
        if not response.is_success:
            raise self._refusal(response)
        answer = self._gate.json(response)
        try:
            user, token, *_ = answer["result"]
        except (KeyError, TypeError, ValueError):
            raise self._unfinished(answer) from None
        header = base64.b64encode(f"{who.username}:{user}:{token}".encode()).decode()
        self._gate.hide(str(token), header)
        self._client.hide(str(token), header)
        return f"Session {header}"

    def _refusal(self, response: httpx.Response) -> FlowError:
        where, detail = f"Tryton at {self._gate.remote.address}", self._gate.refusal(response).detail
        who = self.account
        if response.status_code == 404:
            return RemoteError(f"{where} has no database {who.database!r}. Check `database`.", detail=detail)
        if response.status_code == 429:
            return LoginError(
                f"{where} takes no login of user {who.username!r} for five minutes, because too many failed before. "
                "Make sure that `password` is right, wait, then run again.",
                detail=detail,
            )
        return LoginError(
            f"{where} refused user {who.username!r} or the password; it was tried once. Check `username` and "
            "`password` before you run again: after six wrong ones in a row Tryton takes no login for five minutes.",
            detail=detail,
        )

    def _unfinished(self, answer: Any) -> FlowError:
        error = answer.get("error") if isinstance(answer, dict) else None
        where, detail = f"Tryton at {self._gate.remote.address}", str(error)[:200]
        if isinstance(error, list) and error[:1] == ["LoginException"]:
            return LoginError(
                f"{where} wants more than a password of user {self.account.username!r}. Use a user who logs in with "
                "a password alone.",
                detail=detail,
            )
        return RemoteError(
            f"{where} has not loaded database {self.account.database!r}. Its administrator can start it with "
            f"`trytond -d {self.account.database}`.",
            detail=detail,
        )
