"""/product-models."""

from typing import Any

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import deleted, json_answer, saved
from pimflow_akeneo_sandbox.endpoints.bulk import bulk
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.endpoints.lists import lone_view, model_list
from pimflow_akeneo_sandbox.entities import ProductModel, now
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    TwoWayError,
    not_found,
    of_property,
    of_two_way,
    unprocessable,
)
from pimflow_akeneo_sandbox.products.answer import model_answer
from pimflow_akeneo_sandbox.products.check import check_model
from pimflow_akeneo_sandbox.products.default_values import with_default_values
from pimflow_akeneo_sandbox.products.save import delete_model, rename_model, save_model
from pimflow_akeneo_sandbox.products.update_model import updated
from pimflow_akeneo_sandbox.store import Store

POST_ANCHOR, PATCH_ANCHOR = "post_product_models", "patch_product_models__code_"


def list_models(call: Call) -> Response:
    """GET /product-models."""
    return model_list(call)


def get_model(call: Call) -> Response:
    """GET /product-models/{code}."""
    return json_answer(model_answer(call.store, _found(call), lone_view(call)))


def remove_model(call: Call) -> Response:
    """DELETE /product-models/{code}, with all below it."""
    delete_model(call.store, _found(call))
    return deleted()


def post_model(call: Call) -> Response:
    """POST /product-models."""
    data = call.json()
    code = data.get("code")
    if code is not None and not isinstance(code, str):
        raise of_property(PropertyError("The code field requires a string."), POST_ANCHOR)
    model = _saved(call.store, _draft(), data, POST_ANCHOR, is_new=True)
    return saved(call.url("product-models", model.code), created=True)


def patch_model(call: Call) -> Response:
    """PATCH /product-models/{code}."""
    model, created = _patch(call.store, call.keys["code"], call.json())
    return saved(call.url("product-models", model.code), created=created)


def patch_models(call: Call) -> Response:
    """PATCH /product-models, one model a line."""
    return bulk(call, "code", lambda key, data: _patch(call.store, key, data)[1])


def _found(call: Call) -> ProductModel:
    code = call.keys["code"]
    model = call.store.model(code)
    if model is None:
        raise not_found(f'Product model "{code}" does not exist or you do not have permission to access it.')
    return model


def _draft() -> ProductModel:
    return ProductModel(code="", family_variant="", created=now(), updated=now())


def _patch(store: Store, code: str, data: dict[str, Any]) -> tuple[ProductModel, bool]:
    data = {**data, "code": data.get("code", code)}
    if not isinstance(data["code"], str):
        raise of_property(PropertyError("The code field requires a string."), PATCH_ANCHOR)
    model = store.model(code)
    if model is None and data["code"] != code:
        raise unprocessable(
            f'The code "{data["code"]}" provided in the request body must match the code "{code}" provided in the url.'
        )
    created = model is None
    return _saved(store, model or _draft(), data, PATCH_ANCHOR, is_new=created), created


def _saved(store: Store, model: ProductModel, data: dict[str, Any], anchor: str, *, is_new: bool) -> ProductModel:
    try:
        changed, faults = updated(store, model, data, is_new=is_new)
    except PropertyError as problem:
        raise of_property(problem, anchor) from None
    except TwoWayError:
        raise of_two_way() from None
    former = None if is_new else model.code
    check_model(store, changed, faults, former=former)
    if is_new:
        changed = with_default_values(store, changed)
    if former is not None and former != changed.code:
        rename_model(store, former, changed.code)
    save_model(store, changed)
    return changed
