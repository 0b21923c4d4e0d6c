"""The token endpoint, /api/oauth/v1/token."""

import base64
import binascii
from urllib.parse import parse_qsl

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.endpoints.call import JSON, Call, json_object
from pimflow_akeneo_sandbox.errors import RefusedError
from pimflow_akeneo_sandbox.tokens import LONGEST_BODY

FORM = "application/x-www-form-urlencoded"


def post_token(call: Call) -> Response:
    """POST /api/oauth/v1/token, as JSON or form, with the client in a Basic header or in the body."""
    if len(call.body) > LONGEST_BODY:
        raise RefusedError(413, f"Request content exceeded the maximum allowed size of {LONGEST_BODY} bytes")
    kind = call.request.headers.get("content-type", "").split(";")[0].strip()
    if kind not in {JSON, FORM}:
        raise RefusedError(
            415, f'"{kind}" in "Content-Type" header is not valid. Only "{JSON}" or "{FORM}" are allowed.'
        )
    body = dict(parse_qsl(call.body.decode())) if kind == FORM else json_object(call.body or b"{}")
    client = _basic(call.request.headers.get("authorization"))
    if client is None and "client_id" in body:
        client = (str(body["client_id"]), str(body.get("client_secret", "")))
    return json_answer(call.sandbox.tokens.grant(client, body))


def _basic(header: str | None) -> tuple[str, str] | None:
    kind, _, text = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret
