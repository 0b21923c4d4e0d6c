"""What a change holds -> what Tryton takes for a new record, or for one that is there. No calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pimflow import Change
from pimflow_erp.jobs import Values
from pimflow_tryton.existing import PlaceOf
from pimflow_tryton.places import IMAGE, TEMPLATE, Place
from pimflow_tryton.session import Record


def given(change: Change, place_of: PlaceOf, language: str = "") -> Iterator[tuple[Place, Any]]:
    """Give where each value of a change goes in one language, as Tryton takes it; some go on their own."""
    for column, value in change.payload.items():
        place = place_of(column)
        if place is not None and place.language == language and place.field not in _ON_THEIR_OWN:
            yield place, None if value is None else place.codec.write(value)


def languages(changes: Sequence[Change], place_of: PlaceOf) -> list[str]:
    """Name the languages in which changes have texts, besides the session's own."""
    places = (place_of(column) for change in changes for column in change.payload)
    return sorted({place.language for place in places if place is not None} - {""})


def of_new(change: Change, place_of: PlaceOf, model: str) -> Values:
    """Make the values of a new record in one of its models."""
    there = [(place, value) for place, value in given(change, place_of) if value is not None and place.model == model]
    values: Values = {place.field: value for place, value in there}
    for field in _MANY & values.keys():
        values[field] = [["add", values[field]]]
    attributes = {place.part: value for place, value in there if place.field == "attributes"}
    identifiers = [{"type": place.part, "code": value} for place, value in there if place.field == "identifiers"]
    if attributes:
        values["attributes"] = attributes
    if identifiers:
        values["identifiers"] = [["create", identifiers]]
    return values


def of_existing(change: Change, place_of: PlaceOf, model: str, record: Record, language: str) -> Values:
    """Make what is written to a record that is there, in one language; attributes that are not named stay."""
    there = [(place, value) for place, value in given(change, place_of, language) if place.model == model]
    values: Values = {place.field: value for place, value in there if not place.fixed}
    for field in _MANY & values.keys():
        now = (record["template."] if model == TEMPLATE and "template." in record else record)[field]
        values[field] = _commands(values[field] or [], now)
    if "attributes" in values:
        changed = {place.part: value for place, value in there if place.field == "attributes"}
        whole = {**(record["attributes"] or {}), **changed}
        values["attributes"] = {name: value for name, value in whole.items() if value is not None}
    if "identifiers" in values:
        wanted = [(place.part, value) for place, value in there if place.field == "identifiers"]
        values["identifiers"] = [one for kind, code in wanted for one in _identifier(kind, code, record)]
    return {field: value for field, value in values.items() if value != []}


_ON_THEIR_OWN = frozenset({"active", "template", IMAGE})
_MANY = frozenset({"categories", "sets"})


def _commands(wanted: Sequence[int], there: Sequence[int]) -> list[Any]:
    add, remove = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    return [*([["add", add]] if add else []), *([["remove", remove]] if remove else [])]


def _identifier(kind: str, code: str | None, record: Record) -> list[Any]:
    """Write the first identifier of a type anew; others stay."""
    first = next((one for one in record["identifiers."] if one["type"] == kind), None)
    if first is None:
        return [["create", [{"type": kind, "code": code}]]] if code else []
    if code is None:
        return [["delete", [first["id"]]]]
    return [["write", [first["id"]], {"code": code}]] if first["code"] != code else []
