"""/media-files: upload with attachment to a product or model, information, download."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer, saved
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.call import Call, Rule
from pimflow_akeneo_sandbox.endpoints.multipart import read_parts
from pimflow_akeneo_sandbox.entities import Entity, Product
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    RefusedError,
    UnknownPropertyError,
    bad_json,
    not_found,
    unprocessable,
)
from pimflow_akeneo_sandbox.media import MediaFile, media_file
from pimflow_akeneo_sandbox.products.check import check_model, check_product
from pimflow_akeneo_sandbox.products.save import save_model, save_product
from pimflow_akeneo_sandbox.search.paging import Listing, check_paging, cut, offset_page
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.merge import merged

MEDIA_RULE = Rule(content=("multipart/form-data",))


def _answer(call: Call, media: MediaFile) -> Record:
    href = f"{call.base_url}/api/rest/v1/media-files/{quote(media.code)}/download"
    return {
        "code": media.code,
        "original_filename": media.original_filename,
        "mime_type": media.mime_type,
        "size": len(media.content),
        "extension": media.extension,
        "_links": {"download": {"href": href}},
    }


def _found(call: Call) -> MediaFile:
    media = call.store.media.get(call.keys["code"])
    if media is None:
        raise not_found(f'Media file "{call.keys["code"]}" does not exist.')
    return media


def get_media(call: Call) -> Response:
    """GET /media-files/{code}."""
    return json_answer(_answer(call, _found(call)))


def download_media(call: Call) -> Response:
    """GET /media-files/{code}/download."""
    media = _found(call)
    headers = {"Content-Disposition": disposition(media.original_filename)}
    return Response(media.content, media_type=media.mime_type, headers=headers)


def disposition(filename: str) -> str:
    """Return the header that names a download; names beyond ASCII in the extended form."""
    if filename.isascii() and '"' not in filename:
        return f'attachment; filename="{filename}"'
    return f"attachment; filename*=utf-8''{quote(filename)}"


def list_media(call: Call) -> Response:
    """GET /media-files, in the order of upload."""
    query = {"page": "1", "limit": "10", "with_count": "false", **call.query}
    kind = query.get("pagination_type", "page")
    check_paging(kind, query["limit"], query["page"], query["with_count"], search_after=False)
    media = list(call.store.media.values())
    items = [_answer(call, one) for one in cut(iter(media), query["page"], query["limit"])]
    count = len(media) if query["with_count"] == "true" else None
    return json_answer(offset_page(Listing(call.url("media-files")), query, items, count))


def post_media(call: Call) -> Response:
    """POST /media-files: keeps the file and puts it into a value of a product or product model."""
    parts = read_parts(call)
    if "product" in parts and "product_model" in parts:
        raise unprocessable('You should give either a "product" or a "product_model" key.')
    owner = next((name for name in ("product", "product_model") if name in parts), None)
    if owner is None:
        raise unprocessable('You should at least give one of the following properties: "product" or "product_model".')
    target = _target(parts[owner].content, owner)
    found = _owner(call.store, owner, target)
    if "file" not in parts or parts["file"].filename is None:
        raise unprocessable('Property "file" is required.')
    media = media_file(parts["file"].filename, parts["file"].content)
    call.store.put_media(media)
    try:
        _attach(call.store, found, target, media)
    except RefusedError:
        call.store.remove_media(media)
        raise
    return saved(f"{call.base_url}/api/rest/v1/media-files/{quote(media.code)}", created=True)


def _target(text: bytes, owner: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_json() from None
    keys = ("code",) if owner == "product_model" else ("identifier", "uuid")
    given = found if isinstance(found, dict) else {}
    named = any(given.get(key) is not None for key in keys) and given.get("attribute") is not None
    if not named or not {"locale", "scope"} <= given.keys():
        what = owner.replace("_", " ").capitalize()
        raise unprocessable(f'{what} property must contain "{keys[0]}", "attribute", "locale" and "scope" properties.')
    return given


def _owner(store: Store, owner: str, target: dict[str, Any]) -> Entity:
    if owner == "product_model":
        model = store.model(target["code"])
        if model is None:
            raise unprocessable(f'Product model "{target["code"]}" does not exist.')
        return model
    key = target.get("identifier") or target.get("uuid")
    product = store.product(target.get("identifier")) or store.products.get(str(target.get("uuid")).lower())
    if product is None:
        raise unprocessable(f'Product "{key}" does not exist.')
    return product


def _attach(store: Store, owner: Entity, target: dict[str, Any], media: MediaFile) -> None:
    entry = {"locale": target["locale"], "scope": target["scope"], "data": media.code}
    try:
        values = merged(store, owner.values, {target["attribute"]: [entry]})
    except UnknownPropertyError as problem:
        if isinstance(owner, Product):
            raise unprocessable(f"The {problem.name} attribute does not exist in your PIM.") from None
        raise unprocessable(problem.message) from None
    except PropertyError as problem:
        raise unprocessable(problem.message) from None
    if isinstance(owner, Product):
        product = replace(owner, values=values)
        check_product(store, product, [])
        save_product(store, product)
    else:
        model = replace(owner, values=values)
        check_model(store, model, [], former=model.code)
        save_model(store, model)
