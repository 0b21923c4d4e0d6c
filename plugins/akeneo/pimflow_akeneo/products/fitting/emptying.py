"""Values that the source emptied and the PIM keeps, as its records have no place for them: these are only told.

Where an attribute left the family, or stands at another level of the family variant, its value is not the flow's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from pimflow import Change, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS, product_kind
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.levels.place import Place, without
from pimflow_akeneo.session import Session

_SHOWN = 5
_FAMILY = said("the family does not have this attribute")
_LEVEL = said("by the family variant, the attribute belongs to another level")


class Emptying:
    """Leaves alone what a record has no place for, and tells of it once a column. Safe for several threads."""

    def __init__(self, session: Session, parse: Callable[[str], Column], label: Callable[[str], str]) -> None:
        self._session = session
        self._parse = parse
        self._label = label
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], list[str]] = {}

    def fit(self, batch: Sequence[Change]) -> list[Change]:
        """Empty no attribute that the family of a product does not have; a product without a family has them all.

        The families come with what is asked of known products anyway.
        """
        emptied = {change.key: columns for change in batch if (columns := self._emptied(change))}
        if not emptied:
            return list(batch)
        families = self._families([change for change in batch if change.key in emptied])
        return [self._fitted(change, emptied.get(change.key, {}), families.get(change.key)) for change in batch]

    def note_levels(self, change: Change, place: Place) -> None:
        """Take note of values that are emptied at another level than the one they belong to."""
        for name, column in self._emptied(change).items():
            level = place.tree.level(column.attribute.code)
            if level != place.level:
                self._keep(name, _FAMILY if level is None else _LEVEL, change.key)

    def notes(self) -> Iterator[str]:
        """Tell what was left as it is, with the first records."""
        for (name, why), keys in self._kept.items():
            shown = ", ".join(keys[:_SHOWN])
            if len(keys) > _SHOWN:
                shown = said("{names} and others", names=shown)
            yield said(
                "{column} was emptied in the source, and stays as it is in {records}: {why}. If nobody needs the "
                "value, remove it in the PIM.",
                column=self._label(name),
                records=shown,
                why=why,
            )

    def _fitted(self, change: Change, emptied: Mapping[str, ValueColumn], family: str | None) -> Change:
        if not emptied or family is None:
            return change
        attributes = self._session.catalog.family_attributes(family)
        foreign = {name for name, column in emptied.items() if column.attribute.code not in attributes}
        for name in foreign:
            self._keep(name, _FAMILY, change.key)
        return without(change, foreign) if foreign else change

    def _families(self, batch: Sequence[Change]) -> dict[str, str | None]:
        told = {change.key: change.payload["family"] for change in batch if "family" in change.payload}
        for kind in (PRODUCTS, BY_UUID):
            asked = (one for one in batch if one.key not in told and product_kind(one.payload) is kind)
            keys = {str(one.payload.get("uuid") or one.key): one.key for one in asked}
            found = existence(self._session, kind).families(keys) if keys else {}
            told |= {keys[key]: family for key, family in found.items()}
        return told

    def _emptied(self, change: Change) -> dict[str, ValueColumn]:
        if None not in change.payload.values():
            return {}
        columns = {name: self._parse(name) for name, value in change.payload.items() if value is None}
        return {name: column for name, column in columns.items() if isinstance(column, ValueColumn)}

    def _keep(self, name: str, why: str, key: str) -> None:
        with self._lock:
            keys = self._kept.setdefault((name, why), [])
            if len(keys) <= _SHOWN and key not in keys:
                keys.append(key)
