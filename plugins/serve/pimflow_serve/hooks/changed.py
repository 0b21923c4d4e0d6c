"""Our own form of an event, for an ERP or a script: which records changed, signed with a key that both have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from pimflow_serve.hooks.hook import Hook, Told, not_understood, unsigned
from pimflow_serve.hooks.signatures import signed_at

_SIGNATURE, _TIMESTAMP = "x-pimflow-signature", "x-pimflow-timestamp"
_MOST = 10_000


def read(hook: Hook, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
    """Read `{"id": "...", "keys": ["A", "B"]}`; without keys something changed, nobody knows what. Raises Refused."""
    timestamp = headers.get(_TIMESTAMP, "")
    if not signed_at(body, hook.keys, headers.get(_SIGNATURE, ""), timestamp, now):
        raise unsigned()
    data = _data(body)
    keys = data.get("keys", [])
    if not isinstance(keys, list) or len(keys) > _MOST or not all(isinstance(one, str) and one for one in keys):
        raise not_understood(f"`keys` is a list of at most {_MOST:,} texts")
    id_ = data.get("id") or sha256(timestamp.encode() + body).hexdigest()
    if not isinstance(id_, str):
        raise not_understood("`id` is a text")
    return Told({f"{id_} {key}": key for key in keys} or {id_: None})


def _data(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise not_understood("it is not JSON") from None
    if not isinstance(data, dict):
        raise not_understood('`{"keys": [...]}` was expected')
    return data
