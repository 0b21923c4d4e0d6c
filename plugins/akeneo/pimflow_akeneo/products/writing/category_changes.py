"""Categories that are added or removed beside those which a record has.

Newer PIMs do it by themselves, with `add_categories` and `remove_categories` in a line. One that does not know these
answers that there is no such property; the categories are then read, and written as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.columns import ADD_CATEGORIES, REMOVE_CATEGORIES
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.session import Session

Payload = Mapping[str, Any]


def not_offered(answer: Answer | None) -> bool:
    """Tell whether the PIM has no such properties."""
    said = answer.message if answer is not None and answer.status == 422 else ""
    return "does not exist" in said and any(name in said for name in (ADD_CATEGORIES, REMOVE_CATEGORIES))


def concerned(payload: Payload) -> bool:
    """Tell whether a payload adds or removes categories."""
    return ADD_CATEGORIES in payload or REMOVE_CATEGORIES in payload


def together(pending: Sequence[Pending]) -> list[Pending]:
    """Put what is added and removed into the categories that are written as a whole; nobody says which of them wins."""
    return [
        replace(one, payload=_as_whole(one.payload, ()))
        if "categories" in one.payload and concerned(one.payload)
        else one
        for one in pending
    ]


def as_whole(session: Session, kind: Kind, pending: Sequence[Pending]) -> list[Pending]:
    """Give records with the whole list of categories in place of those added and removed."""
    asked = [one.key for one in pending if concerned(one.payload) and "categories" not in one.payload]
    model = session.catalog.model
    found = lookup.find(session, asked, [model.identifier.code], kind) if asked else ()
    now = {str(lines.key_of(one, model, kind)).lower(): one["categories"] for one in found}
    return [replace(one, payload=_as_whole(one.payload, now.get(one.key.lower(), ()))) for one in pending]


def _as_whole(payload: Payload, now: Iterable[str]) -> Payload:
    if not concerned(payload):
        return payload
    added, removed = payload.get(ADD_CATEGORIES) or (), payload.get(REMOVE_CATEGORIES) or ()
    whole = {*(payload.get("categories") or now), *added}.difference(removed)
    rest = {name: value for name, value in payload.items() if name not in {ADD_CATEGORIES, REMOVE_CATEGORIES}}
    return {**rest, "categories": sorted(whole) or None}
