"""/published-products: products as they were when they were published; only the Enterprise edition has them."""

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.endpoints.lists import lone_view, published_list
from pimflow_akeneo_sandbox.errors import not_found
from pimflow_akeneo_sandbox.products.answer import product_answer


def list_published(call: Call) -> Response:
    """GET /published-products."""
    return published_list(call)


def get_published(call: Call) -> Response:
    """GET /published-products/{identifier}."""
    code = call.keys["code"]
    product = next((one for one in call.store.published.values() if one.identifier == code), None)
    if product is None:
        raise not_found(f'Published product "{code}" does not exist.')
    return json_answer(product_answer(call.store, product, lone_view(call), uuids=False))
