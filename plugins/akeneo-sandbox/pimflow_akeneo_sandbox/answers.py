"""HTTP answers of the API."""

from typing import Any

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox.errors import RefusedError

COLLECTION = "application/vnd.akeneo.collection+json"


def json_answer(body: Any, status: int = 200) -> Response:
    """Return a JSON body."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def error_answer(refusal: RefusedError) -> Response:
    """Return a refusal as JSON."""
    return Response(orjson.dumps(refusal.body), refusal.status, refusal.headers, "application/json")


def saved(location: str, *, created: bool) -> Response:
    """201 or 204 with the address of what was written; no body."""
    return Response(None, 201 if created else 204, {"Location": location})


def deleted() -> Response:
    """204 without a body."""
    return Response(None, 204)
