"""JSON-RPC: how Odoo is called up to version 18, and still can be in 19."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from pimflow import LoginError, RemoteError, said
from pimflow_http import Client
from pimflow_odoo.refusals import refusal
from pimflow_odoo.transports import Account, Call, no_odoo, readable, time_of, where

_POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "search": ("domain",),
    "search_count": ("domain",),
    "search_read": ("domain",),
    "create": ("vals_list",),
    "write": ("vals",),
    "has_access": ("operation",),
    "check_access_rights": ("operation",),
    "update_field_translations": ("field_name", "translations"),
}
"""Arguments that go without their names over JSON-RPC: `create` wants it so, the others are known by it."""


class JsonRpc:
    """`POST /jsonrpc`: database, user and key go with each call; errors come with status 200."""

    title = "JSON-RPC"

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self._numbers = itertools.count(1)
        self._user = 0
        self.answered: dt.datetime | None = None

    def version(self) -> str:
        """Ask for the version, without a login."""
        found = self._called("common", "version", [], "version", repeatable=True)
        return readable(self._client, found.get("server_version_info") if isinstance(found, dict) else None)

    def log_in(self) -> int:
        """Give the id of the user. Odoo answers `false` to a wrong password and to a name that nobody has."""
        who, here = self._account, where(self._client)
        asked = [who.database, who.username, who.key, {}]
        answer = self._posted("common", "authenticate", asked, repeatable=True)
        if "error" in answer and not str(_told(answer).get("name")).startswith("psycopg2."):
            raise refusal(here, "authenticate", _told(answer))
        if "error" in answer:
            raise RemoteError(
                said(
                    "{where} has no database {database!r}, or cannot open it. Check `database`: upper and lower case "
                    "letters count.",
                    where=here,
                    database=who.database,
                ),
                detail=str(_told(answer).get("message", ""))[:200],
            )
        user = answer.get("result")
        if not isinstance(user, int) or isinstance(user, bool):
            raise LoginError(
                said(
                    "{where} refused user {user!r} or the key; it was tried once. Check `username` and `api_key` "
                    "before you run again: after several wrong ones Odoo takes no login for a while.",
                    where=here,
                    user=who.username,
                )
            )
        self._user = user
        return user

    def send(self, call: Call, *, repeatable: bool) -> Any:
        """Give what a method gives."""
        who = self._account
        names = [name for name in _POSITIONAL.get(call.method, ()) if name in call.named]
        positional = [*([list(call.ids)] if call.ids is not None else []), *(call.named[name] for name in names)]
        named = {name: value for name, value in call.named.items() if name not in names}
        if call.context:
            named["context"] = dict(call.context)
        asked = [who.database, self._user, who.key, call.model, call.method, positional, *([named] if named else [])]
        return self._called("object", "execute_kw", asked, str(call), repeatable=repeatable)

    def _called(self, service: str, method: str, asked: Sequence[Any], what: str, *, repeatable: bool) -> Any:
        answer = self._posted(service, method, asked, repeatable=repeatable)
        if "error" in answer:
            raise refusal(where(self._client), what, _told(answer))
        return answer.get("result")

    def _posted(self, service: str, method: str, asked: Sequence[Any], *, repeatable: bool) -> dict[str, Any]:
        params = {"service": service, "method": method, "args": list(asked)}
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._numbers), "params": params}
        response = self._client.request("POST", "/jsonrpc", json=body, repeatable=repeatable)
        self.answered = time_of(response)
        answer = self._client.json(response)
        if not isinstance(answer, dict) or "jsonrpc" not in answer:
            raise no_odoo(self._client, str(answer)[:200])
        return answer


def _told(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    error = answer["error"]
    data = error.get("data") if isinstance(error, dict) else None
    return data if isinstance(data, dict) else {"name": "", "message": str(error)}
