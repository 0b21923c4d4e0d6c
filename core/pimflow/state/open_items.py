"""Records that need attention: kept with their source row and reason until their key settles without a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pimflow.chunks import chunked
from pimflow.model import BadValue, Problem, ProblemKind, Status, Who
from pimflow.plain import to_kept_json
from pimflow.sentences import understood
from pimflow.state.database import Database
from pimflow.state.records import RecordKey, Scope, by_chunks
from pimflow.state.statements import upsert
from pimflow.state.tables import open_items, records, scopes
from pimflow.words import Lead

DUPLICATE = "duplicate"
"""The resource under which the later of two rows with one key is kept open."""

_SENTENCES = ("reason", "remedy", "effect")
_AT_ONCE = 500
_WITHOUT_KEY = re.compile(r"(row \d+)( [0-9a-f]{8})?")
_OF_ID = re.compile(r" \(id [^()]*\)$")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A record that needs attention.

    `status` tells whether it arrived without some values, was refused, waits or failed; `fingerprint` is that of the
    payload as it was `tried` last, None for a row that never became one. `told` are those of the problems that the
    target told then; the others stand in the row. `since` and `last` are when it was met first, and last.
    """

    resource: str
    key: str
    row: int
    source_row: Mapping[str, Any]
    status: Status
    problems: tuple[Problem, ...]
    fingerprint: bytes | None = None
    tried: datetime | None = None
    told: tuple[Problem, ...] = ()
    since: datetime | None = field(default=None, compare=False)
    last: datetime | None = field(default=None, compare=False)


_OF_ITEM = [
    open_items.c.resource,
    open_items.c.key,
    open_items.c.row,
    open_items.c.source_row,
    open_items.c.status,
    open_items.c.problems,
    open_items.c.fingerprint,
    open_items.c.tried,
    open_items.c.told,
    open_items.c.first,
    open_items.c.last,
]


def count(database: Database, scope: Scope) -> int:
    """Count the open items of a scope."""
    with database.reading() as connection:
        query = sa.select(sa.func.count()).where(open_items.c.scope == scope.id)
        return connection.execute(query).scalar_one()


def of_keys(database: Database, scope: Scope, keys: Sequence[RecordKey]) -> dict[RecordKey, OpenItem]:
    """Give the open items among these records."""
    found: dict[RecordKey, OpenItem] = {}
    with database.reading() as connection:
        for resource, chunk in by_chunks(keys):
            of_chunk = (open_items.c.resource == resource) & open_items.c.key.in_(chunk)
            query = sa.select(*_OF_ITEM).where((open_items.c.scope == scope.id) & of_chunk)
            for row in connection.execute(query):
                found[resource, row.key] = _item(row)
    return found


def under_keys(database: Database, scope: Scope, keys: Sequence[str]) -> list[OpenItem]:
    """Give the open items under these keys, whatever their resource."""
    with database.reading() as connection:
        found = []
        for _, chunk in by_chunks([("", key) for key in keys]):
            query = sa.select(*_OF_ITEM).where((open_items.c.scope == scope.id) & open_items.c.key.in_(chunk))
            found += [_item(row) for row in connection.execute(query)]
        return found


def has_settled(database: Database, scope: Scope, key: str, resource: str | None) -> bool:
    """Tell whether the target has a record under this key, as far as is known; of any resource where none is named."""
    found = (records.c.scope == scope.id) & (records.c.key == key) & records.c.fingerprint.is_not(None)
    if resource is not None:
        found &= records.c.resource == resource
    with database.reading() as connection:
        return connection.execute(sa.select(records.c.key).where(found).limit(1)).first() is not None


def of_earlier_runs(database: Database, scope: Scope, run: int) -> Iterator[OpenItem]:
    """Give the open items of a scope that this run did not meet, page by page."""
    yield from _paged(database, (open_items.c.scope == scope.id) & (open_items.c.run < run))


