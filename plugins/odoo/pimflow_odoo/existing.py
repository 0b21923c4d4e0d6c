"""The records that Odoo has under some keys, a batch a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow_odoo.kinds import Kind
from pimflow_odoo.places import Find, Place
from pimflow_odoo.session import Record, Session


@dataclass(frozen=True, slots=True)
class Found:
    """What Odoo has: by key, and where several have one key; `barcodes` are those that have one and are in use."""

    by_key: Mapping[str, Record]
    several: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    barcodes: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: `keys`; those of `ids` by the id that leads on, whatever their key is; barcodes in use.

    `fields` are those wanted of each record.
    """

    keys: Sequence[str]
    fields: Sequence[str] = ()
    barcodes: Sequence[str] = ()
    ids: Mapping[str, int] = field(default_factory=dict)


Look = Callable[[Session, "Target", Sought], Found]
"""Gives what Odoo has, archived records too."""


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of record that a sink writes, found by the column `key`, which is the field `field`."""

    kind: Kind
    key: str
    field: str
    place: Find
    look: Look
    needed: tuple[str, ...] = ()
    archives: bool = False

    @property
    def model(self) -> str:
        """The model that is written."""
        return self.kind.model

    @property
    def resource(self) -> str:
        """What the core calls such records."""
        return str(self.kind.noun[1])


PlaceOf = Callable[[str], Place | None]
"""Finds where a column of one target is written, in one session."""


def by_field(session: Session, target: Target, sought: Sought, also: Sequence[Any] = ()) -> Found:
    """Look keys up in the field of the target, in one call; `also` is a condition for all records."""
    wanted = set(sought.keys) - set(sought.ids)
    conditions: list[Any] = [[target.field, "in", sorted(wanted)]]
    conditions += [["barcode", "in", list(sought.barcodes)]] if sought.barcodes else []
    conditions += [["id", "in", sorted(sought.ids.values())]] if sought.ids else []
    domain = [*also, *["|"] * (len(conditions) - 1), *conditions]
    names = known(session, target, sought.fields)
    found: list[Record] = session.call(
        target.model, "search_read", archived=True, domain=domain, fields=names, order="id"
    )
    by_id, by_key = {record["id"]: record for record in found}, dict[str, list[Record]]()
    for record in found:
        if record[target.field] in wanted:
            by_key.setdefault(record[target.field], []).append(record)
    chosen = {key: _in_use(records) for key, records in by_key.items()}
    meant = {key: by_id[number] for key, number in sought.ids.items() if number in by_id}
    return Found(
        {key: records[0] for key, records in chosen.items() if len(records) == 1} | meant,
        {key: records for key, records in chosen.items() if len(records) > 1},
        [record for record in found if record.get("barcode") and record["active"]],
    )


def known(session: Session, target: Target, fields: Iterable[str]) -> list[str]:
    """Give what is asked for of a record: of these fields those that the server has, and what is always needed."""
    there = session.catalog.fields(target.model)
    return sorted({name for name in (target.field, *target.needed, *fields) if name in there})


def values(
    session: Session, target: Target, keys: Sequence[str], places: Sequence[Place], ids: Mapping[str, int]
) -> Mapping[str, Mapping[str, Any]]:
    """Give what Odoo has for these keys, column by column; one call, and one for each further language."""
    fields = [place.field for place in places if not place.language]
    found = target.look(session, target, Sought(keys, fields, ids=ids)).by_key
    result = {key: cells(record, [one for one in places if not one.language]) for key, record in found.items()}
    for language in sorted({place.language for place in places} - {""}):
        here = [place for place in places if place.language == language]
        texts = in_language(session, target.model, [one["id"] for one in found.values()], here, language)
        for key, record in found.items():
            result[key] |= cells(texts[record["id"]], here) if record["id"] in texts else {}
    return result


def cells(record: Record, places: Sequence[Place]) -> dict[str, Any]:
    """Give the canonical values of a record, of the columns that have one."""
    told = {place.column: place.value(record) for place in places if place.field in record}
    return {column: value for column, value in told.items() if value is not None}


def in_language(
    session: Session, model: str, ids: Sequence[int], places: Sequence[Place], language: str
) -> Mapping[int, Record]:
    """Read texts in another language; where there is no translation Odoo gives the source text."""
    fields = sorted({place.field for place in places})
    found = session.call(model, "read", list(ids), language=language, fields=fields) if ids and fields else []
    return {record["id"]: record for record in found}


def _in_use(records: Sequence[Record]) -> Sequence[Record]:
    """Of several records of one key the one in use counts."""
    active = [record for record in records if record.get("active", True)]
    return active or records
