"""How the records of one flow stand, by the ids that their own system gave them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from pimflow.chunks import chunked
from pimflow.state.database import Database
from pimflow.state.records import Scope
from pimflow.state.tables import identities, open_items, records, runs

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Identified:
    """Whose records: those of one entity that one system has in one target."""

    entity: str
    system: str
    address: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record that settled: its id, its key in the target; `returned` where another flow has brought it back."""

    id: str
    key: str
    returned: bool


def latest_run(database: Database, pipeline: str) -> int:
    """Give the number of the run of a pipeline that was begun last, 0 where there was none."""
    query = sa.select(sa.func.max(runs.c.number)).where(runs.c.pipeline == pipeline)
    with database.reading() as connection:
        return connection.execute(query).scalar() or 0


def ids(database: Database, whose: Identified, keys: Collection[str]) -> dict[str, str]:
    """Give the ids of records by the keys that they have in the target."""
    found: dict[str, str] = {}
    with database.reading() as connection:
        for some in chunked(sorted(keys), _PAGE):
            query = sa.select(identities.c.key, identities.c.id).where(*_of(whose), identities.c.key.in_(some))
            found.update({row.key: row.id for row in connection.execute(query)})
    return found


def keys(database: Database, whose: Identified, ids: Collection[str]) -> dict[str, str]:
    """Give the keys that records have in the target by their ids."""
    found: dict[str, str] = {}
    with database.reading() as connection:
        for some in chunked(sorted(ids), _PAGE):
            query = sa.select(identities.c.id, identities.c.key).where(*_of(whose), identities.c.id.in_(some))
            found.update({row.id: row.key for row in connection.execute(query)})
    return found


def arrived(
    database: Database, scope: Scope, whose: Identified, back: Scope | None, since: int
) -> Iterator[list[Arrived]]:
    """Give what settled and has no open item, page by page, as far as a run since the number `since` met it.

    `back` is the scope of the flow that brings records back, under the same keys or their ids.
    """
    after = ""
    while True:
        query = _arrived(scope, whose, back, since).where(identities.c.id > after)
        with database.reading() as connection:
            page = connection.execute(query.order_by(identities.c.id).limit(_PAGE)).all()
        if not page:
            return
        yield [Arrived(row.id, row.key, bool(row.returned)) for row in page]
        after = page[-1].id


def _arrived(scope: Scope, whose: Identified, back: Scope | None, since: int) -> sa.Select[tuple[str, str, bool]]:
    came, other = records.alias("came"), records.alias("back")
    of_back = (other.c.scope == (back.id if back else -1)) & other.c.key.in_([identities.c.key, identities.c.id])
    returned = sa.exists().where(of_back, other.c.fingerprint.is_not(None))
    met = (came.c.seen >= since) | sa.exists().where(of_back, other.c.seen >= since)
    is_open = sa.exists().where(open_items.c.scope == scope.id, open_items.c.key == identities.c.key)
    return (
        sa.select(identities.c.id, identities.c.key, returned.label("returned"))
        .join(came, (came.c.scope == scope.id) & (came.c.key == identities.c.key))
        .where(*_of(whose), came.c.fingerprint.is_not(None), met, ~is_open)
        .distinct()
    )


def _of(whose: Identified) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        identities.c.entity == whose.entity,
        identities.c.system == whose.system,
        identities.c.address == whose.address,
    )