def of_run(database: Database, scope: Scope, run: int) -> Iterator[OpenItem]:
    """Give the open items of a scope that this run left, page by page."""
    yield from _paged(database, (open_items.c.scope == scope.id) & (open_items.c.run == run))


def of_scope(database: Database, scope: Scope) -> Iterator[OpenItem]:
    """Give all open items of a scope, page by page."""
    yield from _paged(database, open_items.c.scope == scope.id)


def _paged(database: Database, chosen: sa.ColumnElement[bool]) -> Iterator[OpenItem]:
    after = ("", "")
    while True:
        later = sa.tuple_(open_items.c.resource, open_items.c.key) > sa.tuple_(*map(sa.literal, after))
        query = sa.select(*_OF_ITEM).where(chosen & later).order_by(open_items.c.resource, open_items.c.key).limit(500)
        with database.reading() as connection:
            page = connection.execute(query).all()
        yield from map(_item, page)
        if not page:
            return
        after = (page[-1].resource, page[-1].key)


def scopes_of(database: Database, pipeline: str) -> dict[tuple[str, str, str], Scope]:
    """Give the scopes of a pipeline by flow, sink and address."""
    query = sa.select(scopes.c.flow, scopes.c.sink, scopes.c.address, scopes.c.id).where(scopes.c.pipeline == pipeline)
    with database.reading() as connection:
        return {(row.flow, row.sink, row.address): Scope(row.id) for row in connection.execute(query)}


def of_pipeline(database: Database, pipeline: str, limit: int) -> list[tuple[str, OpenItem]]:
    """Give flow name and item of what is open in a pipeline, at most `limit`."""
    query = (
        sa.select(scopes.c.flow, *_OF_ITEM)
        .join(scopes, scopes.c.id == open_items.c.scope)
        .where(scopes.c.pipeline == pipeline)
        .order_by(scopes.c.flow, open_items.c.row)
        .limit(limit)
    )
    with database.reading() as connection:
        return [(row.flow, _item(row)) for row in connection.execute(query)]


def keys_of_pipeline(database: Database, pipeline: str) -> list[str]:
    """List the keys of what is open in a pipeline; "" stands for rows whose key is not known."""
    query = (
        sa.select(open_items.c.key, open_items.c.row)
        .join(scopes, scopes.c.id == open_items.c.scope)
        .where(scopes.c.pipeline == pipeline)
    )
    with database.reading() as connection:
        found = {plain_key(one.key, one.row) for one in connection.execute(query)}
    return sorted(found)


def plain_key(key: str, row: int) -> str:
    """Give the record's key out of that of an open item: "" for a row that never became a record."""
    return "" if _WITHOUT_KEY.fullmatch(key) else _OF_ID.sub("", key.removesuffix(f" (row {row})"))


def disputed_key(key: str, id_: str) -> str:
    """Give the key of the open item of one of several records that claim the same key: each has its own."""
    return f"{key} (id {id_})"


def shown_key(key: str) -> str:
    """Give the key of an open item as people see it: `row 7` for a row without one."""
    row = _WITHOUT_KEY.fullmatch(key)
    return row[1] if row else key


def put(connection: Connection, scope: Scope, items: Iterable[OpenItem], run: int, now: datetime) -> None:
    """Keep items, within the caller's transaction; an item that was open keeps the time when it began."""
    upsert(connection, open_items, [_row(scope, item, run, now.isoformat()) for item in items], but=("first",))


def _row(scope: Scope, item: OpenItem, run: int, now: str) -> dict[str, Any]:
    return {
        "scope": scope.id,
        "resource": item.resource,
        "key": item.key,
        "row": item.row,
        "source_row": to_kept_json(item.source_row).decode(),
        "status": str(item.status),
        "problems": _stored(item.problems),
        "told": _stored(item.told),
        "fingerprint": item.fingerprint,
        "first": now,
        "last": now,
        "tried": item.tried.isoformat() if item.tried else None,
        "run": run,
    }


