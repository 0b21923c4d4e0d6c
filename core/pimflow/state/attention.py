"""What is open, many items at a time; what people dismissed of it, and about what they have asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pimflow.model import Problem, Status
from pimflow.state import open_items as items
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import RecordKey, Scope
from pimflow.state.server_tables import dismissals, inquiries
from pimflow.state.statements import upsert
from pimflow.state.tables import open_items

_AT_ONCE = 2000
Position = RecordKey
"""Resource and key of an item: those after it are later in order."""
BEFORE_ALL: Position = ("", "")


@dataclass(frozen=True, slots=True)
class Alike:
    """Items of one sink that have just the same problems: `text` is these as they are kept.

    `keys` are key and row of the first of them; `since` and `last` when one was met first, and last.
    """

    text: str
    status: Status
    problems: tuple[Problem, ...]
    count: int
    keys: tuple[tuple[str, int], ...]
    since: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asked those who look after the source about a cause, and when."""

    made_by: str
    made: datetime


def alike(database: Database, scope: Scope, most_keys: int) -> list[Alike]:
    """Give what is open in a scope and was not dismissed, items with the same problems together.

    It is counted here: the database would sort all of it by its problems, which takes three times as long.
    """
    columns = [open_items.c[name] for name in ("problems", "status", "key", "row", "first", "last")]
    query = sa.select(*columns).where(open_items.c.scope == scope.id, ~_is_dismissed())
    found: dict[tuple[str, str], _Group] = {}
    with database.reading() as connection:
        rows = connection.execute(
            query.order_by(open_items.c.resource, open_items.c.key), execution_options={"stream_results": True}
        )
        for some in rows.partitions(_AT_ONCE):
            for problems, status, *item in some:
                found.setdefault((problems, status), _Group(most_keys)).take(*item)
    return [_alike(text, Status(status), group) for (text, status), group in found.items()]


@dataclass(slots=True)
class _Group:
    most_keys: int
    count: int = 0
    since: str = ""
    last: str = ""
    keys: list[tuple[str, int]] = field(default_factory=list)

    def take(self, key: str, row: int, first: str, last: str) -> None:
        self.count += 1
        self.since = min(self.since or first, first)
        self.last = max(self.last, last)
        if len(self.keys) < self.most_keys:
            self.keys.append((key, row))


def _alike(text: str, status: Status, group: _Group) -> Alike:
    since, last = datetime.fromisoformat(group.since), datetime.fromisoformat(group.last)
    return Alike(text, status, items.problems_of(text), group.count, tuple(group.keys), since, last)


def with_problems(
    database: Database, scope: Scope, texts: Collection[str], after: Position = BEFORE_ALL, limit: int | None = None
) -> Iterator[OpenItem]:
    """Give the items, not dismissed, whose problems are among these `texts`, in order, behind a position."""
    wanted, given = set(texts), 0
    while True:
        page = _page(database, scope, after)
        chosen = [(row.resource, row.key) for row in page if row.problems in wanted]
        for some in (chosen[start : start + 500] for start in range(0, len(chosen), 500)):
            found = items.of_keys(database, scope, some)
            for record in some:
                if record in found:
                    yield found[record]
                    given += 1
                if given == limit:
                    return
        if len(page) < _AT_ONCE:
            return
        after = (page[-1].resource, page[-1].key)


def _page(database: Database, scope: Scope, after: Position) -> Sequence[Any]:
    order = (open_items.c.resource, open_items.c.key)
    later = sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after))
    query = sa.select(*order, open_items.c.problems).where(open_items.c.scope == scope.id, later, ~_is_dismissed())
    with database.reading() as connection:
        return connection.execute(query.order_by(*order).limit(_AT_ONCE)).all()


def _is_dismissed() -> sa.ColumnElement[bool]:
    """Tell whether a person has dismissed an item as it is: with other problems it is another one."""
    same = [getattr(dismissals.c, name) == getattr(open_items.c, name) for name in ("scope", "resource", "key")]
    return sa.exists().where(*same, dismissals.c.problems == open_items.c.problems)


def dismiss(database: Database, scope: Scope, records: Iterable[RecordKey], person: str, now: datetime) -> int:
    """Dismiss what is open of these records as it is now; give the number of items."""
    of_record = sa.tuple_(open_items.c.resource, open_items.c.key).in_(sorted(records))
    query = sa.select(open_items.c.resource, open_items.c.key, open_items.c.problems)
    with database.writing() as connection:
        found = connection.execute(query.where(open_items.c.scope == scope.id, of_record)).all()
        made = {"scope": scope.id, "made_by": person, "made": now.isoformat()}
        upsert(connection, dismissals, [{**row._mapping, **made} for row in found])  # noqa: SLF001 - SQLAlchemy's way
    return len(found)


def dismissed(database: Database, scope: Scope) -> list[RecordKey]:
    """Give the records of which something open was dismissed, and is still so."""
    query = sa.select(open_items.c.resource, open_items.c.key).where(open_items.c.scope == scope.id, _is_dismissed())
    with database.reading() as connection:
        return [(row.resource, row.key) for row in connection.execute(query)]


def take_back(database: Database, scope: Scope) -> int:
    """Show again what was dismissed of a scope; give the number of records."""
    with database.writing() as connection:
        return connection.execute(dismissals.delete().where(dismissals.c.scope == scope.id)).rowcount


def forget_closed(database: Database, scope: Scope) -> None:
    """Forget what was dismissed and is open no longer: should it happen again, that is news."""
    same = [getattr(open_items.c, name) == getattr(dismissals.c, name) for name in ("scope", "resource", "key")]
    closed = (dismissals.c.scope == scope.id) & ~sa.exists().where(*same)
    with database.reading() as connection:
        if connection.execute(sa.select(dismissals.c.key).where(closed).limit(1)).first() is None:
            return
    with database.writing() as connection:
        connection.execute(dismissals.delete().where(closed))


def ask(database: Database, pipeline: str, cause: str, person: str, now: datetime) -> None:
    """Note that somebody has asked about a cause."""
    row = {"pipeline": pipeline, "cause": cause, "made_by": person, "made": now.isoformat()}
    with database.writing() as connection:
        upsert(connection, inquiries, [row])


def asked(database: Database, pipeline: str) -> dict[str, Inquiry]:
    """Give who has asked about which causes of a pipeline."""
    with database.reading() as connection:
        found = connection.execute(sa.select(inquiries).where(inquiries.c.pipeline == pipeline))
        return {row.cause: Inquiry(row.made_by, datetime.fromisoformat(row.made)) for row in found}
