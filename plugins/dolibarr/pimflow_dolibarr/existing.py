"""The products that Dolibarr has under some references or barcodes, many a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pimflow_dolibarr import filters
from pimflow_dolibarr.answers import FilteredError
from pimflow_dolibarr.catalog import OPTION
from pimflow_dolibarr.families import Families
from pimflow_dolibarr.places import ATTRIBUTES, TEMPLATE, Place
from pimflow_dolibarr.session import Record, Session

_MANY = 50


def find(session: Session, refs: Sequence[str], asks: Iterable[str] = ()) -> dict[str, Record]:
    """Give products by reference. Where the database knows no case, one in another case is the same product."""
    wanted = {*asks, "id", "ref"}
    askable = [ref for ref in refs if filters.is_askable(ref)]
    found = [one for some in _chunks(askable) for one in _among(session, "t.ref", some, wanted)]
    found += [
        one
        for ref in refs
        if ref not in askable and filters.is_possible(ref)
        for one in _resembling(session, "t.ref", ref, wanted)
    ]
    exact = {str(one["ref"]): one for one in found}
    folded = {ref.casefold(): one for ref, one in exact.items()}
    there = {ref: exact.get(ref) or folded.get(ref.casefold()) for ref in refs}
    return {ref: one for ref, one in there.items() if one is not None}


def meant(session: Session, refs: Sequence[str], ids: Mapping[str, int], asks: Iterable[str] = ()) -> dict[str, Record]:
    """Give products by reference; those of `ids` by Dolibarr's id, whatever their reference is now."""
    wanted = {*asks, "id", "ref"}
    there = find(session, [ref for ref in refs if ref not in ids], wanted)
    asked = [str(number) for number in sorted(set(ids.values()))]
    by_id = {int(one["id"]): one for some in _chunks(asked) for one in _among(session, "t.rowid", some, wanted)}
    return there | {ref: by_id[number] for ref, number in ids.items() if number in by_id}


def find_by(session: Session, place: Place, values: Mapping[str, str], asks: Iterable[str] = ()) -> dict[str, Record]:
    """Give by key the products that have its value in a field; a value that several have tells none."""
    is_extra, wanted = place.field.startswith(OPTION), {*asks, *place.asks, "id", "ref"}
    column = f"ef.{place.field.removeprefix(OPTION)}" if is_extra else f"t.{place.field}"
    askable = sorted({value for value in values.values() if filters.is_askable(value)})
    found: dict[str, list[Record]] = {}
    for one in (one for some in _chunks(askable) for one in _among(session, column, some, wanted)):
        found.setdefault(str(place.value(one)), []).append(one)
    return {key: found[value][0] for key, value in values.items() if len(found.get(value, ())) == 1}


def owners(session: Session, barcodes: Sequence[str]) -> dict[str, list[Record]]:
    """Give the products that have these barcodes; several may have one. One that cannot be asked for is left out."""
    askable, wanted = [code for code in barcodes if filters.is_askable(code)], {"id", "ref", "label", "barcode"}
    found: dict[str, list[Record]] = {}
    for one in (one for some in _chunks(askable) for one in _among(session, "t.barcode", some, wanted)):
        found.setdefault(str(one["barcode"]), []).append(one)
    return found


def values(
    session: Session, refs: Sequence[str], places: Sequence[Place], families: Families, ids: Mapping[str, int]
) -> Mapping[str, Mapping[str, Any]]:
    """Give what Dolibarr has for these references, column by column; for those of `ids` what has that id."""
    found = meant(session, refs, ids, [ask for place in places for ask in place.asks])
    columns = {place.column for place in places}
    if columns & {"categories"}:
        found = {ref: {**one, "categories": codes(session, int(one["id"]))} for ref, one in found.items()}
    if any(column == TEMPLATE or column.startswith(ATTRIBUTES) for column in columns):
        found = with_members(found, families)
    result: dict[str, dict[str, Any]] = {}
    for ref, one in found.items():
        own = str(one["ref"]) if ref in ids else ref
        cells = {place.column: own if place.field == "ref" else place.value(one) for place in places}
        result[ref] = {name: value for name, value in cells.items() if value is not None}
    return result


def codes(session: Session, product: int) -> list[str]:
    """Give the codes of the categories of a product."""
    known = session.catalog.categories
    told = [int(one["id"]) for one in session.listed(f"products/{product}/categories")]
    return sorted(known[number].code for number in told if number in known)


def with_members(found: Mapping[str, Record], families: Families) -> dict[str, Record]:
    """Put the places of variants beside products, as the columns that hold them."""
    members = families.members([int(one["id"]) for one in found.values()])
    result = {}
    for ref, one in found.items():
        member = members.get(int(one["id"]))
        features = {f"{ATTRIBUTES}{name}": value for name, value in member.features.items()} if member else {}
        result[ref] = {**one, **features, TEMPLATE: member.parent_ref if member else None}
    return result


def _among(session: Session, column: str, values: Sequence[str], wanted: Iterable[str]) -> list[Record]:
    """Ask for several values; in halves where Dolibarr takes the words for an attack."""
    told, names = filters.among(column, values), ",".join(sorted(wanted))
    try:
        return session.listed("products", sqlfilters=told, limit=len(values) * 10, properties=names)
    except FilteredError:
        if len(values) == 1:
            return _resembling(session, column, values[0], wanted)
        middle = len(values) // 2
        first = _among(session, column, values[:middle], wanted)
        return first + _among(session, column, values[middle:], wanted)


def _resembling(session: Session, column: str, value: str, wanted: Iterable[str]) -> list[Record]:
    """Ask for what looks like a value that cannot be asked for, and compare."""
    field, names = column.removeprefix("t."), ",".join(sorted(wanted))
    found = session.listed("products", sqlfilters=filters.resembling(column, value), limit=_MANY, properties=names)
    return [one for one in found if str(one[field]).casefold() == value.casefold()]


def _chunks(values: Sequence[str]) -> list[list[str]]:
    return [list(values[start : start + _MANY]) for start in range(0, len(values), _MANY)]
