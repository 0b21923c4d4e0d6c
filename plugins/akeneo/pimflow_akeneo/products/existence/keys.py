"""Which products and product models the PIM has, found out in a number of calls that does not grow with the source.

Asking for keys by the hundred is cheap for a few records and dear for many; listing all keys of the PIM costs the
same for any number. So lookups are made until they have cost as much as the list, then the list is read: never more
than twice the calls of the better way.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.session import PAGE, Session
from pimflow_akeneo.url_length import chunks

LARGEST_LIST = 20_000
"""The keys of a PIM with more records are never listed."""

_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Present:
    """A record of the PIM: its key as it is spelled there, the product model above it, its uuid and family if any."""

    key: str
    parent: str | None
    uuid: str | None = None
    family: str | None = None


def existence(session: Session, kind: Kind) -> Existence:
    """Give what all writers of one session know together."""
    return session.shared(f"existence of {kind.path}", lambda: Existence(session, kind))


class Existence:
    """Tells which keys the PIM has, and how it spells them. Safe for several threads; memory is bounded.

    Another's records that come or go in the PIM while the run goes on may be overlooked.
    """

    def __init__(self, session: Session, kind: Kind) -> None:
        self._session = session
        self._kind = kind
        self._lock = threading.Lock()
        self._count: int | None = None
        self._lookups = 0
        self._all: Mapping[str, Present] | None = None
        self._written: OrderedDict[str, str] = OrderedDict()
        self._placed: OrderedDict[str, str | None] = OrderedDict()
        self._seen: OrderedDict[str, Present] = OrderedDict()

    def found(self, keys: Iterable[str]) -> dict[str, str]:
        """Give those of the keys that the PIM has: as asked -> as the PIM spells it. Raises FlowError."""
        asked = list(keys)
        with self._lock:
            known = {key: self._written[key.lower()] for key in asked if key.lower() in self._written}
        rest = [key for key in asked if key not in known]
        return known | {key: present.key for key, present in self._present(rest).items()}

    def parents(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give the product model above each of the records that the PIM has; None for one without. Raises FlowError."""
        asked = list(keys)
        with self._lock:
            known = {key: self._placed[key.lower()] for key in asked if key.lower() in self._placed}
        rest = [key for key in asked if key not in known]
        return known | {key: present.parent for key, present in self._present(rest).items()}

    def uuids(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give the uuids of the records that the PIM has; None in a PIM without any. Raises FlowError."""
        return {key: present.uuid for key, present in self._present(list(keys)).items()}

    def families(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give the families of the records that the PIM has; None for one without. Raises FlowError."""
        return {key: present.family for key, present in self._present(list(keys)).items()}

    def uuids_seen(self, keys: Iterable[str]) -> dict[str, str]:
        """Give the uuids of those records that were asked for before."""
        with self._lock:
            found = {key: self._seen.get(key.lower(), (self._all or {}).get(key.lower())) for key in keys}
        return {key: one.uuid for key, one in found.items() if one is not None and one.uuid is not None}

    def count(self) -> int:
        """Give how many records the PIM had when that was first asked; a number too large where it does not tell."""
        with self._lock:
            return self._counted()

    def wrote(self, keys: Iterable[str]) -> None:
        """Take note of records that were written: from then on they exist. The latest 20,000 are remembered."""
        with self._lock:
            for key in keys:
                self._written[key.lower()] = key
                self._written.move_to_end(key.lower())
            _forget(self._written)

    def placed(self, parents: Mapping[str, str | None]) -> None:
        """Take note of the product models under which records were written, by key; None for one without."""
        with self._lock:
            for key, parent in parents.items():
                self._placed[key.lower()] = parent
                self._placed.move_to_end(key.lower())
            _forget(self._placed)

    def _present(self, rest: Sequence[str]) -> dict[str, Present]:
        """Give what was found a moment ago, and ask for the others: a batch is asked for more than once."""
        with self._lock:
            seen = {key: self._seen[key.lower()] for key in rest if key.lower() in self._seen}
            left = [key for key in rest if key not in seen]
            present = self._spelled(left) if left else {}
        if present is None:
            present = self._looked_up(left)
        return {**seen, **{key: present[key.lower()] for key in left if key.lower() in present}}

    def _spelled(self, rest: Sequence[str]) -> Mapping[str, Present] | None:
        """Give all records by lower-case key where they are listed; None where these are to be looked up."""
        if self._all is None and self._list_now(rest):
            self._all = self._by_lower(self._listed())
        return self._all

    def _list_now(self, rest: Sequence[str]) -> bool:
        count = self._counted()
        if count > LARGEST_LIST:
            return False
        if self._lookups >= ceil(count / PAGE):
            return True
        self._lookups += len(list(chunks(rest)))
        return False

    def _counted(self) -> int:
        if self._count is None:
            found = self._session.get(self._kind.path, {"limit": "1", "with_count": "true"}).get("items_count")
            self._count = LARGEST_LIST + 1 if found is None else int(found)
        return self._count

    def _listed(self) -> Iterable[dict[str, Any]]:
        return lookup.pages(self._session, lookup.projection([self._identifier]), self._kind) if self._count else ()

    def _looked_up(self, keys: Sequence[str]) -> Mapping[str, Present]:
        found = self._by_lower(lookup.find(self._session, keys, [self._identifier], self._kind))
        with self._lock:
            self._seen.update(found)
            _forget(self._seen)
        return found

    def _by_lower(self, records: Iterable[dict[str, Any]]) -> Mapping[str, Present]:
        model = self._session.catalog.model
        keyed = ((lines.key_of(record, model, self._kind), record) for record in records)
        return {key.lower(): _present(key, record) for key, record in keyed if key}

    @property
    def _identifier(self) -> str:
        return self._session.catalog.model.identifier.code


def _present(key: str, record: Mapping[str, Any]) -> Present:
    return Present(key, record.get("parent"), record.get("uuid"), record.get("family"))


def _forget(remembered: OrderedDict[str, Any]) -> None:
    while len(remembered) > _REMEMBERED:
        remembered.popitem(last=False)
