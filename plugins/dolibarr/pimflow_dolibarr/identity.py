"""Which product is meant: by its reference, by Dolibarr's id, by the source's own id in a field of the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pimflow import Change, Memory
from pimflow_dolibarr import existing
from pimflow_dolibarr.families import refs
from pimflow_dolibarr.payloads import PlaceOf
from pimflow_dolibarr.places import TEMPLATE
from pimflow_dolibarr.session import Record, Session
from pimflow_erp.known import KnownIds


class Identity:
    """Finds the products of changes. `field` is the column with the id that the source gave a record, if any is."""

    def __init__(self, session: Session, memory: Memory, place_of: PlaceOf, field: str) -> None:
        self._session = session
        self._place_of = place_of
        self.field = field
        keys, taken = partial(refs, session), partial(existing.find, session)
        self.known = KnownIds(memory, "products", "ref", keys, taken, str.casefold)

    def find(self, batch: Sequence[Change], asks: Iterable[str]) -> dict[str, Record]:
        """Give the products of changes by their keys; one call, and one more for those that are known otherwise."""
        ids = {one.key: int(one.payload["id"]) for one in batch if one.payload.get("id")}
        there = existing.meant(self._session, [one.key for one in batch], ids, asks)
        place = self._place_of(self.field) if self.field else None
        if place is None:
            return there
        others = {
            one.key: str(value)
            for one in batch
            if one.key not in there and (value := one.payload.get(self.field)) is not None
        }
        return there | existing.find_by(self._session, place, others, asks)

    def columns(self, keys: Mapping[str, str]) -> dict[str, dict[str, int | str]]:
        """Give the columns that give products another reference: by the one that they have, the new one being given."""
        found = existing.meant(self._session, list(keys), self.known.elsewhere(list(keys)))
        return {was: {"id": int(one["id"]), "ref": keys[was]} for was, one in found.items()}

    def with_templates(self, batch: Sequence[Change], there: Mapping[str, Record]) -> list[Change]:
        """Give changes with the references that templates have now; asks where one is not the one that it was."""
        named = {one.key: ref for one in batch if (ref := str(one.payload.get(TEMPLATE) or ""))}
        now = {key: str(record.get(TEMPLATE) or "") for key, record in there.items()}
        others = sorted({ref for key, ref in named.items() if now.get(key, "").casefold() != ref.casefold()})
        today = self.known.today(others)
        return [_below(one, today[named[one.key]]) if named.get(one.key) in today else one for one in batch]


def _below(change: Change, ref: str) -> Change:
    return replace(change, item=replace(change.item, payload={**change.payload, TEMPLATE: ref}))
