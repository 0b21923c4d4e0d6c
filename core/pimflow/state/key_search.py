"""Keys that people know in part, or in other letters."""

from __future__ import annotations

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.tables import open_items, records


def like(database: Database, text: str, most: int) -> list[str]:
    """Give keys of records that begin with a text, whatever the case of its letters; else those that contain it."""
    asked = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if not asked:
        return []
    for pattern in (f"{asked}%", f"%{asked}%"):
        found = [
            sa.select(table.c.key).where(sa.func.lower(table.c.key).like(pattern, escape="\\"))
            for table in (records, open_items)
        ]
        with database.reading() as connection:
            keys = connection.execute(sa.union(*found).order_by("key").limit(most)).scalars().all()
        if keys:
            return list(keys)
    return []
