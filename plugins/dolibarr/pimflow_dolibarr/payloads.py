"""What a change holds -> the body of a call that makes or changes a product. No calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pimflow import Change
from pimflow_dolibarr.catalog import OPTION
from pimflow_dolibarr.fields import mapping, text
from pimflow_dolibarr.places import PRICES, Place

PlaceOf = Callable[[str], Place | None]
Body = dict[str, Any]
_NEW: Mapping[str, Any] = {"type": 0, "status": 0, "status_buy": 0}
"""What Dolibarr would take for a new product if it were not told: not for sale, not for purchase."""
CALLER = "pimflow"
"""Marks what pimflow wrote, for whatever in Dolibarr acts on changes."""


def of_new(change: Change, place_of: PlaceOf) -> Body:
    """Make the body for a new product, without translations."""
    told = {name: value for name, value in _plain(change, place_of).items() if value is not None}
    return {**_NEW, **told, "ref": change.key, "caller": CALLER}


def of_template(change: Change, place_of: PlaceOf, ref: str, own: str) -> Body:
    """Make the body for the template of a new variant: what that brings, but what each has for itself.

    `own` is a field of that kind, too.
    """
    body = {name: value for name, value in of_new(change, place_of).items() if name not in {*_OF_ONE, own}}
    options = {name: value for name, value in body.pop("array_options", {}).items() if name != own}
    return {**body, "ref": ref} | ({"array_options": options} if options else {})


_OF_ONE = frozenset({"barcode", "barcode_type", "ref_ext"})


def of_existing(change: Change, place_of: PlaceOf, record: Mapping[str, Any], ref: str = "") -> Body:
    """Make the body for a product that is there; empty where there is nothing to write with the others.

    `ref` is the reference that it gets in place of its own.
    """
    body = {name: value for name, value in _plain(change, place_of).items() if name != "ref"}
    body |= {"ref": ref} if ref else {}
    texts = _texts(change, place_of, record)
    if texts:
        body["multilangs"] = texts
    return {**body, "caller": CALLER} if body else {}


def texts(change: Change, place_of: PlaceOf, record: Mapping[str, Any]) -> Body:
    """Make the body with the texts of a new product in other languages; empty where it has none."""
    found = _texts(change, place_of, record)
    return {"multilangs": found, "caller": CALLER} if found else {}


def _given(change: Change, place_of: PlaceOf) -> Iterator[tuple[Place, Any]]:
    for column, value in change.payload.items():
        place = place_of(column)
        if place is not None and not place.apart:
            yield place, None if value is None else place.codec.write(value)


def _plain(change: Change, place_of: PlaceOf) -> Body:
    body: Body = {}
    options: Body = {}
    for place, value in _given(change, place_of):
        if place.language:
            continue
        (options if place.field.startswith(OPTION) else body)[place.field] = value
        if place.column == "ean" and value is not None and len(value) == _EAN13:
            body["barcode_type"] = 2
    if PRICES & body.keys():
        body.setdefault("price_base_type", "HT" if "price" in body else "TTC")
    return {**body, "array_options": options} if options else body


_EAN13 = 13


def _texts(change: Change, place_of: PlaceOf, record: Mapping[str, Any]) -> Body:
    """Give both texts of each language: Dolibarr empties the one that is not sent, and wants a label."""
    there = mapping(record.get("multilangs"))
    found: dict[str, Body] = {}
    for place, value in _given(change, place_of):
        if place.language:
            now = mapping(there.get(place.language))
            usual = {"label": text(now.get("label")), "description": text(now.get("description"))}
            found.setdefault(place.language, usual)[place.field] = value
    own = text(record.get("label")) or change.key
    return {
        language: {"label": one["label"] or own, "description": one["description"] or ""}
        for language, one in found.items()
    }
