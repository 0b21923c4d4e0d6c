"""Open items that a run tries again although their source does not give them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pimflow.chunks import chunked
from pimflow.configuration.forms import FlowConfig
from pimflow.delivering.diff import tried_again
from pimflow.delivering.identification import Identification
from pimflow.delivering.intake import ROW, Target
from pimflow.model import Header
from pimflow.rows import CHUNK_ROWS, Chunk
from pimflow.state import corrections, numbers, open_items
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.state.records import RecordKey


def current_rows(items: Sequence[OpenItem], database: Database, target: Target, header: Header) -> Chunk:
    """Give the rows of open items, but for those of records that were met since: what the source gave then is newer."""
    old = target.identification.superseded(items) if target.identification is not None else []
    old += _numbered_since(items, database, target.config)
    current = [item for item in items if item not in old]
    return Chunk([item.row for item in current], [[*map(item.source_row.get, header)] for item in current])


def _numbered_since(items: Sequence[OpenItem], database: Database, config: FlowConfig) -> list[OpenItem]:
    """Give those that never came as far as a SKU, and whose record has one by now."""
    if config.sku is None or config.sku.from_ != "pimflow":
        return []
    rows = {item.key: item for item in items if item.resource == ROW}
    found = numbers.looked_up(database, rows)
    return [rows[one.record] for one in found if one.series == config.sku.series and one.record in rows]


def close_superseded(database: Database, target: Target, identification: Identification) -> None:
    """Close what earlier runs left open of records that this run met, under whatever key."""
    earlier = open_items.of_earlier_runs(database, target.records.scope, target.rules.run)
    for some in chunked(earlier, CHUNK_ROWS):
        old = identification.superseded(some)
        with database.writing() as connection:
            open_items.close(connection, target.records.scope, [(item.resource, item.key) for item in old])


def due_items(database: Database, target: Target, under_way: Collection[RecordKey]) -> Iterator[OpenItem]:
    """Give what earlier runs left open and this one did not meet: what is due, and what people answered or corrected.

    Of the records that are under way a newer version goes already.
    """
    keys = {key for _, key in under_way}
    given = corrections.of_scope(database, target.records.scope)
    for item in open_items.of_earlier_runs(database, target.records.scope, target.rules.run):
        is_answered = item.resource != DUPLICATE and (
            target.answers.concern(item.problems) or _was_corrected(item, given)
        )
        goes = item.key in keys if item.resource == ROW else (item.resource, item.key) in under_way
        if not goes and (is_answered or tried_again(item, target.rules)):
            yield item


def _was_corrected(item: OpenItem, given: Sequence[Correction]) -> bool:
    """Tell whether a person corrected a row since it was met last."""
    return any(one.is_about(item.source_row) and (item.last is None or one.made > item.last) for one in given)
