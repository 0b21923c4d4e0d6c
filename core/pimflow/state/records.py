"""What was sent: one fingerprint a record and target address, and the columns that it had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.chunks import chunked
from pimflow.state.column_sets import ColumnSets
from pimflow.state.database import Database
from pimflow.state.statements import look_up, mark, put_rows
from pimflow.state.tables import open_items, records, scopes

_KEYS_PER_QUERY = 1000
RecordKey = tuple[str, str]
"""Resource and key of a record in the target."""

# Through the driver: SQLAlchemy Core takes 2.5 times as long for these, the only ones run for every record.
_REMEMBER = (
    "INSERT INTO records (scope, resource, key, fingerprint, columns, seen) {values} "
    "ON CONFLICT (scope, resource, key) DO UPDATE "
    "SET fingerprint = excluded.fingerprint, columns = excluded.columns, seen = excluded.seen"
)
_MARK_SEEN = (
    "INSERT INTO records (scope, resource, key, seen) {values} "
    "ON CONFLICT (scope, resource, key) DO UPDATE SET seen = excluded.seen"
)
_MEET = "UPDATE records SET seen = ? WHERE scope = ? AND resource = ? AND key IN ({keys})"
_OPEN = "SELECT key FROM open_items WHERE scope = ? AND resource = ? AND key IN ({keys})"
_LOOK_UP = "SELECT key, fingerprint, columns, seen FROM records WHERE scope = ? AND resource = ? AND key IN ({keys})"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a record. `fingerprint` is None where it was met and never settled."""

    fingerprint: bytes | None
    columns: frozenset[str]
    seen: int


class Settled(NamedTuple):
    """A record that the target has now. `columns` are those sent with it, now or earlier."""

    resource: str
    key: str
    fingerprint: bytes
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """One flow into one target address. `others` are, for a new one, the addresses that the flow wrote to before."""

    id: int
    others: frozenset[str] = frozenset()


