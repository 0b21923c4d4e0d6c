"""/products: products by identifier; those without an identifier are not seen here."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import deleted, json_answer, saved
from pimflow_akeneo_sandbox.endpoints.bulk import bulk
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.endpoints.lists import lone_view, product_list
from pimflow_akeneo_sandbox.entities import NO_SCOPE, Product, now
from pimflow_akeneo_sandbox.errors import (
    REFERENCE,
    PropertyError,
    TwoWayError,
    documented,
    not_found,
    of_property,
    of_two_way,
    unprocessable,
)
from pimflow_akeneo_sandbox.products.answer import product_answer
from pimflow_akeneo_sandbox.products.check import check_product
from pimflow_akeneo_sandbox.products.default_values import with_default_values
from pimflow_akeneo_sandbox.products.drafts import Author, Save
from pimflow_akeneo_sandbox.products.save import delete_product, save_product
from pimflow_akeneo_sandbox.products.update import to_variant, updated, with_values
from pimflow_akeneo_sandbox.store import Store, new_uuid
from pimflow_akeneo_sandbox.values.merge import check_form
from pimflow_akeneo_sandbox.values.payload import check_no_value_twice, check_payload

NO_IDENTIFIER = (
    "Validation failed. The identifier field is required for this endpoint. If you want to manipulate products "
    "without identifiers, please use products-uuid endpoints."
)
POST_ANCHOR, PATCH_ANCHOR = "post_products", "patch_products__code_"


def list_products(call: Call) -> Response:
    """GET /products."""
    return product_list(call, uuids=False)


def get_product(call: Call) -> Response:
    """GET /products/{identifier}; other than everywhere else the letter case counts."""
    code = call.keys["code"]
    product = call.store.product(code)
    if product is None or product.identifier != code:
        raise not_found(f'Product "{code}" does not exist or you do not have permission to access it.')
    return json_answer(product_answer(call.store, product, lone_view(call), uuids=False))


def post_product(call: Call) -> Response:
    """POST /products."""
    data = call.json()
    if data.get("identifier") in (None, ""):
        raise documented(NO_IDENTIFIER, REFERENCE + "post_products_uuid")
    product = _create(call.store, data, POST_ANCHOR)
    return saved(call.url("products", product.identifier or ""), created=True)


def patch_product(call: Call) -> Response:
    """PATCH /products/{identifier}."""
    product, created = _patch(call.store, call.keys["code"], call.json(), call.author)
    return saved(call.url("products", product.identifier or ""), created=created)


def patch_products(call: Call) -> Response:
    """PATCH /products, one product a line."""
    author = call.author
    return bulk(call, "identifier", lambda key, data: _patch(call.store, key, data, author)[1])


def remove_product(call: Call) -> Response:
    """DELETE /products/{identifier}."""
    code = call.keys["code"]
    product = call.store.product(code)
    if product is None:
        raise not_found(f"The {code} product does not exist in your PIM or you do not have permission to access it.")
    delete_product(call.store, product)
    return deleted()


def new_product(store: Store, uuid: str, identifier: str | None) -> Product:
    """Return a product that nothing is known of but its keys."""
    product = Product(uuid=uuid, identifier=None, created=now(), updated=now())
    if identifier is None:
        return product
    return with_values(store, product, {store.identifier_attribute: {NO_SCOPE: identifier}})


def _with_identifier(store: Store, data: dict[str, Any]) -> dict[str, Any]:
    """Return the payload with its identifier as the value of the identifier attribute: the property wins."""
    code = store.identifier_attribute
    values = data.get("values")
    if values is not None and not isinstance(values, (dict, list)):
        return data
    kept = dict(values) if isinstance(values, dict) else {}
    kept.pop(code, None)
    kept[code] = [{"locale": None, "scope": None, "data": data["identifier"]}]
    return {**data, "values": kept}


def _checked(store: Store, data: dict[str, Any], anchor: str) -> None:
    try:
        check_payload(store, data)
        check_no_value_twice(data)
    except PropertyError as problem:
        raise of_property(problem, anchor) from None


def _create(store: Store, data: dict[str, Any], anchor: str) -> Product:
    _checked(store, data, anchor)
    identifier = data["identifier"] if isinstance(data["identifier"], str) else None
    product = new_product(store, new_uuid(), identifier if data.get("parent") is not None else None)
    return write_product(store, product, _with_identifier(store, data), anchor, is_new=True)


def _patch(store: Store, code: str, data: dict[str, Any], author: Author) -> tuple[Product, bool]:
    if "identifier" in data and data["identifier"] in (None, ""):
        raise documented(NO_IDENTIFIER, REFERENCE + "patch_products_uuid__uuid_")
    _checked(store, data, PATCH_ANCHOR)
    product = store.product(code)
    created = product is None
    if product is None:
        if data.get("identifier", code) != code:
            raise unprocessable(
                f'The identifier "{data["identifier"]}" provided in the request body must match '
                f'the identifier "{code}" provided in the url.'
            )
        product = new_product(store, new_uuid(), code)
    data = _with_identifier(store, {"identifier": code, **data})
    if not created:
        _check_values_form(data)
    if not created and not product.parent and data.get("parent") not in (None, ""):
        product, becomes_variant = to_variant(store, product, str(data["parent"])), True
    else:
        becomes_variant = False
    found = write_product(store, product, data, PATCH_ANCHOR, is_new=created, save=author.save)
    return found, created or becomes_variant


def _check_values_form(data: dict[str, Any]) -> None:
    try:
        check_form(data["values"])
    except PropertyError as problem:
        raise of_property(problem, PATCH_ANCHOR) from None


def write_product(
    store: Store,
    product: Product,
    data: dict[str, Any],
    anchor: str,
    *,
    is_new: bool,
    read: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    save: Save = save_product,
) -> Product:
    """Change a product and `save` it; `read` turns a payload of the other flavour into one of `/products`."""
    try:
        product, faults = updated(store, product, read(data), is_new=is_new)
    except PropertyError as problem:
        raise of_property(problem, anchor) from None
    except TwoWayError:
        raise of_two_way() from None
    check_product(store, product, faults)
    if is_new:
        product = with_default_values(store, product)
    save(store, product)
    return product
