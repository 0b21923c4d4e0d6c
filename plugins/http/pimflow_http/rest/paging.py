"""How an API gives its records in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from pimflow import RemoteError, said
from pimflow_http.redaction import redact_url
from pimflow_http.rest.connection import Session
from pimflow_http.rest.options import JmesPath, Options, found

Style = Literal["page", "offset", "after", "cursor", "next_url", "link_header"]
_NEEDS: Mapping[Style, str] = {"after": "field", "cursor": "next", "next_url": "next"}
_PARAMETERS: Mapping[Style, str] = {"page": "page", "offset": "offset", "after": "after", "cursor": "cursor"}


class Paging(Options):
    """How the next page is asked for."""

    style: Style = Field(
        description="By `page` number, `offset` of records, `after` the last record's `field`, a `cursor` or a "
        "`next_url` in the answer, or its `link_header` (RFC 8288)."
    )
    parameter: str | None = Field(None, description="Parameter for it; by default page, offset, after or cursor.")
    first: int = Field(1, ge=0, description="Number of the first page.")
    size: int | None = Field(None, ge=1, description="Records a page, where the server asks for that.")
    size_parameter: str = Field("limit", description="Parameter for the size.")
    next: JmesPath | None = Field(None, description="Where the answer has the cursor or the address of the next page.")
    field: JmesPath | None = Field(None, description="What of a record says where the next page begins, such as `id`.")

    @model_validator(mode="after")
    def _is_whole(self) -> Paging:
        needed = _NEEDS.get(self.style)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"`style: {self.style}` needs `{needed}`")
        return self

    @property
    def named(self) -> str:
        """The parameter that says where a page begins."""
        return self.parameter or _PARAMETERS[self.style]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for a page: `parameters` go into the address, or into the body where there is one."""

    method: str
    path: str
    parameters: Mapping[str, Any]
    body: Mapping[str, Any] | None = None

    def send(self, session: Session, place: Place) -> tuple[Any, Mapping[str | None, Any]]:
        """Give what the answer holds, and its links by their relation."""
        if place.path is not None and not session.is_here(place.path):
            raise RemoteError(
                said(
                    "{title} names another server for the next page, and credentials are sent to no other. Ask who "
                    "runs it which address it should name.",
                    title=session.client.remote.title,
                ),
                detail=redact_url(place.path),
            )
        asked = {**self.parameters, **place.parameters}
        if place.path is not None:
            options: dict[str, Any] = {} if self.body is None else {"json": dict(self.body)}
        elif self.body is None:
            options = {"params": asked}
        else:
            options = {"json": {**self.body, **asked}}
        answer, response = session.json(self.method, self.path if place.path is None else place.path, **options)
        return answer, response.links


Records = Callable[[Any], Sequence[Any]]
"""Finds the records in an answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: parameters, or an address of its own."""

    parameters: Mapping[str, Any]
    path: str | None = None


def pages(session: Session, request: Request, paging: Paging | None, records: Records) -> Iterator[Sequence[Any]]:
    """Give the records page by page.

    A server may give smaller pages than it is asked for: the last one is that which is empty, or smaller than one
    before it. Raises RemoteError for a server that gives one page again and again.
    """
    if paging is None:
        yield records(request.send(session, Place({}))[0])
        return
    size = {} if paging.size is None else {paging.size_parameter: paging.size}
    place: Place | None = _first(paging)
    number, read, largest, before = paging.first, 0, 0, None
    marked, asked, next_mark = place, 0, 2
    while place is not None:
        answer, links = request.send(session, Place({**size, **place.parameters}, place.path))
        page = records(answer)
        if page and page == before:
            raise _stuck(session, paging)
        yield page
        number, read, before = number + 1, read + len(page), page
        if paging.style in {"page", "offset", "after"}:
            place = _counted(paging, page, number, read) if page and len(page) >= largest else None
        else:
            place = _named(paging, answer, links)
        largest = max(largest, len(page))
        asked += 1
        if place == marked:
            raise _stuck(session, paging)
        if asked == next_mark:  # Brent's way to find a circle: one place is remembered, later and later ones
            marked, next_mark = place, next_mark * 2


def _first(paging: Paging) -> Place:
    if paging.style == "page":
        return Place({paging.named: paging.first})
    return Place({paging.named: 0} if paging.style == "offset" else {})


def _counted(paging: Paging, page: Sequence[Any], number: int, read: int) -> Place:
    """Give the next page of those that are counted, or begin after a record."""
    if paging.style == "after":
        assert paging.field is not None
        last = found(paging.field, page[-1])
        if last is None:
            raise RemoteError(
                said(
                    "paging.field: the last record of a page has nothing at {field!r}, by which the next one begins",
                    field=paging.field,
                )
            )
        return Place({paging.named: last})
    return Place({paging.named: number if paging.style == "page" else read})


def _named(paging: Paging, answer: Any, links: Mapping[str | None, Any]) -> Place | None:
    """Give the next page as the answer names it; None at the end."""
    if paging.style == "link_header":
        url = links.get("next", {}).get("url")
        return None if url is None else Place({}, url)
    assert paging.next is not None
    there = found(paging.next, answer)
    if there is None or there == "" or there is False:
        return None
    if isinstance(there, list | dict | bool):
        raise RemoteError(
            said(
                "paging.next: the answer has a list, a mapping or true at {place!r}, and no place where the next page "
                "begins. Compare `paging` with the documentation of that system.",
                place=paging.next,
            )
        )
    return Place({paging.named: there}) if paging.style == "cursor" else Place({}, str(there))


def _stuck(session: Session, paging: Paging) -> RemoteError:
    title = session.client.remote.title
    if paging.style not in _PARAMETERS:
        return RemoteError(
            said(
                "{title} gave the same page twice: it does not know the address that it named. Compare `paging` with "
                "its documentation.",
                title=title,
            )
        )
    return RemoteError(
        said(
            "{title} gave the same page twice: it does not know the parameter {name!r}. Compare `paging` with its "
            "documentation.",
            title=title,
            name=paging.named,
        )
    )
