"""/products/{identifier}/draft and /proposal, and the same by uuid; only the Enterprise edition has them."""

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.endpoints.lists import lone_view
from pimflow_akeneo_sandbox.entities import Product
from pimflow_akeneo_sandbox.errors import not_found
from pimflow_akeneo_sandbox.products.answer import product_answer


def get_draft(call: Call) -> Response:
    """GET …/draft: the product with the values of the caller's draft."""
    product = _found(call)
    draft = call.author.draft(call.store, product)
    if draft is None:
        raise not_found(f'There is no draft created for the product "{product.identifier or product.uuid}".')
    seen = Product(**{**vars(product), "values": draft.values})
    return json_answer(product_answer(call.store, seen, lone_view(call), uuids="uuid" in call.keys))


def post_proposal(call: Call) -> Response:
    """POST …/proposal: the caller's draft is sent for approval."""
    call.author.propose(call.store, _found(call))
    return Response(None, 201)


def _found(call: Call) -> Product:
    code, uuid = call.keys.get("code", ""), call.keys.get("uuid", "")
    product = call.store.products.get(uuid.lower()) if uuid else call.store.product(code)
    if product is None:
        raise not_found(f'Product "{code or uuid}" does not exist or you do not have permission to access it.')
    return product
