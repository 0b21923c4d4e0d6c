"""Lists of products and product models: asked for within the length of a URL, page by page, or counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from pimflow import ConfigError
from pimflow_akeneo import search
from pimflow_akeneo.kinds import BY_UUID, Kind
from pimflow_akeneo.model import Model
from pimflow_akeneo.search import Search
from pimflow_akeneo.search_tables import PRODUCTS
from pimflow_akeneo.session import ROOT, Session
from pimflow_akeneo.url_length import chunks

_LONGEST = 7000
"""Characters of a query: servers take 8,000 for a whole line, path and method included."""

_SEVERAL = frozenset({*PRODUCTS.lists, "multiselect", "asset_collection", "akeneo_reference_entity_collection"})
"""Properties and types of attributes of which a record has several: cut apart, it would come twice."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: a kind of record, which of its values, and which records."""

    kind: Kind
    params: Mapping[str, str]
    search: Search

    @property
    def parameters(self) -> dict[str, str]:
        """All but those of paging."""
        return {**self.params, **({"search": search.written(self.search)} if self.search else {})}


def records(session: Session, query: Query) -> Iterator[dict[str, Any]]:
    """Give the records page by page; many codes are asked for in several lists. Raises FlowError, ConfigError."""
    for piece in _pieces(query, session.catalog.model):
        yield from _pages(session, piece)


def count(session: Session, query: Query) -> int | None:
    """Let the PIM count in one call; None where it would take several."""
    if len(list(_pieces(query, session.catalog.model))) != 1 or not _fits(query.parameters):
        return None
    found = session.get(query.kind.path, {**query.parameters, "limit": "1", "with_count": "true"}).get("items_count")
    return None if found is None else int(found)


def having(query: Query, name: str, codes: Iterable[str]) -> Iterator[Query]:
    """Limit a query to records with one of these codes, in as many queries as it takes."""
    for some in chunks(codes):
        yield replace(query, search=search.combined(query.search, name, "IN", some))


def offers(session: Session, path: str) -> bool:
    """Tell whether the PIM has a path below its root; older versions and other editions have fewer."""
    return f"{ROOT}/{path}" in session.shared("routes", lambda: _routes(session))


def _routes(session: Session) -> frozenset[str]:
    routes = session.get(ROOT).get("routes", {})
    return frozenset(str(one["route"]) for one in routes.values())


def _pages(session: Session, query: Query) -> Iterator[dict[str, Any]]:
    paging = {"pagination_type": "search_after"}
    if _fits(query.parameters):
        return session.pages(query.kind.path, {**paging, **query.parameters}, ahead=True)
    path = f"{query.kind.path}/search"
    if query.kind is BY_UUID and offers(session, path):
        body = {
            name: value == "true" if name.startswith("with_") else value for name, value in query.parameters.items()
        }
        return session.posted_pages(path, paging, body)
    everything = {name: value for name, value in query.parameters.items() if name != "attributes"}
    if not _fits(everything):
        raise ConfigError(
            "search: it is too long for one call to the PIM. Name fewer codes, or a condition that means the same"
        )
    return session.pages(query.kind.path, {**paging, **everything}, ahead=True)


def _fits(parameters: Mapping[str, str]) -> bool:
    return len(urlencode(parameters, quote_via=quote)) <= _LONGEST


def _pieces(query: Query, model: Model) -> Iterator[Query]:
    """Cut the longest condition on many codes into lists that fit, where each record has only one of the codes."""
    lists = [
        (len(search.written({name: [condition]})), name, number)
        for name, conditions in query.search.items()
        for number, condition in enumerate(conditions)
        if condition["operator"] == "IN" and _has_one(name, model)
    ]
    _, name, number = max(lists, default=(0, "", 0))
    condition = query.search[name][number] if name else {"value": ()}
    codes = list({str(code).lower(): code for code in condition["value"]}.values())
    pieces = list(chunks(codes))
    if len(pieces) < 2:
        yield query
        return
    for some in pieces:
        conditions = list(query.search[name])
        conditions[number] = {**condition, "value": some}
        yield replace(query, search={**query.search, name: conditions})


def _has_one(name: str, model: Model) -> bool:
    attribute = model.attributes.get(name)
    return name not in _SEVERAL and (attribute is None or attribute.kind not in _SEVERAL)
