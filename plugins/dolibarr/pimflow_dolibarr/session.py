"""One open connection to Dolibarr's REST API: calls, lists page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pimflow import AccessError, RemoteError, said
from pimflow_dolibarr import filters
from pimflow_dolibarr.answers import API, REFUSALS, TITLE, RefusedError, refusal
from pimflow_dolibarr.catalog import Catalog
from pimflow_http import Client

Record = dict[str, Any]
_IDS = 1000
_SWITCHED_OFF = b"Module <b>Api</b>"
"""How a page begins that is given with status 200 in place of all answers."""


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers: the version, the time zone in which PHP tells and reads times, what time it was when asked."""

    version: str
    zone: ZoneInfo
    now: dt.datetime


class Session:
    """Safe for several threads. `catalog` is what products refer to, loaded piece by piece when it is needed."""

    def __init__(self, client: Client, headers: Mapping[str, str], language: str | None) -> None:
        self._client = client
        self._headers = headers
        self.url = client.remote.address
        self.catalog = Catalog(self, language)

    @cached_property
    def server(self) -> Server:
        """Ask who answers. Raises LoginError, RemoteError where it is no Dolibarr."""
        try:
            answer = self.get("status")
        except RefusedError as error:
            raise self._stranger(error.detail) from None
        told = answer.get("success") if isinstance(answer, dict) else None
        if not isinstance(told, dict) or not told.get("dolibarr_version"):
            raise self._stranger(str(answer))
        name = str(told.get("timestamp_php_tz") or "UTC")
        try:
            now = dt.datetime.fromtimestamp(int(told["timestamp_now_utc"]), dt.UTC)
            return Server(str(told["dolibarr_version"]), ZoneInfo(name), now)
        except (ZoneInfoNotFoundError, ValueError):
            raise RemoteError(
                said(
                    "{title} at {address} says that its time zone is {name!r}, which this machine does not know. Have "
                    "`date.timezone` of its PHP set to one such as Europe/Paris.",
                    title=TITLE,
                    address=self.url,
                    name=name,
                )
            ) from None

    @cached_property
    def user(self) -> Mapping[str, Any]:
        """Give the user of the API key with `login` and `rights`; nothing where it may not look at itself."""
        try:
            found = self.get("users/info", includepermissions=1)
        except AccessError:
            return {}
        return found if isinstance(found, dict) else {}

    def get(self, path: str, **query: Any) -> Any:
        """Read one thing. Raises RefusedError, FilteredError, FlowError."""
        return self._call("GET", path, params=query)

    def listed(self, path: str, **query: Any) -> list[Any]:
        """Read a list; old versions answer 404 where there is nothing."""
        try:
            found = self.get(path, **query)
        except RefusedError as error:
            if error.status == 404:
                return []
            raise
        if not isinstance(found, list):
            raise self._stranger(str(found))
        return found

    def total(self, path: str, **query: Any) -> int | None:
        """Let the server count a list; None where it is too old for that."""
        try:
            found = self.get(path, limit=1, pagination_data="true", properties="id", **query)
        except RefusedError as error:
            if error.status == 404:
                return 0
            raise
        return int(found["pagination"]["total"]) if isinstance(found, dict) else None

    def pages(self, path: str, condition: str, size: int, **query: Any) -> Iterator[list[Record]]:
        """Give records by ascending id, so many a call: what changes meanwhile moves nothing to another page.

        Only an empty page is the end: Dolibarr leaves a record out of its page that is deleted in that moment.
        """
        last = 0
        while page := self._after(path, condition, last, limit=size, **query):
            last = self._onward(last, int(page[-1]["id"]))
            yield page

    def ids(self, condition: str, **query: Any) -> Iterator[int]:
        """Give the ids of products in ascending order."""
        last = 0
        while True:
            page = self._after("products", condition, last, limit=_IDS, ids_only="true", **query)
            yield from map(int, page)
            if len(page) < _IDS:
                return
            last = self._onward(last, int(page[-1]))

    def write(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Change something. It is sent once. Raises RefusedError, FlowError."""
        return self._call(method, path, json=body, **({"params": query} if query else {}))

    def _after(self, path: str, condition: str, last: int, **query: Any) -> list[Any]:
        told = filters.both(condition, filters.above("t.rowid", last) if last else "")
        asked = {"sqlfilters": told} if told else {}
        return self.listed(path, sortfield="t.rowid", sortorder="ASC", **query, **asked)

    def _onward(self, last: int, now: int) -> int:
        if now <= last:
            raise RemoteError(
                said(
                    "{title} at {address} gave records again that it had given before, so that its lists cannot be "
                    "read to the end. Ask its administrator whether a module changes the lists of the API.",
                    title=TITLE,
                    address=self.url,
                )
            )
        return now

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._client.request(
            method,
            f"{API}/{path}",
            headers=self._headers,
            handled=REFUSALS,
            repeatable=method == "GET",
            **options,
        )
        if not response.is_success:
            raise refusal(response, self._client.refusal(response), self._client.remote.secrets)
        if "json" not in response.headers.get("content-type", "") and _SWITCHED_OFF in response.content:
            raise RemoteError(
                said(
                    "{address} has its API switched off. Enable the module API / Web services (REST) under Home > "
                    "Setup > Modules.",
                    address=self.url,
                ),
                detail=response.text[:500],
            )
        return self._client.json(response)

    def _stranger(self, answer: str) -> RemoteError:
        return RemoteError(
            said(
                "{address} answered something else than Dolibarr does. Check the `url` of the connection: it is the "
                "address of Dolibarr's own pages, without /api/index.php.",
                address=self.url,
            ),
            detail=answer[:500],
        )
