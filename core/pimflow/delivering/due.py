"""Open items that a run tries again although their source does not give them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pimflow.delivering.diff import tried_again
from pimflow.delivering.intake import ROW, Target
from pimflow.state import open_items
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.state.records import RecordKey


def due_items(database: Database, target: Target, under_way: Collection[RecordKey]) -> Iterator[OpenItem]:
    """Give what earlier runs left open and this one did not meet: what is due, and what people have answered since.

    Of the records that are under way a newer version goes already.
    """
    keys = {key for _, key in under_way}
    for item in open_items.of_earlier_runs(database, target.records.scope, target.rules.run):
        is_answered = item.resource != DUPLICATE and target.answers.concern(item.problems)
        goes = item.key in keys if item.resource == ROW else (item.resource, item.key) in under_way
        if not goes and (is_answered or tried_again(item, target.rules)):
            yield item