class Records:
    """The records of one scope."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self.database = database
        self.scope = scope
        self.column_sets = ColumnSets()

    def known(self, keys: Sequence[RecordKey]) -> dict[RecordKey, Known]:
        """Give what is remembered of these records; those never met are left out."""
        with self.database.reading() as connection:
            return self._known(connection, keys)

    def settled(self, keys: Sequence[RecordKey]) -> set[RecordKey]:
        """Give those of these records that the target has, as far as is known here."""
        return {record for record, known in self.known(keys).items() if known.fingerprint is not None}

    def sift(self, resource: str, prints: Mapping[str, bytes], run: int) -> tuple[list[str], set[str]]:
        """Give those of these keys that settled with just this fingerprint, and those never met.

        It is noted that this run met the former; those that it met before are left out.
        """
        rows: list[tuple[str, bytes | None, int | None, int]] = []
        with self.database.reading() as connection:
            for chunk in chunked(prints, _KEYS_PER_QUERY):
                rows.extend(look_up(connection, _LOOK_UP, (self.scope.id, resource), chunk))
        same = [key for key, known, _, seen in rows if known == prints[key] and seen != run]
        if same:
            with self.database.writing() as connection:
                for chunk in chunked(same, _KEYS_PER_QUERY):
                    mark(connection, _MEET, (run, self.scope.id, resource), chunk)
        return same, prints.keys() - {key for key, *_ in rows}

    def open_among(self, resource: str, keys: Iterable[str]) -> set[str]:
        """Give those of these keys under which something is open."""
        with self.database.reading() as connection:
            found = (
                look_up(connection, _OPEN, (self.scope.id, resource), some) for some in chunked(keys, _KEYS_PER_QUERY)
            )
            return {key for rows in found for (key,) in rows}

    def remember(self, connection: Connection, settled: Iterable[Settled], run: int) -> None:
        """Keep the fingerprints of records that settled, within the caller's transaction."""
        apart = {(one.resource, one.key): one for one in settled}
        put_rows(
            connection,
            _REMEMBER,
            [
                (self.scope.id, *record, one.fingerprint, self.column_sets.number(connection, one.columns), run)
                for record, one in apart.items()
            ],
        )

    def mark_seen(self, connection: Connection, keys: Iterable[RecordKey], run: int) -> None:
        """Note that this run met these keys, within the caller's transaction."""
        put_rows(connection, _MARK_SEEN, [(self.scope.id, *record, run) for record in dict.fromkeys(keys)])

    def mark_met(self, connection: Connection, keys: Iterable[RecordKey], run: int) -> None:
        """Within the caller's transaction: note that this run met these, as far as they are known at all."""
        for resource, chunk in by_chunks(list(keys)):
            connection.execute(records.update().where(self._chosen(resource, chunk)).values(seen=run))

    def rename(self, connection: Connection, renamed: Mapping[RecordKey, str]) -> None:
        """Within the caller's transaction: forget records under the keys that they had before."""
        self.drop(connection, [(resource, was) for (resource, key), was in renamed.items() if was != key])

    def carry(self, connection: Connection, resource: str, was: str, key: str) -> None:
        """Within the caller's transaction: know a record under another key, with all that is remembered of it."""
        self.drop(connection, [(resource, key)])
        connection.execute(records.update().where(self._chosen(resource, [was])).values(key=key))

    def knows(self, connection: Connection, record: RecordKey) -> bool:
        """Within the caller's transaction: tell whether anything is remembered of a record."""
        return bool(self._known(connection, [record]))

    def mark_keys_seen(self, connection: Connection, keys: Sequence[str], run: int) -> None:
        """Note that this run met these keys in rows that never became an item, so that their resource is not known."""
        for _, chunk in by_chunks([("", key) for key in keys]):
            of_keys = (records.c.scope == self.scope.id) & records.c.key.in_(chunk)
            connection.execute(records.update().where(of_keys).values(seen=run))

    def count(self) -> int:
        """Count the records that settled."""
        with self.database.reading() as connection:
            query = sa.select(sa.func.count()).where(
                records.c.scope == self.scope.id, records.c.fingerprint.is_not(None)
            )
            return connection.execute(query).scalar_one()

    def unseen(self, run: int, limit: int) -> tuple[int, list[str]]:
        """Count the settled records that this run did not meet, and give the first keys of them."""
        unseen = (records.c.scope == self.scope.id) & (records.c.seen < run) & records.c.fingerprint.is_not(None)
        with self.database.reading() as connection:
            number = connection.execute(sa.select(sa.func.count()).select_from(records).where(unseen)).scalar_one()
            keys = connection.execute(sa.select(records.c.key).where(unseen).order_by(records.c.key).limit(limit))
            return number, list(keys.scalars())

    def unseen_pages(self, run: int, size: int) -> Iterator[list[RecordKey]]:
        """Give the settled records that this run did not meet, at most `size` of one resource at a time."""
        after = ("", "")
        while True:
            later = sa.tuple_(records.c.resource, records.c.key) > sa.tuple_(*map(sa.literal, after))
            unseen = (records.c.scope == self.scope.id) & (records.c.seen < run) & records.c.fingerprint.is_not(None)
            query = sa.select(records.c.resource, records.c.key).where(unseen & later)
            with self.database.reading() as connection:
                page = connection.execute(query.order_by(records.c.resource, records.c.key).limit(size)).all()
            if not page:
                return
            found = [(row.resource, row.key) for row in page if row.resource == page[0].resource]
            yield found
            after = found[-1]

    def retire(self, connection: Connection, keys: Sequence[RecordKey], mark: str) -> None:
        """Within the caller's transaction: note that records were taken out of use, under a mark among their columns.

        They count as never settled, so that they are sent again when they come back.
        """
        for (resource, key), known in self._known(connection, keys).items():
            number = self.column_sets.number(connection, known.columns | {mark})
            chosen = self._chosen(resource, [key])
            connection.execute(records.update().where(chosen).values(fingerprint=None, columns=number))

    def drop(self, connection: Connection, keys: Sequence[RecordKey]) -> None:
        """Within the caller's transaction: forget records that were deleted."""
        for resource, chunk in by_chunks(keys):
            connection.execute(records.delete().where(self._chosen(resource, chunk)))

    def _known(self, connection: Connection, keys: Sequence[RecordKey]) -> dict[RecordKey, Known]:
        found: dict[RecordKey, Known] = {}
        for resource, chunk in by_chunks(keys):
            rows = look_up(connection, _LOOK_UP, (self.scope.id, resource), chunk)
            for key, fingerprint, columns, seen in rows:
                found[resource, key] = Known(fingerprint, self.column_sets.names(connection, columns), seen)
        return found

    def _chosen(self, resource: str, keys: Sequence[str]) -> sa.ColumnElement[bool]:
        return (records.c.scope == self.scope.id) & (records.c.resource == resource) & records.c.key.in_(keys)


