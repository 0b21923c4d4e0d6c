"""Lists of products and product models: what matches, in order, page by page."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.entities import Entity
from pimflow_akeneo_sandbox.index import SortedKeys
from pimflow_akeneo_sandbox.products.answer import View, model_answer, product_answer
from pimflow_akeneo_sandbox.search.compile import search_tests
from pimflow_akeneo_sandbox.search.condition import Seen, Test
from pimflow_akeneo_sandbox.search.paging import (
    SEARCH_AFTER,
    Listing,
    after_page,
    check_offset,
    cut,
    offset_page,
)
from pimflow_akeneo_sandbox.search.query import ListQuery, check_query, read_query
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.answer import ValueView

Answer = Callable[[Any, View], Record]


def lone_view(call: Call) -> View:
    """Return what a call for one product or model asked to see."""
    query = call.query
    return View(
        ValueView(base_url=call.base_url, with_options=query.get("with_attribute_options") == "true"),
        with_completenesses=query.get("with_completenesses") == "true",
        with_quality_scores=query.get("with_quality_scores") == "true",
        author=call.author,
    )


def product_list(call: Call, *, uuids: bool, more: Mapping[str, str] | None = None) -> Response:
    """Products in order of identifier, or of uuid."""
    store = call.store
    query = read_query({**call.query, **(more or {})})
    check_query(store, query, unknown_property=422 if uuids else 404)
    path, key = ("products-uuid", "uuid") if uuids else ("products", "identifier")
    indexed = store.indexed()
    named = _named(indexed, query, key)
    every = store.in_uuid_order if uuids else store.in_identifier_order
    index = every if named is None else named
    return json_answer(
        _page(
            call,
            query,
            Listing(call.url(path), key),
            _matching(indexed, index, (indexed.products, store.products), search_tests(store, query), _after(query)),
            lambda product, view: product_answer(store, product, view, uuids=uuids),
        )
    )


def published_list(call: Call) -> Response:
    """Return published products in order of identifier."""
    store, query = call.store, read_query(call.query)
    check_query(store, query)
    published = store.published
    tests = search_tests(store, query)
    found = _matching(store, store.in_published_order, (published, published), tests, _after(query))
    listing = Listing(call.url("published-products"), "identifier")
    return json_answer(
        _page(call, query, listing, found, lambda one, view: product_answer(store, one, view, uuids=False))
    )


def model_list(call: Call) -> Response:
    """Product models in order of code."""
    store, query = call.store, read_query(call.query, bad_search=422)
    check_query(store, query)
    tests = search_tests(store, query, models=True)
    indexed = store.indexed()
    found = _matching(indexed, store.in_model_order, (indexed.models, store.models), tests, _after(query))
    listing = Listing(call.url("product-models"))
    return json_answer(_page(call, query, listing, found, lambda model, view: model_answer(store, model, view)))


def _after(query: ListQuery) -> str | None:
    return query.search_after.lower() if query.search_after and query.pagination_type == SEARCH_AFTER else None


def _named(indexed: Store, query: ListQuery, key: str) -> SortedKeys | None:
    """Give the products that a search names one by one, so that no others are looked at; None where it names none."""
    named: set[str] | None = None
    for name in ("uuid", "identifier", indexed.identifier_attribute):
        for condition in query.search.get(name, ()):
            if condition["operator"] != "IN" or not isinstance(condition.get("value"), list):
                continue
            members = {str(member).lower() for member in condition["value"]}
            found = members if name == "uuid" else {indexed.by_identifier.get(member, "") for member in members}
            named = found if named is None else named & found
    if named is None:
        return None
    index = SortedKeys()
    products = (indexed.products[uuid] for uuid in named if uuid in indexed.products)
    for order, uuid in sorted((str(getattr(product, key) or "").lower(), product.uuid) for product in products):
        if order:
            index.add(order, uuid)
    return index


def _matching(
    indexed: Store,
    index: SortedKeys,
    entities: tuple[Mapping[str, Entity], Mapping[str, Entity]],
    tests: list[Test],
    after: str | None,
) -> Iterator[Entity]:
    """Yield what the index finds; `entities` are those in the index, which are tested, and those answered."""
    there, answered = entities
    for key in index.walk(after):
        entity = there.get(key)
        if entity is None:
            continue
        if not tests:
            yield answered[key]
            continue
        seen = Seen(indexed, entity)
        if all(test(seen) for test in tests):
            yield answered[key]


def _view(call: Call, query: ListQuery) -> View:
    channel = call.store.get("channels", query.scope)
    locales = [locale.strip() for locale in query.locales] if query.locales is not None else None
    if channel and locales is None:
        locales = list(channel["locales"])
    attributes = None if query.attributes is None else [code.strip() for code in query.attributes]
    values = ValueView(call.base_url, attributes, query.scope, locales, query.with_attribute_options)
    return View(values, query.with_completenesses, query.with_quality_scores, call.author)


def _parameters(query: ListQuery) -> dict[str, Any]:
    flags = ("with_attribute_options", "with_quality_scores", "with_completenesses")
    given = {
        "with_count": query.with_count,
        "pagination_type": query.pagination_type,
        "limit": query.limit,
        "search": query.search_text,
        "scope": query.scope,
        "search_scope": query.search_scope,
        "locales": None if query.locales is None else ",".join(query.locales),
        "attributes": None if query.attributes is None else ",".join(query.attributes),
        **{flag: "true" if getattr(query, flag) else None for flag in flags},
    }
    return {name: value for name, value in given.items() if value is not None}


def _page(call: Call, query: ListQuery, listing: Listing, found: Iterator[Any], answer: Answer) -> Record:
    view, parameters = _view(call, query), _parameters(query)
    if query.pagination_type == SEARCH_AFTER:
        items = [answer(entity, view) for entity in cut(found, "1", query.limit)]
        return after_page(listing, parameters, items, query.search_after)
    check_offset(query.page, query.limit)
    count = None
    if query.with_count == "true":
        every = list(found)
        count, found = len(every), iter(every)
    items = [answer(entity, view) for entity in cut(found, query.page, query.limit)]
    return offset_page(listing, {"page": query.page, **parameters}, items, count)
