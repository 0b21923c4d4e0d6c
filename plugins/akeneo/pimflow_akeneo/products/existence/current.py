"""What the PIM has of records that are to be written, in the form in which they are prepared."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import Item, RemoteError, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS, Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.session import Session

_UUIDS = 50_000
"""So many uuids of prepared products are kept in mind: the latest, which are those still to be written."""

_BY_BOTH = replace(PRODUCTS, searched="uuid")
"""Products found by uuid, with their associations by identifier."""

Found = Mapping[str, Mapping[str, Any]]


class Current:
    """Answers for the keys of items: a product that has a uuid is known by it, whatever identifier it has now."""

    def __init__(self, session: Session, kind: Kind, parse: Callable[[str], Column]) -> None:
        self._session = session
        self._kind = kind
        self._model = session.catalog.model
        self._parse = parse
        self._uuids: OrderedDict[str, str] = OrderedDict()

    def note(self, items: Iterable[Item]) -> None:
        """Keep in mind under which uuids items will be written."""
        for item in items:
            if item.payload.get("uuid"):
                self._uuids[item.key] = item.payload["uuid"]
        while len(self._uuids) > _UUIDS:
            self._uuids.popitem(last=False)

    def know(self, key: str, uuid: str) -> None:
        """Keep in mind that the record of a key is known by its uuid, whatever the PIM calls it."""
        self._uuids[key] = uuid

    def there(self, keys: Iterable[str]) -> list[str]:
        """Give those of the keys that the PIM has."""
        by_uuid, others = self._sorted(keys)
        found = existence(self._session, self._kind).found(others) if others else {}
        uuids = existence(self._session, BY_UUID).found(by_uuid) if by_uuid else {}
        return [*found, *(by_uuid[uuid] for uuid in uuids)]

    def uuids(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Give the uuids of products by identifier, and know them under the identifiers that they will get."""
        asked = {key.lower(): key for key in keys}
        found = {}
        for record in lookup.find(self._session, list(keys), [self._model.identifier.code], self._kind):
            if "uuid" not in record:
                raise RemoteError(
                    said(
                        "products of this PIM have no uuid, so none can get another identifier; Akeneo 7 and later "
                        "can. Take `entity` out of the pipeline"
                    )
                )
            key = asked.get(str(lines.key_of(record, self._model, self._kind)).lower())
            if key is not None:
                found[key] = record["uuid"]
                self._uuids[keys[key]] = record["uuid"]
        return found

    def values(self, keys: Iterable[str], columns: Sequence[str]) -> Found:
        """Give what the PIM has under these keys, limited to columns; those that have no value are left out.

        Of a record that is there while the search does not find it yet, no values are known.
        """
        there = self.there(keys)
        by_uuid, others = self._sorted(there)
        asked = {key.lower(): key for key in others}
        found = self._read(asked, self._kind, self._kind, columns)
        found |= self._read(by_uuid, _BY_BOTH, BY_UUID, columns)
        without_identifier = {uuid: key for uuid, key in by_uuid.items() if key not in found}
        found |= self._read(without_identifier, BY_UUID, BY_UUID, columns)
        return {key: {} for key in there} | found

    def count(self) -> int:
        """Give how many records the PIM has; a number too large where it does not tell."""
        first = existence(self._session, self._kind).count()
        if not first:  # what is there by now, this run has made
            return 0
        found = self._session.get(self._kind.path, {"limit": "1", "with_count": "true"}).get("items_count")
        return first if found is None else int(found)

    def all(self, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give everything that the PIM has, page by page, limited to columns; the key is empty where there is none."""
        parsed = [self._parse(name) for name in columns]
        codes = {column.attribute.code for column in parsed if isinstance(column, ValueColumn)}
        wanted = lookup.projection(sorted({*codes, self._model.identifier.code}))
        for record in lookup.pages(self._session, wanted, self._kind):
            now = lines.flat(record, self._model, self._kind)
            yield (
                lines.key_of(record, self._model, self._kind) or "",
                {name: now[name] for name in columns if now.get(name) is not None},
            )

    def _read(self, asked: Mapping[str, str], source: Kind, kind: Kind, columns: Sequence[str]) -> dict[str, Any]:
        if not asked:
            return {}
        parsed = [self._parse(name) for name in columns]
        codes = {column.attribute.code for column in parsed if isinstance(column, ValueColumn)}
        wanted = sorted({*codes, self._model.identifier.code})
        found = {}
        for record in lookup.find(self._session, list(asked), wanted, source):
            key = asked.get(str(lines.key_of(record, self._model, kind)).lower())
            if key is not None:
                now = lines.flat(record, self._model, source)
                found[key] = {name: now[name] for name in columns if now.get(name) is not None}
        return found

    def _sorted(self, keys: Iterable[str]) -> tuple[dict[str, str], list[str]]:
        """Tell keys with a uuid (uuid -> key) from the others."""
        asked = list(keys)
        by_uuid = {self._uuids[key]: key for key in asked if key in self._uuids}
        return by_uuid, [key for key in asked if key not in self._uuids]
