"""The login: one for all threads, renewed when the server forgot it, never tried again once it was refused."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from loguru import logger

from pimflow import FlowError, LoginError, RemoteError, said
from pimflow_http import Client


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in where."""

    database: str
    username: str
    password: str = field(repr=False)


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
        self._below = "rpc/"
        self.version = ""
        self.user = 0

    @property
    def path(self) -> str:
        """Where calls about the database go, below the address of the server; known once the login is."""
        return f"/{quote(self.account.database, safe='')}/{self._below}"

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
            self._gate.request("POST", self.path, json=body, headers={"Authorization": self._header})
        except FlowError as error:
            logger.debug("not logged out: {}", error)

    def _renewed(self) -> str:
        if self._refused is not None:
            raise self._refused
        try:
            self.version = self._ask_version()
            self._header = self._log_in()
        except (LoginError, RemoteError) as error:
            self._refused = error
            raise
        return self._header

    def _ask_version(self) -> str:
        """Ask for the version where servers of today answer, then where older ones do. Raises RemoteError."""
        body = {"id": 1, "method": "common.server.version", "params": []}
        for self._below in _PLACES:
            response = self._client.request(
                "POST", f"/{self._below}", json=body, repeatable=True, handled={401, 404, 405}
            )
            if response.is_success:
                return _readable(self._client.remote.address, self._client.json(response))
        raise _no_tryton(self._client.remote.address, _first_line(self._client.refusal(response).detail))

    def _log_in(self) -> str:
        who = self.account
        params = [who.username, {"password": who.password}, "en"]
        body = {"id": 1, "method": "common.db.login", "params": params}
        response = self._gate.request("POST", self.path, json=body, handled={401, 403, 404, 429})
        if not response.is_success:
            raise self._refusal(response)
        answer = self._gate.json(response)
        try:
            self.user, token, *_ = answer["result"]
        except (KeyError, TypeError, ValueError):
            raise self._unfinished(answer) from None
        header = base64.b64encode(f"{who.username}:{self.user}:{token}".encode()).decode()
        self._gate.hide(str(token), header)
        self._client.hide(str(token), header)
        return f"Session {header}"

    def _refusal(self, response: httpx.Response) -> FlowError:
        where, detail = self._where(), _first_line(self._gate.refusal(response).detail)
        who = self.account
        if response.status_code == 404:
            return RemoteError(
                said("{where} has no database {database!r}. Check `database`.", where=where, database=who.database),
                detail=detail,
            )
        if response.status_code == 429:
            return LoginError(
                said(
                    "{where} takes no login of user {user!r} for five minutes, because too many failed before. Make "
                    "sure that `password` is right, wait, then run again.",
                    where=where,
                    user=who.username,
                ),
                detail=detail,
            )
        return LoginError(
            said(
                "{where} refused user {user!r} or the password; it was tried once. Check `username` and `password` "
                "before you run again: after six wrong ones in a row Tryton takes no login for five minutes.",
                where=where,
                user=who.username,
            ),
            detail=detail,
        )

    def _unfinished(self, answer: Any) -> FlowError:
        error = answer.get("error") if isinstance(answer, dict) else None
        where, detail = self._where(), str(error)[:200]
        if isinstance(error, list) and error[:1] == ["LoginException"]:
            return LoginError(
                said(
                    "{where} wants more than a password of user {user!r}. Use a user who logs in with a password "
                    "alone.",
                    where=where,
                    user=self.account.username,
                ),
                detail=detail,
            )
        return RemoteError(
            said(
                "{where} has not loaded database {database!r}. Its administrator can start it with "
                "`trytond -d {database}`.",
                where=where,
                database=self.account.database,
            ),
            detail=detail,
        )

    def _where(self) -> str:
        return said("{title} at {address}", title=self._gate.remote.title, address=self._gate.remote.address)


_PLACES = ("rpc/", "")
_OLDEST = (7, 0)


def _readable(address: str, answer: Any) -> str:
    """Give the version of a server that can be read. Raises RemoteError for others."""
    version = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(version, str) or not version[:1].isdigit():
        raise _no_tryton(address, str(answer)[:200])
    series = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if series < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise RemoteError(
            said(
                "{address} is a Tryton {version}, and pimflow reads series {oldest} or later. Have the server updated.",
                address=address,
                version=version,
                oldest=oldest,
            )
        )
    return version


def _no_tryton(address: str, detail: str) -> RemoteError:
    return RemoteError(
        said("{address} is no {title} server. Check the `url` of the connection.", address=address, title="Tryton"),
        detail=detail,
    )


def _first_line(detail: str) -> str:
    """Leave out the page for browsers that Tryton sends with a refusal."""
    return detail.partition("\n")[0].partition(" <!")[0]
