"""JSON-2: how Odoo is called from version 19 on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import httpx

from pimflow import LoginError, RemoteError, said
from pimflow_http import Client
from pimflow_odoo.refusals import refusal
from pimflow_odoo.transports import Account, Call, asked_version, is_json, time_of, where


class Json2:
    """`POST /json/2/MODEL/METHOD`: arguments by name, bare answers, statuses of HTTP; an API key and nothing else."""

    title = "JSON-2"

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self.answered: dt.datetime | None = None
        self._headers = {"Authorization": f"bearer {account.key}", "X-Odoo-Database": account.database}

    def version(self) -> str:
        """Ask for the version, without a login."""
        return asked_version(self._client) or self._too_old()

    def log_in(self) -> int:
        """Give the id of the user whose key it is."""
        response = self._post(Call("res.users", "context_get", {}), repeatable=True)
        here, who = where(self._client), self._account
        told = self._told(response)
        if response.status_code == 401:
            raise LoginError(
                said(
                    "{where} refused the key; it was tried once. From Odoo 19 on `api_key` is an API key, which ends "
                    "on a day: make a new one under My Profile > Account Security. A password needs `transport: "
                    "json-rpc`.",
                    where=here,
                ),
                detail=f"{told.get('name')}: {told.get('message')}",
            )
        if not is_json(response):
            raise RemoteError(
                said(
                    "{where} has no database {database!r}, or its app `rpc` is not installed. Check `database`: upper "
                    "and lower case letters count.",
                    where=here,
                    database=who.database,
                ),
                detail=f"{response.status_code} without JSON",
            )
        found = self._result(response, "res.users.context_get")
        return int(found["uid"])

    def send(self, call: Call, *, repeatable: bool) -> Any:
        """Give what a method gives."""
        return self._result(self._post(call, repeatable=repeatable), str(call))

    def _post(self, call: Call, *, repeatable: bool) -> httpx.Response:
        body = {
            **({"ids": list(call.ids)} if call.ids is not None else {}),
            **call.named,
            **({"context": dict(call.context)} if call.context else {}),
        }
        path = f"/json/2/{call.model}/{call.method}"
        handled = {400, 401, 403, 404, 422, 500}
        response = self._client.request(
            "POST", path, json=body, headers=self._headers, repeatable=repeatable, handled=handled
        )
        self.answered = time_of(response)
        return response

    def _result(self, response: httpx.Response, what: str) -> Any:
        if response.is_success:
            return self._client.json(response)
        told = self._told(response)
        if "name" in told:
            raise refusal(where(self._client), what, told)
        raise self._client.refusal(response)

    def _told(self, response: httpx.Response) -> Mapping[str, Any]:
        """Give what an error tells; nothing where it comes from something in between."""
        told = response.json() if is_json(response) else None
        return told if isinstance(told, dict) else {}

    def _too_old(self) -> str:
        raise RemoteError(
            said(
                "{where} does not know JSON-2, which began with Odoo 19. Leave `transport` out, or check the `url` of "
                "the connection.",
                where=where(self._client),
            )
        )
