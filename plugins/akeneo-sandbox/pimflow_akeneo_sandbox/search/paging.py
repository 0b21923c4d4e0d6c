"""Pages: the checks of paging parameters and the HAL links around the items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import DOCUMENTATION, documented, unprocessable

# what the PIM leaves as it is in the path of a link
PATH_SAFE = "/@:;,=+!*|"
# and in its query
QUERY_SAFE = "/?@:!;,*"
MOST_ITEMS, LAST_OFFSET = 100, 10_000
SEARCH_AFTER, PAGE = "search_after", "page"
T = TypeVar("T")


def _is_integer(text: str) -> bool:
    return text.lstrip("-").isdecimal() and str(int(text)) == text


def check_paging(kind: str, limit: str, page: str, with_count: str, *, search_after: bool) -> None:
    """Raise the refusal for parameters that make no page; `search_after` tells whether this list offers it."""
    if kind == SEARCH_AFTER and not search_after:
        raise unprocessable("Pagination type is not supported.")
    if kind not in {SEARCH_AFTER, PAGE}:
        raise unprocessable("Pagination type does not exist.")
    if not _is_integer(limit) or int(limit) < 1:
        raise unprocessable(f'"{limit}" is not a valid limit number.')
    if int(limit) > MOST_ITEMS:
        raise unprocessable(f"You cannot request more than {MOST_ITEMS} items.")
    if kind == PAGE:
        if not _is_integer(page) or int(page) < 1:
            raise unprocessable(f'"{page}" is not a valid page number.')
        if with_count not in {"true", "false"}:
            raise unprocessable(
                f'Parameter "with_count" has to be a boolean. Only "true" or "false" allowed, "{with_count}" given.'
            )


def check_offset(page: str, limit: str) -> None:
    """Raise the refusal for a page behind the 10,000th product or model."""
    if int(page) * int(limit) > LAST_OFFSET:
        raise documented(
            'You have reached the maximum number of pages you can retrieve with the "page" pagination type. '
            "Please use the search after pagination type instead",
            DOCUMENTATION + "pagination.html#the-search-after-method",
        )


@dataclass(frozen=True)
class Listing:
    """Where a list lives: its absolute address, and the key of its items."""

    url: str
    key: str = "code"

    def link(self, parameters: Mapping[str, Any]) -> Record:
        """Return a link to the list with these parameters; those without a value are left out."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return {"href": f"{self.url}?{urlencode(given, quote_via=quote, safe=QUERY_SAFE)}"}

    def items(self, items: Iterable[Record]) -> list[Record]:
        """Return the items, each with a link to itself."""
        return [{**item, "_links": {**self._own(item), **item.get("_links", {})}} for item in items]

    def _own(self, item: Record) -> Record:
        return {"self": {"href": f"{self.url}/{quote(str(item[self.key]), safe=PATH_SAFE)}"}}


def offset_page(listing: Listing, parameters: Mapping[str, Any], items: Sequence[Record], count: int | None) -> Record:
    """One page by number; `next` is there whenever the page is full."""
    page, limit = int(parameters["page"]), int(parameters["limit"])
    links = {"self": listing.link(parameters), "first": listing.link({**parameters, "page": 1})}
    if page > 1:
        links["previous"] = listing.link({**parameters, "page": page - 1})
    if len(items) >= limit:
        links["next"] = listing.link({**parameters, "page": page + 1})
    body: Record = {"_links": links, "current_page": page}
    if count is not None:
        body["items_count"] = count
    return body | {"_embedded": {"items": listing.items(items)}}


def after_page(listing: Listing, parameters: Mapping[str, Any], items: Sequence[Record], after: str | None) -> Record:
    """One page behind a key; `next` is there whenever the page is full."""
    links = {
        "self": listing.link({**parameters, "search_after": after}),
        "first": listing.link(parameters),
    }
    if len(items) == int(parameters["limit"]):
        links["next"] = listing.link({**parameters, "search_after": items[-1][listing.key]})
    return {"_links": links, "_embedded": {"items": listing.items(items)}}


def cut(found: Iterator[T], page: str, limit: str) -> list[T]:
    """Return the items of a page out of all that was found."""
    start = (int(page) - 1) * int(limit)
    return list(islice(found, start, start + int(limit)))