def open_scope(database: Database, pipeline: str, flow: str, sink: str, address: str) -> Scope:
    """Find the scope of a flow and target address, or begin it."""
    of_flow = (scopes.c.pipeline == pipeline) & (scopes.c.flow == flow) & (scopes.c.sink == sink)
    with database.writing() as connection:
        rows = connection.execute(sa.select(scopes.c.address, scopes.c.id).where(of_flow))
        found = {row.address: row.id for row in rows}
        if address in found:
            return Scope(found[address])
        values = {"pipeline": pipeline, "flow": flow, "sink": sink, "address": address}
        return Scope(
            connection.execute(scopes.insert().values(values).returning(scopes.c.id)).scalar_one(), frozenset(found)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a flow of a pipeline wrote."""

    scope: Scope
    pipeline: str
    flow: str
    sink: str
    address: str


def all_places(database: Database, pipeline: str | None = None) -> list[Place]:
    """List where flows wrote, of one pipeline or all."""
    query = sa.select(scopes).order_by(scopes.c.pipeline, scopes.c.id)
    if pipeline is not None:
        query = query.where(scopes.c.pipeline == pipeline)
    with database.reading() as connection:
        rows = connection.execute(query)
        return [Place(Scope(row.id), row.pipeline, row.flow, row.sink, row.address) for row in rows]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many records one flow sent to one address, and how many need attention."""

    flow: str
    sink: str
    address: str
    records: int
    open: int


def summaries(database: Database, pipeline: str) -> list[Summary]:
    """Give a summary of each flow and target address of a pipeline."""
    sent = sa.select(sa.func.count()).where((records.c.scope == scopes.c.id) & records.c.fingerprint.is_not(None))
    unsettled = sa.select(sa.func.count()).where(open_items.c.scope == scopes.c.id)
    query = sa.select(
        scopes.c.flow, scopes.c.sink, scopes.c.address, sent.scalar_subquery(), unsettled.scalar_subquery()
    ).where(scopes.c.pipeline == pipeline)
    with database.reading() as connection:
        return [Summary(*row) for row in connection.execute(query.order_by(scopes.c.flow, scopes.c.id))]


def forget(database: Database, pipeline: str, flow: str | None = None) -> int:
    """Forget what a pipeline, or one flow of it, sent and left open; give the number of records forgotten."""
    chosen = scopes.c.pipeline == pipeline
    if flow is not None:
        chosen &= scopes.c.flow == flow
    ids = sa.select(scopes.c.id).where(chosen)
    with database.writing() as connection:
        sent = records.c.scope.in_(ids) & records.c.fingerprint.is_not(None)
        number = connection.execute(sa.select(sa.func.count()).select_from(records).where(sent)).scalar_one()
        connection.execute(records.delete().where(records.c.scope.in_(ids)))
        connection.execute(open_items.delete().where(open_items.c.scope.in_(ids)))
    return number


def by_chunks(keys: Sequence[RecordKey]) -> Iterator[tuple[str, list[str]]]:
    """Give keys in lists short enough for one IN, each with its resource."""
    by_resource: dict[str, list[str]] = {}
    for resource, key in keys:
        by_resource.setdefault(resource, []).append(key)
    for resource, of_resource in by_resource.items():
        for start in range(0, len(of_resource), _KEYS_PER_QUERY):
            yield resource, of_resource[start : start + _KEYS_PER_QUERY]
