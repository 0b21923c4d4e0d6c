"""Open items that a run tries again although their source does not give them."""

from __future__ import annotations

from collections.abc import Container, Iterator

from pimflow.diff import tried_again
from pimflow.intake import Target
from pimflow.state import open_items
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem


def due_items(database: Database, target: Target, under_way: Container[str]) -> Iterator[OpenItem]:
    """Give what earlier runs left open and this one did not meet: what is due, and what people have answered since.

    Of the keys that are under way a newer version goes already.
    """
    for item in open_items.of_earlier_runs(database, target.records.scope, target.rules.run):
        is_answered = item.resource != DUPLICATE and target.answers.concern(item.problems)
        if item.key not in under_way and (is_answered or tried_again(item, target.rules)):
            yield item
