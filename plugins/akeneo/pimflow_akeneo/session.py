"""One open connection to a PIM: calls with a token, pages, the server's time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import httpx

from pimflow import LoginError, RemoteError
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.tokens import Credentials, Tokens
from pimflow_http import Client

ROOT = "/api/rest/v1"
COLLECTION = "application/vnd.akeneo.collection+json"
PAGE = 100
_PAGING = frozenset({"pagination_type", "page", "limit", "search_after"})
T = TypeVar("T")


class Session:
    """Safe for several threads. `catalog` is the PIM's model, loaded piece by piece when it is needed."""

    def __init__(
        self, client: Client, credentials: Credentials, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._tokens = Tokens(client, credentials, monotonic)
        self._ahead = 0.0
        self.username = credentials.username
        self.catalog = Catalog(self)
        self._shared: dict[str, Any] = {}
        self._sharing = threading.RLock()

    def call(
        self, method: str, path: str, *, handled: Collection[int] = (), repeatable: bool | None = None, **options: Any
    ) -> httpx.Response:
        """Send one request below `/api/rest/v1`; a refused token is replaced once, then the login has failed.

        Answers with a status in `handled` are given back like successes. Raises FlowError.
        """
        path = path if path.startswith("/") else f"{ROOT}/{path}"
        accepted = {*handled, 401}
        token = self._tokens.current()
        response = self._send(method, path, token, handled=accepted, repeatable=repeatable, **options)
        if response.status_code == 401:
            token = self._tokens.replace(token)
            response = self._send(method, path, token, handled=accepted, repeatable=repeatable, **options)
        if response.status_code == 401:
            raise LoginError(
                f"The PIM at {self._client.remote.address} gave a token and then refused it. Check that the connection "
                "is still active in the PIM, and that nothing on the way drops the Authorization header.",
                detail=self._client.refusal(response).detail,
            )
        return response

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Give the decoded answer of one GET."""
        return self._client.json(self.call("GET", path, params=params))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Give the items of a list, page by page, along the links to the next one.

        Raises RemoteError where the PIM leads no further: lists in numbered pages end at 10,000.
        """
        response = self.call("GET", path, params={"limit": str(PAGE), **(params or {})})
        while True:
            items, following = self._page(response)
            yield from items
            if not following:
                return
            response = self.call("GET", following, handled=() if "search_after=" in following else {422})
            if response.status_code == 422:
                raise RemoteError(
                    f"The PIM leads no further in its list of {path}: it shows about 10,000 of them. Read fewer with "
                    "a `search`, or have codes that nobody needs deleted in the PIM.",
                    detail=self._client.refusal(response).detail,
                )

    def posted_pages(self, path: str, params: Mapping[str, str], body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the items of a list that is asked for by POST; of a link to the next page only the paging counts."""
        params = {"limit": str(PAGE), **params}
        while True:
            response = self.call("POST", path, params=params, json=body, repeatable=True)
            items, following = self._page(response)
            yield from items
            if not following:
                return
            params = {name: value for name, value in parse_qsl(urlsplit(following).query) if name in _PAGING}

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """Give what the users of this session share under a name, made at the first call; making may ask for more."""
        with self._sharing:
            if name not in self._shared:
                self._shared[name] = make()
            return cast("T", self._shared[name])

    def rest(self, seconds: float) -> None:
        """Let no call of this account begin for so long: the PIM may need it."""
        self._client.limiter.pause(seconds)

    def now(self) -> datetime:
        """Give the server's time, as its last answer told it."""
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    def refusal(self, response: httpx.Response) -> Exception:
        """Make the error that tells people what this answer means."""
        return self._client.refusal(response)

    def _page(self, response: httpx.Response) -> tuple[list[dict[str, Any]], str | None]:
        page = self._client.json(response)
        try:
            following = page["_links"].get("next")
            return page["_embedded"]["items"], self._below_url(following["href"]) if following else None
        except (KeyError, TypeError, AttributeError):
            raise RemoteError(
                f"{self._client.remote.address} answered without the pages of a list. "
                "Check that `url` leads to an Akeneo PIM.",
                detail=self._client.refusal(response).detail,
            ) from None

    def _below_url(self, link: str) -> str:
        """Keep what the PIM says about where to go on; its host name may be another behind a proxy."""
        parts = urlsplit(link)
        prefix = urlsplit(self._client.remote.url).path.rstrip("/")
        return f"{parts.path.removeprefix(prefix)}?{parts.query}"

    def _send(self, method: str, path: str, token: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {token}"}
        response = self._client.request(method, path, headers=headers, **options)
        if "date" in response.headers:
            self._ahead = _seconds(response.headers["date"]) - time.time()
        return response


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return time.time()