def close(connection: Connection, scope: Scope, keys: Iterable[RecordKey]) -> None:
    """Close the items of these records, within the caller's transaction."""
    for resource, chunk in by_chunks(list(keys)):
        of_chunk = (open_items.c.resource == resource) & open_items.c.key.in_(chunk)
        connection.execute(open_items.delete().where((open_items.c.scope == scope.id) & of_chunk))


def carry(connection: Connection, scope: Scope, resource: str, was: str, key: str) -> None:
    """Within the caller's transaction: keep what is open of a record under its other key."""
    of_kind = (open_items.c.scope == scope.id) & (open_items.c.resource == resource)
    connection.execute(open_items.delete().where(of_kind, open_items.c.key == key))
    connection.execute(open_items.update().where(of_kind, open_items.c.key == was).values(key=key))


def close_superseded(database: Database, scope: Scope, keys: Iterable[RecordKey], run: int) -> None:
    """Close those of the items that were tried again whose rows now go under another key, or nowhere."""
    for chunk in chunked(keys, _AT_ONCE):
        with database.writing() as connection:
            for resource, of_resource in by_chunks(chunk):
                same = (open_items.c.resource == resource) & open_items.c.key.in_(of_resource)
                old = (open_items.c.scope == scope.id) & (open_items.c.run < run)
                connection.execute(open_items.delete().where(old & same))


def close_duplicates(database: Database, scope: Scope, run: int) -> None:
    """Close rows that had the key of another one, where this run met one row with that key and sent it."""
    beside = sa.func.length(sa.cast(open_items.c.row, sa.Text)) + len(" (row )")
    key = sa.func.substr(open_items.c.key, 1, sa.func.length(open_items.c.key) - beside)
    old = (open_items.c.scope == scope.id) & (open_items.c.resource == DUPLICATE) & (open_items.c.run < run)
    met = (records.c.scope == scope.id) & (records.c.seen == run) & records.c.fingerprint.is_not(None)
    with database.writing() as connection:
        if connection.execute(sa.select(open_items.c.key).where(old).limit(1)).first() is not None:
            connection.execute(open_items.delete().where(old & key.in_(sa.select(records.c.key).where(met))))


def close_unmet(database: Database, scope: Scope, run: int) -> None:
    """Close what a complete full read did not meet again: the source no longer has these rows."""
    with database.writing() as connection:
        unmet = (open_items.c.scope == scope.id) & (open_items.c.run < run)
        connection.execute(open_items.delete().where(unmet))


def _item(row: Row[Any]) -> OpenItem:
    return OpenItem(
        row.resource,
        row.key,
        row.row,
        {name: cell_of(value) for name, value in orjson.loads(row.source_row).items()},
        Status(row.status),
        problems_of(row.problems),
        row.fingerprint,
        datetime.fromisoformat(row.tried) if row.tried else None,
        problems_of(row.told),
        datetime.fromisoformat(row.first),
        datetime.fromisoformat(row.last),
    )


def _stored(problems: Iterable[Problem]) -> str:
    return to_kept_json([asdict(problem) for problem in problems]).decode()


def problems_of(stored: str) -> tuple[Problem, ...]:
    """Make problems again of what is kept of them."""
    return tuple(_problem(problem) for problem in orjson.loads(stored))


def cell_of(value: Any) -> Any:
    """Make a cell again of what `to_json` kept; a BadValue from before `items` has none."""
    if isinstance(value, dict) and value.keys() in ({"problem"}, {"problem", "items"}):
        return BadValue(_problem(value["problem"]), tuple(map(cell_of, value.get("items", ()))))
    return value


def _problem(data: dict[str, Any]) -> Problem:
    lead = Lead(data.get("lead", Lead.COLUMN))
    said = {name: understood(data[name]) for name in _SENTENCES if name in data}
    return Problem(**{**data, **said, "kind": ProblemKind(data["kind"]), "who": Who(data["who"]), "lead": lead})
