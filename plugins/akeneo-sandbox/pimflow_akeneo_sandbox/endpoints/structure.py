"""The structure paths: list, get, create, update, several at once; the same for every kind."""

from typing import Any

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.answers import json_answer, saved
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.bulk import bulk
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.entities import now
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    RefusedError,
    not_found,
    of_property,
    of_violations,
    unprocessable,
)
from pimflow_akeneo_sandbox.loading.defaults import ATTRIBUTE, DATED, DEFAULTS, requirements
from pimflow_akeneo_sandbox.search.paging import Listing, check_paging, offset_page
from pimflow_akeneo_sandbox.search.query import BAD_SEARCH
from pimflow_akeneo_sandbox.store import OWNERS, Store
from pimflow_akeneo_sandbox.structure.answers import with_position
from pimflow_akeneo_sandbox.structure.family_variants import with_unique_below
from pimflow_akeneo_sandbox.structure.resource import Resource
from pimflow_akeneo_sandbox.structure.writing import Writing, put_over, violations

BAD_SEARCHES = {
    "locales": BAD_SEARCH,
    "categories": "The search query parameter must be a valid JSON: Syntax error",
}
OPTION_TYPES = ("pim_catalog_simpleselect", "pim_catalog_multiselect")


def owner_of(call: Call, resource: Resource) -> Record | None:
    """Return the attribute or family in the path; None for kinds without owner. Raises RefusedError (404)."""
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
        records = resource.filters(call.store, records, _search(resource, query.get("search")))
    start = (int(query["page"]) - 1) * int(query["limit"])
    items = [_answered(call, resource, record) for record in records[start : start + int(query["limit"])]]
    count = len(records) if query["with_count"] == "true" else None
    return json_answer(offset_page(Listing(_url(call, resource)), query, items, count))


def _records(store: Store, resource: Resource, owner: Record | None) -> list[Record]:
    records = store.structure[resource.kind].in_order()
    if owner is None:
        return records
    if resource.kind == "attribute_options":
        return store.options(owner["code"])
    return [record for record in records if record["family"] == owner["code"]]


