"""The variants that Tryton has under some codes, a hundred a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pimflow_tryton.places import PRODUCT, Place
from pimflow_tryton.session import Record, Session

_NEEDED = ("code", "active", "template.active", "template.categories", "attributes", "identifiers.type")


def find(session: Session, codes: Sequence[str], asks: Sequence[str] = (), language: str = "") -> dict[str, Record]:
    """Give the variants by code. Of several the active one counts, else the youngest; archived ones are there too."""
    there = session.catalog.fields(PRODUCT)
    names = {name for name in (*_NEEDED, "identifiers.code", *asks) if name.partition(".")[0] in there}
    domain = [["code", "in", list(codes)]]
    search = f"{PRODUCT}.search_read"
    found = session.call(search, domain, 0, None, [["id", "ASC"]], sorted(names), language=language or None)
    by_rank = sorted(found, key=lambda one: (bool(one["active"] and one["template."]["active"]), one["id"]))
    return {record["code"]: record for record in by_rank}


def values(session: Session, codes: Sequence[str], places: Sequence[Place]) -> Mapping[str, Mapping[str, Any]]:
    """Give what Tryton has for these codes, column by column; one call, and one for each further language."""
    result: dict[str, dict[str, Any]] = {}
    for language in sorted({"", *(place.language for place in places)}):
        here = [place for place in places if place.language == language]
        asks = [ask for place in here for ask in place.asks]
        for code, record in find(session, codes, asks, language).items():
            cells = {place.column: place.value(record) for place in here}
            result.setdefault(code, {}).update({name: value for name, value in cells.items() if value is not None})
    return result
