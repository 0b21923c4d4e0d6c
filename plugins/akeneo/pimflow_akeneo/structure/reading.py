"""Structure records as the PIM gives them: whole lists, or those of some codes in as few calls as can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from pimflow_akeneo import search
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.resources import ATTRIBUTE_OPTIONS, LOCALES, MEASUREMENT_FAMILIES
from pimflow_akeneo.url_length import chunks

Record = Mapping[str, Any]
_SELECTS = frozenset({"simpleselect", "multiselect"})


def owners(session: Session, resource: Resource) -> Mapping[str, str]:
    """Give the codes of what can have such records, by their lower-case form: attributes or families."""
    catalog = session.catalog
    codes = catalog.attributes if resource is ATTRIBUTE_OPTIONS else catalog.families.values()
    return {code.lower(): code for code in codes}


def with_lists(session: Session, resource: Resource) -> list[str]:
    """Give the codes of those that have such records at all: of attributes only the selects."""
    if resource is not ATTRIBUTE_OPTIONS:
        return sorted(session.catalog.families.values())
    return sorted(one.code for one in session.catalog.attributes.values() if one.kind in _SELECTS)


def records(
    session: Session, resource: Resource, path: str, params: Mapping[str, str] | None = None, *, ahead: bool = True
) -> Iterator[Record]:
    """Give a whole list, the next page asked for while one is used unless that is not to be."""
    if resource is MEASUREMENT_FAMILIES:
        yield from session.get(path)
    elif resource is LOCALES:  # some PIMs write `enable`
        pages = session.pages(path, params, ahead=ahead)
        yield from ({"enabled": one.get("enable"), **one} for one in pages)
    else:
        yield from session.pages(resource.url(path), params, ahead=ahead)


def found(
    session: Session, resource: Resource, path: str, codes: Collection[str], wanted: search.Search | None = None
) -> Iterator[Record]:
    """Give the records with these codes, in whatever letter case; with `wanted` only those that it finds too."""
    if resource.filters and "code" in resource.filters.properties:
        for some in chunks(codes):
            params = {"search": search.written(search.combined(wanted or {}, "code", "IN", some))}
            yield from islice(records(session, resource, path, params, ahead=False), len(some))
        return
    missing = {code.lower() for code in codes}
    narrowed = {"search": search.written(wanted)} if wanted else None
    for record in records(session, resource, path, narrowed, ahead=False):
        if record["code"].lower() in missing:
            missing.discard(record["code"].lower())
            yield record
        if not missing:
            return
