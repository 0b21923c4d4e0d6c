"""The records that Tryton has under some keys, a batch a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow import said
from pimflow_tryton.places import (
    ATTRIBUTE,
    CATEGORY,
    PRODUCT,
    TEMPLATE,
    Find,
    Place,
    of_category,
    of_definition,
    of_product,
    of_template,
)
from pimflow_tryton.session import Record, Session


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of record that a sink writes, found by `key`.

    `models` are those that a write of it touches, the one with the record itself last; `needed` is asked of each;
    `refers` is the column that holds the key of another record of the kind.
    """

    resource: str
    noun: tuple[str, str]
    key: str
    models: tuple[str, ...]
    place: Find
    needed: tuple[str, ...] = ()
    archives: bool = False
    refers: str = ""

    @property
    def model(self) -> str:
        """The model of the record itself."""
        return self.models[-1]

    def id(self, record: Record, model: str) -> int:
        """Give the id of the part of a record that is in a model."""
        found: int = record["id"] if model == self.model else record["template."]["id"]
        return found

    def is_used(self, record: Record) -> bool:
        """Tell whether a record is in use, not archived."""
        return bool(record.get("active", True) and (record.get("template.") or {}).get("active", True))


_OF_PRODUCT = ("active", "template.active", "template.categories", "attributes")
PRODUCTS = Target(
    "products",
    (said("product"), said("products")),
    "code",
    (TEMPLATE, PRODUCT),
    of_product,
    (*_OF_PRODUCT, "identifiers.type", "identifiers.code"),
    archives=True,
)
TEMPLATES = Target(
    "templates",
    (said("template"), said("templates")),
    "code",
    (TEMPLATE,),
    of_template,
    ("active", "categories"),
    archives=True,
)
CATEGORIES = Target(
    "categories", (said("category"), said("categories")), "code", (CATEGORY,), of_category, refers="parent"
)
DEFINITIONS = Target(
    "attributes", (said("attribute"), said("attributes")), "name", (ATTRIBUTE,), of_definition, ("sets",)
)


def find(
    session: Session, target: Target, keys: Sequence[str], asks: Sequence[str] = (), language: str = ""
) -> dict[str, Record]:
    """Give the records by key. Of several the one in use counts, else the youngest; archived ones are there too."""
    found = _search(session, target, target.key, keys, asks, language) if keys else []
    by_rank = sorted(found, key=lambda one: (target.is_used(one), one["id"]))
    return {record[target.key]: record for record in by_rank}


def find_ids(
    session: Session, target: Target, ids: Sequence[int], asks: Sequence[str] = (), language: str = ""
) -> dict[int, Record]:
    """Give the records by id."""
    found = _search(session, target, "id", ids, asks, language) if ids else []
    return {record["id"]: record for record in found}


def with_marks(session: Session, target: Target, marks: Sequence[str], asks: Sequence[str]) -> list[Record]:
    """Give the records that have one of these texts as an identifier, the oldest first."""
    return _search(session, target, "identifiers.code", marks, asks, "")


def keys_of(session: Session, target: Target, ids: Sequence[int]) -> dict[int, str]:
    """Give the keys that records have now, by id."""
    return {number: record[target.key] or "" for number, record in find_ids(session, target, ids).items()}


def _search(
    session: Session, target: Target, field: str, values: Sequence[Any], asks: Sequence[str], language: str
) -> list[Record]:
    there = session.catalog.fields(target.model)
    names = {name for name in (*target.needed, target.key, *asks) if name.partition(".")[0] in there}
    search, order = f"{target.model}.search_read", [["id", "ASC"]]
    domain = [[field, "in", list(values)]]
    found: list[Record] = session.call(search, domain, 0, None, order, sorted(names), language=language or None)
    return found


def meant(
    session: Session,
    target: Target,
    keys: Sequence[str],
    elsewhere: Mapping[str, int],
    asks: Sequence[str] = (),
    language: str = "",
) -> dict[str, Record]:
    """Give the records by key; those `elsewhere` by their id, whatever their key is now."""
    found = find(session, target, [key for key in keys if key not in elsewhere], asks, language)
    by_id = find_ids(session, target, sorted(elsewhere.values()), asks, language)
    return found | {key: by_id[number] for key, number in elsewhere.items() if number in by_id}


def values(
    session: Session, target: Target, keys: Sequence[str], places: Sequence[Place], elsewhere: Mapping[str, int]
) -> Mapping[str, Mapping[str, object]]:
    """Give what Tryton has for these keys, column by column; one call, and one for each further language."""
    result: dict[str, dict[str, object]] = {}
    for language in sorted({"", *(place.language for place in places)}):
        here = [place for place in places if place.language == language]
        asks = [ask for place in here for ask in place.asks]
        for key, record in meant(session, target, keys, elsewhere, asks, language).items():
            cells = {place.column: place.value(record) for place in here}
            result.setdefault(key, {}).update({name: value for name, value in cells.items() if value is not None})
    return result


PlaceOf = Callable[[str], Place | None]
"""Finds where a column of one target is written, in one session."""
