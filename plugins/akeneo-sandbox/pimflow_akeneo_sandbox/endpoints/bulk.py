"""Several at once: one JSON object a line in, one answer a line out; lines are independent of each other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import COLLECTION
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.errors import RefusedError, bad_json, unprocessable
from pimflow_akeneo_sandbox.values.payload import is_uuid

MOST_LINES, LONGEST_LINE = 100, 1_000_000

# what a single PATCH does: key and payload in, whether it was created out; raises RefusedError
PatchOne = Callable[[str, dict[str, Any]], bool]


def bulk(call: Call, key: str, patch: PatchOne) -> Response:
    """Return the answer to a bulk PATCH; `key` is the name of the key in each line."""
    lines = call.body.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if len(lines) > MOST_LINES:
        raise RefusedError(413, f"Too many resources to process, {MOST_LINES} is the maximum allowed.")
    answers = [_line(number, line, key, patch) for number, line in enumerate(lines, 1)]
    return Response(b"\n".join(orjson.dumps(answer) for answer in answers), media_type=COLLECTION)


def _line(number: int, line: bytes, key: str, patch: PatchOne) -> dict[str, Any]:
    answer: dict[str, Any] = {"line": number}
    try:
        data = _parsed(line, key)
        name = data[key]
        answer[key] = str(UUID(name)) if is_uuid(name) else name
        answer["status_code"] = 201 if patch(name, data) else 204
    except RefusedError as refusal:
        told = {name: value for name, value in refusal.body.items() if name != "code"}
        answer |= {"status_code": refusal.status, **told}
    return answer


def _parsed(line: bytes, key: str) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise RefusedError(413, "Line is too long.")
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise bad_json() from None
    if data is None:
        raise bad_json()
    name = data.get(key) if isinstance(data, dict) else None
    if name is not None and not isinstance(name, str):
        raise unprocessable(f"{key} must be of type string.")
    if name is None or not name.strip():
        raise unprocessable(f"{key.capitalize()} is missing.")
    return dict(data)
