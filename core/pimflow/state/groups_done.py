"""Which groups of a pipeline are through, while it is brought group by group over several commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.statements import upsert
from pimflow.state.tables import groups_done


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A pipeline that is brought by a column, and how many of its groups are through."""

    by: str
    done: int


def under_way(database: Database, pipeline: str) -> UnderWay | None:
    """Tell by which column a pipeline is being brought; None where it is not."""
    query = sa.select(groups_done.c.by, sa.func.count()).where(groups_done.c.pipeline == pipeline)
    query = query.group_by(groups_done.c.by).order_by(sa.func.max(groups_done.c.finished).desc())
    with database.reading() as connection:
        found = connection.execute(query.limit(1)).first()
        return UnderWay(*found) if found else None


def names(database: Database, pipeline: str, by: str, basis: str) -> frozenset[str]:
    """Name the groups that are through. `basis` tells apart what their rows were made with, and where they went."""
    same = (groups_done.c.pipeline == pipeline) & (groups_done.c.by == by) & (groups_done.c.basis == basis)
    with database.reading() as connection:
        return frozenset(connection.execute(sa.select(groups_done.c.name).where(same)).scalars())


def keep(database: Database, pipeline: str, by: str, basis: str, name: str, now: datetime) -> None:
    """Note that a group is through. What was noted of another column, or on another basis, is forgotten."""
    same = (groups_done.c.by == by) & (groups_done.c.basis == basis)
    new = {"pipeline": pipeline, "by": by, "basis": basis, "name": name, "finished": now.isoformat()}
    with database.writing() as connection:
        connection.execute(groups_done.delete().where(groups_done.c.pipeline == pipeline, ~same))
        upsert(connection, groups_done, [new])


def forget(database: Database, pipeline: str) -> None:
    """Note that nothing of a pipeline is brought group by group any longer."""
    with database.writing() as connection:
        connection.execute(groups_done.delete().where(groups_done.c.pipeline == pipeline))
