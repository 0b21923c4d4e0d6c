"""What must be read before a batch is written, in as few calls as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.lines import Prices
from pimflow_akeneo.products.writing import uuid_lines
from pimflow_akeneo.products.writing.made_records import MadeRecords
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.products.writing.uuid_lines import Uuids
from pimflow_akeneo.session import Session


class Before:
    """What the PIM has of one batch, read piece by piece when it is needed. For one thread.

    `made` are records that the same flow made earlier in this run and now sends again.
    """

    def __init__(
        self,
        session: Session,
        kind: Kind,
        parse: Callable[[str], Column],
        pending: Sequence[Pending],
        made: MadeRecords,
    ) -> None:
        self._session = session
        self._kind = kind
        self._model = session.catalog.model
        self._parse = parse
        self._pending = pending
        self._made = made

    @cached_property
    def there(self) -> Mapping[str, bool]:
        """Whether the PIM has a record, by key, as far as that matters and is not known anyway.

        It matters for a product with a parent, whose status does not say whether it is new, and for partial prices.
        """
        told = {one.key: False for one in self._pending if one.change.absent}
        asked = [
            one.key
            for one in self._pending
            if not one.change.known and not one.change.absent and (self._becomes_variant(one) or self._partial(one))
        ]
        found = existence(self._session, self._kind).found(asked) if asked else {}
        return told | {key: key in found for key in asked}

    @cached_property
    def prices(self) -> Mapping[str, Prices]:
        """The prices in currencies that the changes do not name, by lower-case key: the PIM replaces all at once."""
        partial = [one for one in self._pending if self._partial(one) and not self._made.has(one.key, self.sent(one))]
        there = [one for one in partial if self.there.get(one.key, True)]
        if not there:
            return {}
        codes = {column.attribute.code for one in there for column in self._partial(one)}
        wanted = sorted({self._model.identifier.code, *codes})
        found = lookup.find(self._session, [one.key for one in there], wanted, self._kind)
        return {
            str(lines.key_of(record, self._model, self._kind)).lower(): _prices(
                lines.flat(record, self._model, self._kind), codes
            )
            for record in found
        }

    def sent(self, one: Pending) -> Mapping[str, Any]:
        """Give the prices that a change carries, by column name."""
        return {name: one.change.payload[name] for name in self._amounts if name in one.change.payload}

    @cached_property
    def uuids(self) -> Uuids:
        """The uuids of associated products, by lower-case identifier: `/products-uuid` knows nothing else."""
        named = {
            code
            for one in self._pending
            for codes in uuid_lines.associated(one.payload, self._parse).values()
            for code in codes
        }
        found = lookup.find(self._session, sorted(named), [self._model.identifier.code]) if named else ()
        return {str(lines.identifier_of(one, self._model)).lower(): one["uuid"] for one in found}

    def _becomes_variant(self, one: Pending) -> bool:
        return self._kind.has_identifier and bool(one.payload.get("parent"))

    def _partial(self, one: Pending) -> list[ValueColumn]:
        return [
            column
            for name, column in self._amounts.items()
            if name in one.payload
            and any(f"{column.whole}-{code}" not in one.payload for code in self._model.currencies_of(column.scope))
        ]

    @cached_property
    def _amounts(self) -> Mapping[str, ValueColumn]:
        """The columns of the batch that hold a price in one currency."""
        names = dict.fromkeys(name for one in self._pending for name in one.change.payload)
        columns = {name: self._parse(name) for name in names}
        return {name: one for name, one in columns.items() if isinstance(one, ValueColumn) and one.part}


def _prices(flat: Mapping[str, Any], codes: Iterable[str]) -> Prices:
    kept: dict[str, dict[str, int | str]] = {}
    for name, amount in flat.items():
        if name.partition("-")[0] in codes:
            whole, _, currency = name.rpartition("-")
            kept.setdefault(whole, {})[currency] = amount
    return kept
