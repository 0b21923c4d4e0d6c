"""Records known by the id that their own system gave them, whatever their key is today."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow.state.records import Scope
from pimflow.state.statements import upsert
from pimflow.state.tables import claims, contested, identities
from pimflow.state.under_way import UnderWay

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Identity:
    """One record: the id in its own system, its key in the target, what people call it there."""

    id: str
    key: str
    name: str


class Identities:
    """The records of one entity that one system has in one target. `folded` keys are as the target compares them."""

    def __init__(self, database: Database, scope: Scope, entity: str, system: str, address: str) -> None:
        self._database = database
        self._scope = scope
        self._place = {"entity": entity, "address": address, "system": system}

    @property
    def under_way(self) -> UnderWay:
        """The renames of these records that were begun."""
        memory = KeptMemory(self._database, self._place["address"])
        return UnderWay(memory, self._place["entity"], self._place["system"])

    def begin(self) -> None:
        """Forget what an earlier run that was broken off has claimed."""
        with self._database.writing() as connection:
            connection.execute(claims.delete().where(claims.c.scope == self._scope.id))

    def claim(self, found: Sequence[tuple[Identity, str]]) -> None:
        """Note which keys records of this run claim, each with its folded form."""
        rows = [{"scope": self._scope.id, "id": one.id, "folded": folded, "name": one.name} for one, folded in found]
        if rows:
            with self._database.writing() as connection:
                upsert(connection, claims, rows)

    def met(self, ids: Collection[str]) -> frozenset[str]:
        """Name those of these records that this run met."""
        with self._database.reading() as connection:
            return frozenset(
                row.id
                for some in _cut(sorted(ids))
                for row in connection.execute(
                    sa.select(claims.c.id).where(claims.c.scope == self._scope.id, claims.c.id.in_(some))
                )
            )

    def claimed(self, ids: Collection[str]) -> dict[str, str]:
        """Give the folded keys that these records claim in this run."""
        with self._database.reading() as connection:
            return {
                row.id: row.folded
                for some in _cut(sorted(ids))
                for row in connection.execute(
                    sa.select(claims).where(claims.c.scope == self._scope.id, claims.c.id.in_(some))
                )
            }

    def known(self, ids: Collection[str]) -> dict[str, Identity]:
        """Give what is known of records by their id."""
        with self._database.reading() as connection:
            return {
                row.id: Identity(row.id, row.key, row.name)
                for some in _cut(sorted(ids))
                for row in connection.execute(sa.select(identities).where(self._ours(), identities.c.id.in_(some)))
            }

    def rivals(self, folded: Collection[str], *, with_unmet: bool) -> dict[str, list[Identity]]:
        """Give for each key the records that claim it in this run.

        `with_unmet`, also who has it, or claimed it together with others earlier, and was not met.
        """
        found: dict[str, dict[str, Identity]] = {}
        met = sa.select(claims.c.id).where(claims.c.scope == self._scope.id)
        with self._database.reading() as connection:
            for some in _cut(sorted(folded)):
                now = sa.select(claims).where(claims.c.scope == self._scope.id, claims.c.folded.in_(some))
                for row in connection.execute(now):
                    found.setdefault(row.folded, {})[row.id] = Identity(row.id, row.folded, row.name)
                before = sa.select(identities).where(self._ours(), identities.c.folded.in_(some))
                for row in connection.execute(before.where(identities.c.id.not_in(met))) if with_unmet else ():
                    found.setdefault(row.folded, {})[row.id] = Identity(row.id, row.key, row.name)
                earlier = sa.select(contested).where(contested.c.scope == self._scope.id, contested.c.folded.in_(some))
                for row in connection.execute(earlier.where(contested.c.id.not_in(met))) if with_unmet else ():
                    found.setdefault(row.folded, {})[row.id] = Identity(row.id, row.folded, row.name)
        return {key: list(claimed.values()) for key, claimed in found.items()}

    def holders(self, folded: Collection[str]) -> dict[str, set[str]]:
        """Give for each key the ids of the records of this run for which the target has it now."""
        found: dict[str, set[str]] = {}
        met = sa.select(claims.c.id).where(claims.c.scope == self._scope.id)
        with self._database.reading() as connection:
            for some in _cut(sorted(folded)):
                query = sa.select(identities.c.folded, identities.c.id).where(self._ours())
                query = query.where(identities.c.folded.in_(some), identities.c.id.in_(met))
                for row in connection.execute(query):
                    found.setdefault(row.folded, set()).add(row.id)
        return found

    def keep(self, connection: Connection, found: Mapping[str, tuple[Identity, str]]) -> None:
        """Within the caller's transaction: note under which keys the target has records by now."""
        rows = [
            {**self._place, "id": one.id, "key": one.key, "folded": folded, "name": one.name}
            for one, folded in found.values()
        ]
        upsert(connection, identities, rows)

    def holding(self, folded: Collection[str]) -> dict[str, set[str]]:
        """Give for each key the ids of the records for which the target has it, whether this run met them or not."""
        found: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for some in _cut(sorted(folded)):
                query = sa.select(identities.c.folded, identities.c.id).where(self._ours())
                for row in connection.execute(query.where(identities.c.folded.in_(some))):
                    found.setdefault(row.folded, set()).add(row.id)
        return found

    def follow(self, connection: Connection, was: str, key: str, folded: str) -> None:
        """Within the caller's transaction: note that the record with one folded key has another by now.

        Who had that one is not known by it any more: no two records have one key.
        """
        connection.execute(identities.delete().where(self._ours(), identities.c.folded == folded))
        of_key = identities.update().where(self._ours(), identities.c.folded == was)
        connection.execute(of_key.values(key=key, folded=folded))

    def end(self, *, complete: bool, goes_on: bool) -> None:
        """Remember which keys several records claimed; what was met is not forgotten with the claims themselves.

        After a complete read of everything, records that the system no longer has are forgotten: their keys are free.
        A run that `goes_on` with another group keeps its claims: what all groups met is told apart by them.
        """
        mine, kept = claims.c.scope == self._scope.id, contested.c.scope == self._scope.id
        met = sa.select(claims.c.id).where(mine)
        shared = sa.select(claims.c.folded).where(mine).group_by(claims.c.folded).having(sa.func.count() > 1)
        disputed = sa.select(contested.c.folded).where(kept)
        columns = ["scope", "id", "folded", "name"]
        with self._database.writing() as connection:
            if complete:
                connection.execute(identities.delete().where(self._ours(), identities.c.id.not_in(met)))
                connection.execute(contested.delete().where(kept))
            connection.execute(contested.delete().where(kept, contested.c.id.in_(met)))
            again = sa.select(claims).where(mine, claims.c.folded.in_(shared) | claims.c.folded.in_(disputed))
            connection.execute(contested.insert().from_select(columns, again))
            if not goes_on:
                connection.execute(claims.delete().where(mine))

    def _ours(self) -> sa.ColumnElement[bool]:
        return sa.and_(*(identities.c[name] == value for name, value in self._place.items()))


def _cut(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
