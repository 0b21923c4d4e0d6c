"""/media-files: upload with attachment to a product or model, information, download."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from python_multipart.multipart import parse_options_header
from starlette.formparsers import MultiPartParser
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.call import Call, Rule
from pimflow_akeneo_sandbox.errors import not_found
from pimflow_akeneo_sandbox.media import MediaFile

MEDIA_RULE = Rule(content=("multipart/form-data",), may="create or update products")


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
    name = quote(media.original_filename)
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{name}"}
    return Response(media.content, media_type=media.mime_type, headers=headers)


def list_media(call: Call) -> Response:
    return json_answer({})


def post_media(call: Call) -> Response:
    return json_answer({})
