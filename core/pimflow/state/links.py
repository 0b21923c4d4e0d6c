"""Which record of a flow is which one of its target under another key, as people decided it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.chunks import chunked
from pimflow.state.database import Database
from pimflow.state.records import Scope
from pimflow.state.statements import upsert
from pimflow.state.tables import links, matches, records, scopes

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Link:
    """What was decided of one record of a flow and one of its target: that they are the same, or are not."""

    key: str
    target_key: str
    same: bool


class Links:
    """The links of one scope."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database = database
        self._scope = scope

    def any(self) -> bool:
        """Tell whether any record is linked."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(links.c.key).where(self._linked).limit(1)).first() is not None

    def of(self, keys: Collection[str]) -> dict[str, str]:
        """Give the keys of the target for those of these keys that are linked."""
        found: dict[str, str] = {}
        asked = sorted(keys)
        with self._database.reading() as connection:
            for start in range(0, len(asked), _AT_ONCE):
                some = links.c.key.in_(asked[start : start + _AT_ONCE])
                found.update(
                    (row.key, row.target_key)
                    for row in connection.execute(sa.select(links.c.key, links.c.target_key).where(self._linked, some))
                )
        return found

    def aimed_at(self, keys: Collection[str]) -> frozenset[str]:
        """Name those of these keys of the target that are linked to another key of the flow."""
        found: set[str] = set()
        with self._database.reading() as connection:
            for some in chunked(sorted(keys), _AT_ONCE):
                linked = self._linked & links.c.target_key.in_(some) & (links.c.key != links.c.target_key)
                found.update(connection.execute(sa.select(links.c.target_key).where(linked)).scalars())
        return frozenset(found)

    def source_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Give keys with the flow's own in place of those that the target has for linked records."""
        found: dict[str, str] = {}
        asked = sorted(keys)
        with self._database.reading() as connection:
            for start in range(0, len(asked), _AT_ONCE):
                some = links.c.target_key.in_(asked[start : start + _AT_ONCE])
                for row in connection.execute(sa.select(links).where(self._linked, some)):
                    found[row.target_key] = row.key
        return frozenset(found.get(key, key) for key in keys)

    def decided(self) -> Iterator[Link]:
        """Give all that was decided, by key."""
        after = ("", "")
        while True:
            later = sa.tuple_(links.c.key, links.c.target_key) > sa.tuple_(*map(sa.literal, after))
            query = sa.select(links).where(links.c.scope == self._scope.id, later)
            with self._database.reading() as connection:
                page = connection.execute(query.order_by(links.c.key, links.c.target_key).limit(_AT_ONCE)).all()
            if not page:
                return
            yield from (Link(row.key, row.target_key, row.same) for row in page)
            after = (page[-1].key, page[-1].target_key)

    def decide(self, decided: Iterable[Link], now: datetime, *, matched: bool) -> int:
        """Keep what was decided, all or nothing, and give its number; `matched`: the person has seen everything.

        A record that is linked anew is no longer the same as another.
        """
        when, number = now.isoformat(), 0
        with self._database.writing() as connection:
            for chunk in chunked(decided, _AT_ONCE):
                number += len(chunk)
                self._keep(connection, chunk, when)
            if matched:
                upsert(connection, matches, [{"scope": self._scope.id, "matched": when}])
        return number

    def follow(self, connection: Connection, moved: Mapping[str, str], now: datetime) -> None:
        """Within the caller's transaction: link records, by the key that the target had for them, to its new one."""
        own = self.drop(connection, list(moved))
        anew = [Link(own.get(was, was), key, same=True) for was, key in moved.items() if own.get(was, was) != key]
        for chunk in chunked(anew, _AT_ONCE):
            self._keep(connection, chunk, now.isoformat())

    def drop(self, connection: Connection, target_keys: Sequence[str]) -> dict[str, str]:
        """Within the caller's transaction: forget links to these keys, and give the flow's own keys by them."""
        own: dict[str, str] = {}
        for chunk in chunked(target_keys, _AT_ONCE):
            linked = self._linked & links.c.target_key.in_(chunk)
            own |= {row.target_key: row.key for row in connection.execute(sa.select(links).where(linked))}
            connection.execute(links.delete().where(linked))
        return own

    def _keep(self, connection: Connection, chunk: Sequence[Link], when: str) -> None:
        anew = sorted(one.key for one in chunk if one.same)
        connection.execute(links.update().where(self._linked, links.c.key.in_(anew)).values(same=False))
        upsert(connection, links, [{"scope": self._scope.id, **asdict(one), "decided": when} for one in chunk])

    @property
    def matched(self) -> bool:
        """Tell whether a person has seen what of the flow its target has already."""
        with self._database.reading() as connection:
            query = sa.select(matches.c.scope).where(matches.c.scope == self._scope.id)
            return connection.execute(query).first() is not None

    @property
    def _linked(self) -> sa.ColumnElement[bool]:
        return (links.c.scope == self._scope.id) & links.c.same


def known_there(database: Database, sink: str, address: str) -> int:
    """Count the records that flows of any pipeline sent to this place, each once."""
    here = sa.select(scopes.c.id).where(scopes.c.sink == sink, scopes.c.address == address)
    sent = records.c.scope.in_(here) & records.c.fingerprint.is_not(None)
    with database.reading() as connection:
        query = sa.select(records.c.resource, records.c.key).where(sent).distinct().subquery()
        return connection.execute(sa.select(sa.func.count()).select_from(query)).scalar_one()
