"""Which item is meant: by its code, by when it was made, by the source's own id in a field of the item.

ERPNext knows an item by its code alone, and the code changes when an item is renamed. When it was made stays, to the
microsecond: that is kept, unless an import past ERPNext made several at one moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from pimflow import Change, Memory
from pimflow_erp.known import Known
from pimflow_erpnext.catalog import folded
from pimflow_erpnext.existing import TEMPLATES, Target, find, find_by, keys_of, meant
from pimflow_erpnext.places import CREATION, VARIANT_OF, Place
from pimflow_erpnext.session import Record, Session


def known_items(session: Session, target: Target, memory: Memory) -> Known[str]:
    """Give what is known of the items of one kind."""
    keys, taken = partial(keys_of, session, target), partial(find, session, target)
    return Known(memory, target.resource, target.key, keys, taken, str, folded)


def keep(session: Session, target: Target, known: Known[str], there: Mapping[str, Record], new: Sequence[str]) -> None:
    """Keep when items were made, by code. Those of `new` have moments of their own; of others it is asked."""
    ids = {key: str(record[CREATION]) for key, record in there.items()}
    before = known.kept(list(ids)) if ids else {}
    fresh = {key: at for key, at in ids.items() if before.get(key) != at}
    asked = sorted({at for key, at in fresh.items() if key not in new})
    alone = keys_of(session, target, asked)
    known.keep({key: at for key, at in fresh.items() if key in new or at in alone})


class Identity:
    """Finds the items of changes. `field` has the id that the source gave a record, where a site has such a field."""

    def __init__(self, session: Session, target: Target, memory: Memory, field: str) -> None:
        self._session = session
        self._target = target
        self.field = field
        self.known = known_items(session, target, memory)
        self.templates = known_items(session, TEMPLATES, memory)

    def find(self, batch: Sequence[Change], places: Sequence[Place]) -> dict[str, Record]:
        """Give the items of changes by their keys; one call, and one more for items that are known otherwise."""
        ids = {one.key: str(one.payload["id"]) for one in batch if one.payload.get("id")}
        there = meant(self._session, self._target, [one.key for one in batch], ids, places)
        if not self.field:
            return there
        others = {
            one.key: str(value)
            for one in batch
            if one.key not in there and (value := one.payload.get(self.field)) is not None
        }
        return there | find_by(self._session, self._target, self.field, others, places)

    def columns(self, keys: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Give the columns that give items another code: by the code that they have, the new one being given."""
        found = meant(self._session, self._target, list(keys), self.known.elsewhere(list(keys)))
        alone = keys_of(self._session, self._target, [str(one[CREATION]) for one in found.values()])
        return {
            was: {"id": str(one[CREATION] if one[CREATION] in alone else one["name"]), self._target.key: keys[was]}
            for was, one in found.items()
        }

    def with_templates(self, batch: Sequence[Change], there: Mapping[str, Record]) -> list[Change]:
        """Give changes with the codes that templates have now; asks where a template is not the one that it was."""
        named = {one.key: code for one in batch if (code := str(one.payload.get(VARIANT_OF) or "").strip())}
        now = {key: str(record.get(VARIANT_OF) or "") for key, record in there.items()}
        others = sorted({code for key, code in named.items() if folded(now.get(key, "")) != folded(code)})
        today = self.templates.today(others)
        return [_below(one, today[named[one.key]]) if named.get(one.key) in today else one for one in batch]

    def keep(self, settled: Sequence[Change], there: Mapping[str, Record]) -> None:
        """Keep which items these are; those that are new are looked up, in one call."""
        new = [one.key for one in settled if one.key not in there]
        now = {**there, **find(self._session, self._target, new)}
        found = {one.key: now[one.key] for one in settled if one.key in now}
        renamed = {str(one["name"]): one for key, one in found.items() if folded(str(one["name"])) != folded(key)}
        keep(self._session, self._target, self.known, {**found, **renamed}, new)


def _below(change: Change, code: str) -> Change:
    return replace(change, item=replace(change.item, payload={**change.payload, VARIANT_OF: code}))
