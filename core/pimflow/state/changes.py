"""What runs wrote into records, and what stood there before.

Of each record is kept what was sent last; each run adds only the values that it replaced. So a value is found going
back from the newest, and a record that rests takes no more room.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pimflow.plain import as_json, to_json
from pimflow.state.column_sets import ColumnSets
from pimflow.state.database import Database
from pimflow.state.open_items import cell_of
from pimflow.state.records import RecordKey, Scope, by_chunks
from pimflow.state.statements import put_rows
from pimflow.state.tables import changes, sent

_LONGEST_CELL = 4000
"""A cell of a source row is kept up to so many characters: it is shown to people, and never sent."""

_MEMORY = 4
"""Of zlib's nine levels: with more each compressor asks the system for its memory, which takes longer than its work."""

# Through the driver, as what is run for every record in `records`.
_ADD = "INSERT INTO changes (scope, resource, key, run, status, content) {values}"
_SENT = ("run", '"row"', "header", "columns", "content")
_KEEP_SENT = (
    f"INSERT INTO sent (scope, resource, key, {', '.join(_SENT)}) {{values}} ON CONFLICT (scope, key, resource) "
    f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _SENT)}"
)


class Deed(StrEnum):
    """What a run did to a record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote into one record.

    `source` is the row that it came from, empty where there was none. `before` is what the target had in these
    columns, None where it was not asked. `was` is the key that it had there, where the run gave it this one.
    """

    resource: str
    key: str
    deed: Deed
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    row: int = 0
    source: Mapping[str, Any] | None = None
    was: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent of a record last, in all: by which run, out of which row. Values have the form of JSON."""

    resource: str
    key: str
    run: int
    row: int
    source: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastChange:
    """What one run did to a record. `before` has the values that it replaced, `unknown` names those not known.

    `sent` has what was sent before of those that somebody else had changed since. `key` is the record's key of today;
    the run gave it the key `given` in place of `was`, both empty where it left the key alone.
    """

    number: int
    run: int
    resource: str
    key: str
    deed: Deed
    before: Mapping[str, Any]
    unknown: tuple[str, ...]
    sent: Mapping[str, Any]
    was: str = ""
    given: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that it changed."""
        return [*self.before, *self.unknown]


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A value that a run wrote where somebody else had changed what was `sent` last. Values have the form of JSON."""

    resource: str
    key: str
    column: str
    sent: Any
    theirs: Any
    now: Any


class Changes:
    """The history of one scope."""

    def __init__(self, scope: Scope, column_sets: ColumnSets) -> None:
        self._scope = scope
        self._column_sets = column_sets

    def keep(self, connection: Connection, written: Sequence[Written], run: int) -> list[Overwritten]:
        """Keep what a run wrote, within the caller's transaction; give what both sides had changed."""
        last = self.sent(connection, [(one.resource, one.key) for one in written if _needs_last(one)])
        past: list[tuple[Any, ...]] = []
        both: list[Overwritten] = []
        now: dict[RecordKey, tuple[Any, ...]] = {}
        for one in written:
            record = one.resource, one.key
            before = last.get(record)
            both += _overwritten(one, before)
            change = _change(one, before)
            if change is not None:
                past.append((self._scope.id, *record, run, str(one.deed), change))
            if change is not None or before is None or _is_other(one, before):
                now[record] = (self._scope.id, *record, run, *self._as_sent(connection, one, before))
        put_rows(connection, _ADD, past)
        put_rows(connection, _KEEP_SENT, list(now.values()))
        return both

    def rename(self, connection: Connection, renamed: Mapping[RecordKey, str]) -> None:
        """Within the caller's transaction: carry the history of records from the keys that they had to these."""
        for (resource, key), was in renamed.items():
            for table in (sent, changes):
                old = (table.c.scope == self._scope.id) & (table.c.resource == resource)
                if table is sent:
                    connection.execute(sent.delete().where(old, sent.c.key == key))
                connection.execute(table.update().where(old, table.c.key == was).values(key=key))

    def sent(self, connection: Connection, keys: Sequence[RecordKey]) -> dict[RecordKey, Sent]:
        """Give what was sent last of these records; those never written are left out."""
        found: dict[RecordKey, Sent] = {}
        for resource, chunk in by_chunks(keys):
            query = sa.select(sent).where(sent.c.scope == self._scope.id, sent.c.key.in_(chunk))
            for row in connection.execute(query.where(sent.c.resource == resource)):
                found[resource, row.key] = self._sent(connection, row)
        return found

    def sent_under(self, connection: Connection, key: str) -> list[Sent]:
        """Give what was sent last under a key, of each kind of record."""
        query = sa.select(sent).where(sent.c.scope == self._scope.id, sent.c.key == key).order_by(sent.c.resource)
        return [self._sent(connection, row) for row in connection.execute(query).all()]

    def past(self, connection: Connection, resource: str, key: str) -> list[PastChange]:
        """Give what runs did to a record, the latest first."""
        query = sa.select(changes).where(changes.c.scope == self._scope.id, changes.c.key == key)
        query = query.where(changes.c.resource == resource).order_by(changes.c.id.desc())
        return [_past(row) for row in connection.execute(query)]

    def of_run(self, connection: Connection, run: int, before: int | None, limit: int) -> list[PastChange]:
        """Give changes of a run, the latest first, those before the number `before`."""
        query = sa.select(changes).where(changes.c.run == run, changes.c.scope == self._scope.id)
        if before is not None:
            query = query.where(changes.c.id < before)
        return [_past(row) for row in connection.execute(query.order_by(changes.c.id.desc()).limit(limit))]

    def after(self, connection: Connection, change: PastChange) -> Mapping[str, Any] | None:
        """Give the values that a change left, in the columns it changed, as far as they are known.

        Of a record that was created, all that it has been given since; None of one that was created or deleted since.
        """
        (last,) = [one for one in self.sent_under(connection, change.key) if one.resource == change.resource]
        later = [one for one in self.past(connection, change.resource, change.key) if one.number > change.number]
        if any(one.deed is not Deed.UPDATED for one in later):
            return None
        values = dict(last.values)
        for one in later:  # the latest first
            values.update({**one.before, **one.sent})
            for name in one.unknown:
                values.pop(name, None)
        return values if change.deed is Deed.CREATED else {n: values[n] for n in change.columns if n in values}

    def _as_sent(self, connection: Connection, one: Written, before: Sent | None) -> tuple[int, int, int, bytes]:
        """Give what is kept of a record besides its run: row, header, columns and content."""
        values = one.values if one.deed is not Deed.UPDATED or before is None else {**before.values, **one.values}
        kept = before if before is not None and not one.source else one
        header, cells = self._column_sets.laid_out(connection, kept.source or {})
        columns, now = self._column_sets.laid_out(connection, values)
        return kept.row, header, columns, _packed([[_shortened(cell) for cell in cells], now])

    def _sent(self, connection: Connection, row: Row[Any]) -> Sent:
        source, values = _unpacked(row.content)
        header = sorted(self._column_sets.names(connection, row.header))
        columns = sorted(self._column_sets.names(connection, row.columns))
        return Sent(
            row.resource,
            row.key,
            row.run,
            row.row,
            dict(zip(header, map(cell_of, source), strict=True)),
            dict(zip(columns, values, strict=True)),
        )


