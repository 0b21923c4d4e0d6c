"""Keys that people know in part, or in other letters."""

from __future__ import annotations

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.tables import open_items, records


def has(key: sa.ColumnElement[str], text: str, *, begin: bool = False) -> sa.ColumnElement[bool]:
    """Tell which keys contain a text, or begin with it, whatever the case of its letters."""
    asked = sa.func.lower(key)
    wanted = text.strip().lower()
    return asked.startswith(wanted, autoescape=True) if begin else asked.contains(wanted, autoescape=True)


def like(database: Database, text: str, most: int) -> list[str]:
    """Give keys of records that begin with a text, whatever the case of its letters; else those that contain it."""
    if not text.strip():
        return []
    for begin in (True, False):
        found = [sa.select(table.c.key).where(has(table.c.key, text, begin=begin)) for table in (records, open_items)]
        with database.reading() as connection:
            keys = connection.execute(sa.union(*found).order_by("key").limit(most)).scalars().all()
        if keys:
            return list(keys)
    return []
