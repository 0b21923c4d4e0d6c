"""The structure paths: list, get, create, update, several at once; the same for every kind."""

from typing import Any

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer, saved
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.bulk import bulk
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.errors import (
    PropertyProblem,
    Refusal,
    not_found,
    of_property,
    unprocessable,
)
from pimflow_akeneo_sandbox.search.paging import Listing, check_paging, offset_page
from pimflow_akeneo_sandbox.store import OWNERS, Store
from pimflow_akeneo_sandbox.structure.resource import Resource

OPTION_TYPES = ("pim_catalog_simpleselect", "pim_catalog_multiselect")


def owner_of(call: Call, resource: Resource) -> Record | None:
    """The attribute or family in the path; None for kinds without owner. Raises Refusal (404)."""
    if resource.kind not in OWNERS:
        return None
    code = call.keys["owner"]
    kind, noun = ("attributes", "Attribute") if resource.kind == "attribute_options" else ("families", "Family")
    owner = call.store.get(kind, code)
    if owner is None:
        raise not_found(f'{noun} "{code}" does not exist.')
    return owner


def _refuse_without_options(owner: Record | None) -> None:
    if owner and "type" in owner and owner["type"] not in OPTION_TYPES:
        raise not_found(
            f'Attribute "{owner["code"]}" does not support options. '
            f'Only attributes of type "{", ".join(OPTION_TYPES)}" support options.'.replace(", ", '", "')
        )


def list_entities(call: Call, resource: Resource) -> Response:
    """GET on the collection."""
    owner = owner_of(call, resource)
    _refuse_without_options(owner)
    query = {"page": "1", "limit": "10", "with_count": "false", **call.query}
    kind = query.get("pagination_type", "page")
    check_paging(kind, query["limit"], query["page"], query["with_count"], search_after=False)
    records = _records(call.store, resource, owner)
    if resource.filters:
        records = resource.filters(call.store, records, _search(query.get("search")))
    start = (int(query["page"]) - 1) * int(query["limit"])
    items = [resource.answer(call.store, record) for record in records[start : start + int(query["limit"])]]
    count = len(records) if query["with_count"] == "true" else None
    return json_answer(offset_page(Listing(_url(call, resource)), query, items, count))


def _records(store: Store, resource: Resource, owner: Record | None) -> list[Record]:
    records = store.structure[resource.kind].in_order()
    if owner is None:
        return records
    if resource.kind == "attribute_options":
        return store.options(owner["code"])
    return [record for record in records if record["family"] == owner["code"]]


def _search(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refusal(400, "The search query parameter must be a valid JSON.") from None
    return dict(found) if isinstance(found, dict) else {}


def _url(call: Call, resource: Resource) -> str:
    return call.url(*(call.keys["owner"] if part == "{owner}" else part for part in resource.path.split("/")))


def get_entity(call: Call, resource: Resource) -> Response:
    """GET on one."""
    owner, code = owner_of(call, resource), call.keys["code"]
    if resource.kind == "attribute_options":
        _refuse_without_options(owner)
    record = find(call.store, resource, owner, code)
    if record is None:
        raise not_found(unknown(resource, code, owner, call.keys.get("owner", "")))
    return json_answer(resource.answer(call.store, record))


def unknown(resource: Resource, code: str, owner: Record | None, owner_code: str) -> str:
    """The message for a code that names nothing."""
    if resource.kind == "attribute_options":
        return (
            f'Attribute option "{code}" does not exist or is not an option of the attribute "{owner_code}".'
        )
    if owner:
        return f'Family variant "{code}" does not exist or is not a variant of the family "{owner_code}".'
    return f'{resource.noun} "{code}" does not exist.'


def find(store: Store, resource: Resource, owner: Record | None, code: str) -> Record | None:
    """The entity of this code below its owner, or None."""
    if owner is None:
        return store.get(resource.kind, code)
    if resource.kind == "attribute_options":
        return store.option(owner["code"], code)
    found = store.family_variants.get(code.lower())
    return found if found and found["family"] == owner["code"] else None
