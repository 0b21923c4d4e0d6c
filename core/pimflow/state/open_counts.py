"""How much is open, for pages that show all pipelines."""

from __future__ import annotations

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.server_tables import dismissals
from pimflow.state.tables import open_items

_NUMBER = sa.func.count().label("number")
_SAME = ("scope", "resource", "key", "problems")


def open_by_scope(database: Database) -> dict[int, int]:
    """Count the items that are open and were not dismissed, by the id of their scope."""
    with database.reading() as connection:
        all_of_them = sa.select(open_items.c.scope, _NUMBER).group_by(open_items.c.scope)
        counts = {row.scope: row.number for row in connection.execute(all_of_them)}
        same = [getattr(dismissals.c, name) == getattr(open_items.c, name) for name in _SAME]
        shown = sa.select(dismissals.c.scope, _NUMBER).join(open_items, sa.and_(*same))
        for row in connection.execute(shown.group_by(dismissals.c.scope)):
            counts[row.scope] -= row.number
    return counts
