"""/products-uuid: products by uuid; the identifier is a value like any other."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import deleted, json_answer, saved
from pimflow_akeneo_sandbox.endpoints.bulk import bulk
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.endpoints.lists import lone_view, product_list
from pimflow_akeneo_sandbox.endpoints.products import new_product, write_product
from pimflow_akeneo_sandbox.entities import Product
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    UnknownPropertyError,
    Violation,
    not_found,
    of_property,
    of_violations,
    unprocessable,
)
from pimflow_akeneo_sandbox.products.answer import product_answer
from pimflow_akeneo_sandbox.products.associations import with_uuids
from pimflow_akeneo_sandbox.products.drafts import Author
from pimflow_akeneo_sandbox.products.save import delete_product
from pimflow_akeneo_sandbox.store import Store, new_uuid
from pimflow_akeneo_sandbox.values.merge import check_form
from pimflow_akeneo_sandbox.values.payload import check_no_value_twice, check_payload, is_uuid

POST_ANCHOR, PATCH_ANCHOR = "post_products_uuid", "patch_products_uuid__uuid_"
PATH = "products-uuid"


def list_products(call: Call) -> Response:
    """GET /products-uuid."""
    return product_list(call, uuids=True)


def search_products(call: Call) -> Response:
    """POST /products-uuid/search: as the list, search and projections in the body."""
    given = {
        name: value if isinstance(value, str) else ",".join(value) if isinstance(value, list) else str(value).lower()
        for name, value in call.json().items()
        if value is not None
    }
    return product_list(call, uuids=True, more=given)


def _found(call: Call, told: str) -> Product:
    uuid = call.keys["uuid"]
    product = call.store.products.get(uuid.lower())
    if product is None:
        raise not_found(told.format(uuid))
    return product


def get_product(call: Call) -> Response:
    """GET /products-uuid/{uuid}."""
    product = _found(call, 'Product "{}" does not exist or you do not have permission to access it.')
    return json_answer(product_answer(call.store, product, lone_view(call), uuids=True))


def remove_product(call: Call) -> Response:
    """DELETE /products-uuid/{uuid}."""
    told = "The {} product does not exist in your PIM or you do not have permission to access it."
    delete_product(call.store, _found(call, told))
    return deleted()


def post_product(call: Call) -> Response:
    """POST /products-uuid."""
    store, data = call.store, call.json()
    _checked(store, data, POST_ANCHOR, is_new=True)
    uuid = str(data.get("uuid") or new_uuid()).lower()
    product = write_product(
        store, new_product(store, uuid, _given_identifier(store, data)), data, POST_ANCHOR, is_new=True, read=with_uuids
    )
    return saved(call.url(PATH, product.uuid), created=True)


def patch_product(call: Call) -> Response:
    """PATCH /products-uuid/{uuid}."""
    uuid = call.keys["uuid"]
    created = _patch(call.store, uuid, call.json(), call.author)
    return saved(call.url(PATH, str(UUID(uuid))), created=created)


def patch_products(call: Call) -> Response:
    """PATCH /products-uuid, one product a line."""
    author = call.author
    return bulk(call, "uuid", lambda key, data: _patch(call.store, key, data, author))


def _given_identifier(store: Store, data: dict[str, Any]) -> str | None:
    """Return the identifier among the values of a new variant: it is set whatever level it belongs to."""
    entries = data["values"].get(store.identifier_attribute) if isinstance(data.get("values"), dict) else None
    if data.get("parent") is None or not isinstance(entries, list) or not entries:
        return None
    given = entries[0].get("data")
    return given if isinstance(given, str) and given.strip() else None


def _checked(store: Store, data: dict[str, Any], anchor: str, *, is_new: bool = False) -> None:
    try:
        check_payload(store, data)
        if data.get("identifier") is not None:
            raise UnknownPropertyError("identifier")
        if is_new and str(data.get("uuid") or "").lower() in store.products:
            message = f"The {data['uuid']} uuid is already used for another product."
            raise of_violations([Violation("uuid", message)])
        check_no_value_twice(data)
    except PropertyError as problem:
        raise of_property(problem, anchor) from None


def _patch(store: Store, uuid: str, data: dict[str, Any], author: Author) -> bool:
    _checked(store, data, PATCH_ANCHOR)
    if not is_uuid(uuid):
        raise of_property(PropertyError("This value is not a valid UUID."), PATCH_ANCHOR)
    if data.get("uuid") is not None and data["uuid"] != uuid:
        raise unprocessable(
            f'The uuid "{data["uuid"]}" provided in the request body must match the uuid "{uuid}" provided in the url.'
        )
    product = store.products.get(uuid.lower())
    created = product is None
    read = with_uuids if created else _patched
    found = product or new_product(store, uuid.lower(), None)
    write_product(store, found, data, PATCH_ANCHOR, is_new=created, read=read, save=author.save)
    return created


def _patched(data: dict[str, Any]) -> dict[str, Any]:
    """Read a payload for a product that is there: here the form of its values is looked at first."""
    if data.get("values") is not None:
        check_form(data["values"])
    return with_uuids(data)