def _search(resource: Resource, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = BAD_SEARCHES.get(resource.kind, "The search query parameter must be a valid JSON.")
        raise RefusedError(400, message) from None
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
    return json_answer(_answered(call, resource, record))


def _answered(call: Call, resource: Resource, record: Record) -> Record:
    answer = resource.answer(call.store, record)
    if resource.kind != "categories":
        return answer
    # the API cannot make the templates of enriched categories: values come from the seed
    values = answer.get("values", {})
    answer = {name: value for name, value in answer.items() if name != "values"}
    if call.query.get("with_position") == "true":
        answer = with_position(call.store, answer)
    return answer | ({"values": values} if call.query.get("with_enriched_attributes") == "true" else {})


def unknown(resource: Resource, code: str, owner: Record | None, owner_code: str) -> str:
    """Return the message for a code that names nothing."""
    if resource.kind == "attribute_options":
        return f'Attribute option "{code}" does not exist or is not an option of the attribute "{owner_code}".'
    if owner:
        return f'Family variant "{code}" does not exist or is not a variant of the family "{owner_code}".'
    return f'{resource.noun} "{code}" does not exist.'


def find(store: Store, resource: Resource, owner: Record | None, code: str) -> Record | None:
    """Return the entity of this code below its owner, or None."""
    if owner is None:
        return store.get(resource.kind, code)
    if resource.kind == "attribute_options":
        return store.option(owner["code"], code)
    found = store.family_variants.get(code.lower())
    return found if found and found["family"] == owner["code"] else None


def post_entity(call: Call, resource: Resource, writing: Writing) -> Response:
    """POST on the collection."""
    owner = owner_of(call, resource)
    data = call.json()
    _refuse_other_owner(resource, owner, data, call.keys.get("owner", ""), None, is_new=True)
    record = _written(call.store, resource, writing, _draft(call.store, resource, owner), None, data, posted=True)
    return saved(f"{_url(call, resource)}/{record['code']}", created=True)


def patch_entity(call: Call, resource: Resource, writing: Writing) -> Response:
    """PATCH on one."""
    owner, code = owner_of(call, resource), call.keys["code"]
    record, created = _patched(call.store, resource, writing, owner, code, call.json())
    return saved(f"{_url(call, resource)}/{record['code']}", created=created)


def patch_entities(call: Call, resource: Resource, writing: Writing) -> Response:
    """PATCH on the collection, one entity a line."""
    owner = owner_of(call, resource)
    return bulk(call, "code", lambda code, data: _patched(call.store, resource, writing, owner, code, data)[1])


def _patched(
    store: Store, resource: Resource, writing: Writing, owner: Record | None, code: str, data: dict[str, Any]
) -> tuple[Record, bool]:
    old = find(store, resource, owner, code)
    _refuse_other_owner(resource, owner, data, owner["code"] if owner else "", code, is_new=old is None)
    if old is None:
        data = {**data, "code": code}
    if resource.kind == "attribute_options":
        data = {"code": old["code"] if old else code, **data}
    start = old if old is not None else _draft(store, resource, owner)
    return _written(store, resource, writing, start, old, data, posted=False), old is None


def _refuse_other_owner(
    resource: Resource, owner: Record | None, data: dict[str, Any], owner_code: str, code: str | None, *, is_new: bool
) -> None:
    """Return a new entity must have the keys of the path, where it names them."""
    if not is_new:
        return
    told = 'The {0} "{1}" provided in the request body must match the {0} "{2}" provided in the url.'
    is_option = resource.kind == "attribute_options"
    if is_option and owner and str(data.get("attribute", owner_code)).lower() != owner_code.lower():
        raise unprocessable(told.format("attribute code", data["attribute"], owner_code))
    if code is not None and data.get("code", code) != code:
        raise unprocessable(told.format("option code" if is_option else "code", data["code"], code))


def _draft(store: Store, resource: Resource, owner: Record | None) -> Record:
    """Return a new entity with the PIM's defaults."""
    kind = resource.kind
    found: Record = {"code": None}
    for name, value in (ATTRIBUTE if kind == "attributes" else DEFAULTS[kind]).items():
        found[name] = value.copy() if isinstance(value, (dict, list)) else value
    if kind == "attribute_options" and owner:
        found |= {"attribute": owner["code"], "sort_order": None}
    elif kind == "family_variants" and owner:
        found["family"] = owner["code"]
    elif kind == "attribute_groups":
        found["attributes"] = None
    elif kind == "families":
        code = store.identifier_attribute
        found |= {"attributes": [code], "attribute_as_label": code, "is_new": True}
        found["attribute_requirements"] = requirements(store, {})
    return found


def _written(
    store: Store,
    resource: Resource,
    writing: Writing,
    start: Record,
    old: Record | None,
    data: dict[str, Any],
    *,
    posted: bool,
) -> Record:
    if old is not None and resource.kind == "family_variants":
        start = {**start, "is_old": True}
    if old is not None and resource.kind == "attribute_groups":
        start = {**start, "attributes": None}
    try:
        record = put_over(writing, store, start, data)
    except PropertyError as problem:
        raise of_property(problem, resource.anchors[0 if posted else 1]) from None
    if resource.kind == "family_variants":
        record = with_unique_below(store, record)
    taken = posted and _is_taken(store, resource, record)
    found = list(violations(writing, store, record, old, taken=taken))
    if found:
        raise of_violations(found)
    record = {**record, "code": php.to_text(record["code"])}
    if resource.kind in DATED and record != old:
        record["updated"] = now().astimezone(store.zone).isoformat()
    writing.keep(store, record, old)
    return record


def _is_taken(store: Store, resource: Resource, record: Record) -> bool:
    if resource.kind == "attribute_options":
        return store.option(record["attribute"], record["code"]) is not None
    if resource.kind == "family_variants":
        return str(record["code"]).lower() in store.family_variants
    return store.get(resource.kind, record["code"]) is not None
