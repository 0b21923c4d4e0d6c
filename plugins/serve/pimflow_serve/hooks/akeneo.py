"""Events of Akeneo: those of the Event Platform, one in each request, and those of the older Events API, up to ten.

Facts from https://api.akeneo.com/event-platform/concepts.html and
https://api.akeneo.com/events-documentation/security.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from pimflow_serve.hooks.hook import Hook, Told, not_understood, unsigned
from pimflow_serve.hooks.signatures import signed, signed_at

_PRIMARY, _SECONDARY = "x-akeneo-signature-primary", "x-akeneo-signature-secondary"
_OLDER, _TIMESTAMP = "x-akeneo-request-signature", "x-akeneo-request-timestamp"
_GONE = (".deleted", ".removed")
_MODEL = re.compile(r"product[-_]model", re.IGNORECASE)
"""What names the events of models in both forms. Variants take values from their models, so more than these changes."""
_NAMED = ("identifier", "code", "uuid")
"""What names a record, the best first: an event of the Event Platform has an identifier where it was asked to."""


def read(hook: Hook, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
    """Read a request of Akeneo, of either form. Raises Refused."""
    if headers.get(_OLDER):
        if not signed_at(body, hook.keys, headers[_OLDER], headers.get(_TIMESTAMP, ""), now):
            raise unsigned()
    elif not signed(body, hook.keys, (headers.get(_PRIMARY, ""), headers.get(_SECONDARY, ""))):
        raise unsigned()
    return _told(hook, list(_events(body)))


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    """Give the events; none where Akeneo only looks whether somebody is there."""
    if not body.strip():
        return
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise not_understood("it is not JSON") from None
    found = data.get("events", [data]) if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise not_understood("it has neither the form of the Event Platform nor that of the Events API")
    yield from found


def _told(hook: Hook, events: list[dict[str, Any]]) -> Told:
    told: dict[str, str | None] = {}
    ignored = 0
    for event in events:
        what, id_ = event.get("action") or event.get("type"), event.get("event_id") or event.get("id")
        if not isinstance(what, str) or not isinstance(id_, str):
            raise not_understood("one has no type, or no id")
        key, is_model = _key(event.get("data")), _MODEL.search(what) is not None
        if what.endswith(_GONE) or _author(event) in hook.own or not (key or is_model):
            ignored += 1
        else:
            told[id_] = None if is_model else key
    return Told(told, ignored)


def _key(data: Any) -> str | None:
    """Give the key of the product that an event is about; None for one of anything else."""
    if not isinstance(data, dict):
        return None
    records = (data.get("resource"), data.get("product"))
    names = [record.get(name) for record in records if isinstance(record, dict) for name in _NAMED]
    return next((name for name in names if isinstance(name, str) and name), None)


def _author(event: dict[str, Any]) -> str:
    """Say who changed the record."""
    data = event.get("data")
    author = event.get("author") or (data.get("author") if isinstance(data, dict) else None)
    named = author.get("identifier") if isinstance(author, dict) else author
    return named if isinstance(named, str) else ""
