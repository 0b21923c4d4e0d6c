"""One open connection to a site of ERPNext: lists of documents, page by page, and methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from pimflow import AccessError, ConfigError, RemoteError, said
from pimflow_erpnext import answers
from pimflow_erpnext.answers import TITLE, RefusedError
from pimflow_erpnext.catalog import Catalog
from pimflow_http import Client

Record = dict[str, Any]
Filters = Sequence[Sequence[Any]]
_HANDLED = range(400, 600)
_LONGEST = 3000
"""Bytes of a query; web servers in front of a site take lines of 4,000 at least."""


class Session:
    """Safe for several threads. `catalog` is what items refer to, loaded piece by piece when it is needed."""

    def __init__(self, client: Client, company: str | None) -> None:
        self._client = client
        self._company = company
        self.url = client.remote.address
        self.catalog = Catalog(self)

    @cached_property
    def username(self) -> str:
        """The user to whom the API key belongs. Raises LoginError, RemoteError."""
        return str(self.method("frappe.auth.get_logged_user"))

    @cached_property
    def time_zone(self) -> str:
        """The time zone in which the site stamps its documents: `Europe/Paris`."""
        found = self.method("frappe.client.get_time_zone")
        return str(found["time_zone"]) if isinstance(found, dict) else str(found)

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """The versions of the site's applications: `{"erpnext": "15.2.0"}`; empty where the site does not tell."""
        try:
            found = self.method("frappe.utils.change_log.get_versions")
        except (RefusedError, AccessError):
            return {}
        return {name: str(one.get("version") or "") for name, one in found.items()} if isinstance(found, dict) else {}

    @cached_property
    def companies(self) -> Sequence[str]:
        """The names of the companies; none where the user may not look."""
        try:
            return [str(one["name"]) for one in self.listed("Company", ["name"])]
        except AccessError:
            return []

    @cached_property
    def company(self) -> str | None:
        """The company whose defaults of items count, if one is named. Raises ConfigError."""
        if self._company is not None and self.companies and self._company not in self.companies:
            known = ", ".join(self.companies)
            raise ConfigError(f"company: {TITLE} has no company {self._company!r}; known: {known}")
        return self._company

    def method(
        self,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = True,
        query: Mapping[str, Any] | None = None,
        patience: float = 0,
    ) -> Any:
        """Call a method of the server and give its message; with a body by POST. Raises RefusedError, FlowError.

        `patience` are the seconds that one may take which takes longer than others.
        """
        path = f"/api/method/{name}"
        if body is None:
            return self.ask("GET", path, params=dict(query or {}))["message"]
        longer = {"timeout": patience} if patience else {}
        return self.ask("POST", path, json=body, repeatable=repeatable, **longer)["message"]

    def listed(
        self,
        doctype: str,
        fields: Sequence[str],
        filters: Filters = (),
        *,
        order: str = "name asc",
        limit: int = 0,
        parent: str = "",
        group: str = "",
    ) -> list[Record]:
        """Give documents that fulfil all filters; without a limit all of them.

        With a `group` one for each value of that field. Rows of a child table need the DocType of their `parent`.
        Raises AccessError, RefusedError, FlowError.
        """
        assert not any(one[1] == "in" and not one[2] for one in filters), "an empty list would find others"
        asked: dict[str, Any] = {"fields": list(fields), "order_by": order, "limit_page_length": limit}
        asked |= {"filters": [list(one) for one in filters]} if filters else {}
        asked |= {"parent": parent} if parent else {}
        asked |= {"group_by": group} if group else {}
        query = {name: _in_query(value) for name, value in asked.items()}
        if len(str(httpx.QueryParams(query))) <= _LONGEST:
            found = self.ask("GET", resource(doctype), params=query)["data"]
        else:
            found = self.method("frappe.client.get_list", {"doctype": doctype, **asked})
        return list(found)

    def pages(self, doctype: str, fields: Sequence[str], filters: Filters, size: int) -> Iterator[list[Record]]:
        """Give documents by ascending name, so many a call: what changes meanwhile moves nothing to another page."""
        after: list[Sequence[Any]] = []
        while True:
            page = self.listed(doctype, fields, [*filters, *after], limit=size)
            if page:
                yield page
            if len(page) < size:
                return
            after = [["name", ">", page[-1]["name"]]]

    def changed(
        self, doctype: str, fields: Sequence[str], filters: Filters, size: int, since: str, until: str
    ) -> Iterator[list[Record]]:
        """Give documents that were changed last at these moments or between them, by their stamps and names.

        Each page begins with the last stamp of the one before, as several documents can have the same. What is changed
        meanwhile leaves the range, and belongs to the next read.
        """
        operator, bound, seen = ">=", since, frozenset[str]()
        while True:
            conditions = [*filters, ["modified", operator, bound], ["modified", "<=", until]]
            page = self.listed(doctype, fields, conditions, order="modified asc, name asc", limit=size)
            if fresh := [one for one in page if one["name"] not in seen]:
                yield fresh
            if len(page) < size:
                return
            last = page[-1]["modified"]
            seen = frozenset(one["name"] for one in page if one["modified"] == last)
            operator, bound = ">=", last
            if len(seen) == size:
                same = [*filters, ["modified", "=", last], ["name", ">", page[-1]["name"]]]
                yield from self.pages(doctype, fields, same, size)
                operator, seen = ">", frozenset()

    def count(self, doctype: str, filters: Filters) -> int:
        """Count documents."""
        query = {"doctype": doctype} | ({"filters": _in_query([list(one) for one in filters])} if filters else {})
        return int(self.method("frappe.client.get_count", query=query))

    def ask(self, verb: str, path: str, *, repeatable: bool | None = None, **options: Any) -> Any:
        """Send one request and decode its answer. Raises LoginError, AccessError, RefusedError, FlowError."""
        response = self._client.request(verb, path, repeatable=repeatable, handled=_HANDLED, **options)
        if not response.is_success:
            raise answers.error(response, self._client)
        found = self._client.json(response)
        if not isinstance(found, dict) or not found.keys() & {"data", "message"}:
            raise RemoteError(
                said(
                    "{address} answered something else than a site of {title} does. Check the `url` of the connection.",
                    address=self.url,
                    title=TITLE,
                ),
                detail=f"{verb} {path}: {str(found)[:500]}",
            )
        return found


def resource(doctype: str, name: str = "") -> str:
    """Give the path of a DocType, or of one of its documents."""
    return "/".join(["/api/resource", *(quote(part, safe="") for part in (doctype, name) if part)])


def _in_query(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else orjson.dumps(value).decode()
