"""One open connection to a PIM: calls with a token, pages, the server's time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import httpx
from loguru import logger

from pimflow import FlowError, LoginError, RemoteError, said
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.tokens import Credentials, Tokens
from pimflow_http import BrokenAnswerError, Client

ROOT = "/api/rest/v1"
COLLECTION = "application/vnd.akeneo.collection+json"
PAGE = 100
_READINGS = 6
_REST = 1.0
_DRIFT = timedelta(minutes=5)
"""Servers of one PIM may differ by some of it."""
_PAGING = frozenset({"pagination_type", "page", "limit", "search_after"})
T = TypeVar("T")
Asking = Callable[[], httpx.Response]
_Page = tuple[list[dict[str, Any]], str | None]
"""The items of a page, and the link to the next one."""


class Session:
    """Safe for several threads. `catalog` is the PIM's model, loaded piece by piece when it is needed."""

    def __init__(
        self, client: Client, credentials: Credentials, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._tokens = Tokens(client, credentials, monotonic)
        self._monotonic = monotonic
        self._told: tuple[float, float] | None = None
        """A time of the server, and when it arrived."""
        self.username = credentials.username
        self.address = client.remote.address
        self.catalog = Catalog(self)
        self._shared: dict[str, Any] = {}
        self._sharing = threading.RLock()

    def call(
        self, method: str, path: str, *, handled: Collection[int] = (), repeatable: bool | None = None, **options: Any
    ) -> httpx.Response:
        """Send one request below `/api/rest/v1`; a refused token is replaced, a few times at most.

        Answers with a status in `handled` are given back like successes. Raises FlowError.
        """
        path = path if path.startswith("/") else f"{ROOT}/{path}"
        accepted = {*handled, 401}
        for token in self._tokens.for_one_call():
            response = self._send(method, path, token, handled=accepted, repeatable=repeatable, **options)
            if response.status_code != 401:
                self._tokens.accepted()
                return response
        raise LoginError(
            said(
                "The PIM at {address} gave a token and then refused it. Check that the connection is still active in "
                "the PIM, and that nothing on the way drops the Authorization header.",
                address=self._client.remote.address,
            ),
            detail=self._client.refusal(response).detail,
        )

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Give the decoded answer of one GET."""
        return self._read(self._client.json, lambda: self.call("GET", path, params=params))

    def find(self, path: str) -> Any:
        """Give the decoded answer of one GET, None where there is nothing."""
        return self._read(
            lambda response: None if response.status_code == 404 else self._client.json(response),
            lambda: self.call("GET", path, handled={404}),
        )

    def pages(
        self, path: str, params: Mapping[str, str] | None = None, *, ahead: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Give the items of a list, page by page, along the links to the next one.

        With `ahead` the next page is asked for while this one is used, which is for those who want all of them.
        Raises RemoteError where the PIM leads no further: lists in numbered pages end at 10,000.
        """
        first: Asking = partial(self.call, "GET", path, params={"limit": str(PAGE), **(params or {})})
        return self._pages(first, lambda link: partial(self._next_page, path, link), ahead=ahead)

    def posted_pages(self, path: str, params: Mapping[str, str], body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the items of a list that is asked for by POST, the next page while this one is used.

        Of a link to the next page only the paging counts.
        """

        def asking(paging: Mapping[str, str]) -> Asking:
            return partial(self.call, "POST", path, params=paging, json=body, repeatable=True)

        def following(link: str) -> Asking:
            return asking({name: value for name, value in parse_qsl(urlsplit(link).query) if name in _PAGING})

        return self._pages(asking({"limit": str(PAGE), **params}), following, ahead=True)

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
        """Give the server's time as its last answer told it, however the clock of this machine is set meanwhile."""
        if self._told is None:
            return datetime.now(UTC)
        when, at = self._told
        return datetime.fromtimestamp(when + self._monotonic() - at, UTC)

    def refusal(self, response: httpx.Response) -> Exception:
        """Make the error that tells people what this answer means."""
        return self._client.refusal(response)

    def strange(self, response: httpx.Response) -> FlowError:
        """Make the error about an answer that cannot be the PIM's own."""
        return self._client.strange(response)

    def _pages(self, asking: Asking, following: Callable[[str], Asking], *, ahead: bool) -> Iterator[dict[str, Any]]:
        """Give the items of pages. At most one page waits for its use; who looks at one item asks for one page."""
        with ThreadPoolExecutor(1, thread_name_prefix="pimflow-page") as pool:
            read = partial(self._read, self._page)
            page: Callable[[], _Page] | None = partial(read, asking)
            while page is not None:
                items, link = page()
                yield from items[:1]
                page = partial(read, following(link)) if link else None
                if page is not None and ahead:
                    page = pool.submit(page).result
                yield from items[1:]

    def _next_page(self, path: str, following: str) -> httpx.Response:
        response = self.call("GET", following, handled=() if "search_after=" in following else {422})
        if response.status_code == 422:
            raise RemoteError(
                said(
                    "The PIM leads no further in its list of {path}: it shows about 10,000 of them. Read fewer with a "
                    "`search`, or have codes that nobody needs deleted in the PIM.",
                    path=path,
                ),
                detail=self._client.refusal(response).detail,
            )
        return response

    def _read(self, decode: Callable[[httpx.Response], T], ask: Asking) -> T:
        """Decode an answer; one that is not whole is asked for anew, after a rest for everybody."""
        for _ in range(1, _READINGS):
            try:
                return decode(ask())
            except BrokenAnswerError as error:
                logger.bind(detail=error.detail).warning("{} It is asked again", error)
                self.rest(_REST)
        return decode(ask())

    def _page(self, response: httpx.Response) -> _Page:
        page = self._client.json(response)
        try:
            following = page["_links"].get("next")
            return page["_embedded"]["items"], self._below_url(following["href"]) if following else None
        except (KeyError, TypeError, AttributeError):
            raise RemoteError(
                said(
                    "{address} answered without the pages of a list. Check that `url` leads to an Akeneo PIM.",
                    address=self._client.remote.address,
                ),
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
        date = _seconds(response.headers.get("date", ""))
        if date is not None:
            self._told = date, self._monotonic()
        return response


def was_set_back(last: datetime, now: datetime) -> bool:
    """Tell whether the server's clock was set back since it told a time, and warn. A little is no matter."""
    found = last - now > _DRIFT
    if found:
        logger.warning("The clock of the PIM was set back since {}: everything is read, not only changes", last)
    return found


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