def deeds_of_run(database: Database, run: int) -> Mapping[tuple[int, Deed], int]:
    """Count what a run did, by scope and kind of deed."""
    query = sa.select(changes.c.scope, changes.c.status, sa.func.count()).where(changes.c.run == run)
    with database.reading() as connection:
        rows = connection.execute(query.group_by(changes.c.scope, changes.c.status))
        return {(scope, Deed(status)): number for scope, status, number in rows}


def _needs_last(one: Written) -> bool:
    """Tell whether what was sent before matters: of a record that was made all there is stands in what was sent now."""
    return one.deed is not Deed.CREATED or not one.source


def _is_other(one: Written, last: Sent | None) -> bool:
    """Tell whether what was sent is not what was sent last, although the target had it already."""
    return last is not None and not (as_json(one.values).items() <= last.values.items())


def _change(one: Written, last: Sent | None) -> bytes | None:
    """Pack what a record had before; None where nothing of it was changed."""
    if one.deed is not Deed.UPDATED:
        before = last.values if last and one.deed is Deed.DELETED else {}
        return _packed([before, [], {}]) if before else _NOTHING_BEFORE
    values = as_json(one.values)
    if one.before is None:
        known = last.values if last else {}
        unknown = [name for name in values if name not in known]
    else:
        known, unknown = as_json(one.before), []
    rest = [name for name in values if name not in unknown]
    before = {name: known.get(name) for name in rest if known.get(name) != values[name]}
    ours = {name: last.values[name] for name in before if last and last.values.get(name, before[name]) != before[name]}
    renamed = [[one.was, one.key]] if one.was else []
    return _packed([before, unknown, ours, *renamed]) if before or unknown or renamed else None


def _overwritten(one: Written, last: Sent | None) -> Iterator[Overwritten]:
    """Find the values that both sides changed since they were sent, each to another one."""
    if one.deed is not Deed.UPDATED or one.before is None or last is None:
        return
    values, before = as_json(one.values), as_json(one.before)
    for name in [name for name in values if name in last.values]:
        sent, theirs, now = last.values[name], before.get(name), values[name]
        if sent not in (theirs, now) and theirs != now:
            yield Overwritten(one.resource, one.key, name, sent, theirs, now)


def _past(row: Row[Any]) -> PastChange:
    before, unknown, *more = _unpacked(row.content)  # what was sent was not kept at first, and keys only later
    sent = more[0] if more else {}
    was, given = more[1] if len(more) > 1 else ("", "")
    deed = Deed(row.status)
    return PastChange(row.id, row.run, row.resource, row.key, deed, before, tuple(unknown), sent, was, given)


def _packed(content: Any) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS, memLevel=_MEMORY)
    return packing.compress(to_json(content)) + packing.flush()


_NOTHING_BEFORE = _packed([{}, [], {}])


def _unpacked(content: bytes) -> Any:
    return orjson.loads(zlib.decompress(content, wbits=-zlib.MAX_WBITS))


def _shortened(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return f"({len(cell)} bytes)"
    if isinstance(cell, str) and len(cell) > _LONGEST_CELL:
        return f"{cell[:_LONGEST_CELL]}…"
    return cell
