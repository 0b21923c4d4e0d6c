"""A person corrects what the source says of one record: the cells are kept, and take the place of the source's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.errors import ConfigError
from pimflow.problems.causes import places
from pimflow.running.correcting import known_by
from pimflow.sentences import said
from pimflow.sheets import as_cell
from pimflow.state import corrections, open_items
from pimflow.state.changes import Changes
from pimflow.state.column_sets import ColumnSets
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE
from pimflow.words import did_you_mean


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What a source said last of one record of a flow, and how the record is found there again.

    `why_not` tells why no cell of it can be corrected here.
    """

    flow: Flow
    key: str
    cells: Mapping[str, Any]
    known_by: Mapping[str, str]
    why_not: str = ""


def source_row(assembly: Assembly, database: Database, flow: str, key: str) -> SourceRow | None:
    """Give what a source said last of a record: open, or sent. None where nothing is known of it."""
    for place in places(assembly, database):
        if place.flow.name == flow:
            found = open_items.under_keys(database, place.scope, [key])
            for item in sorted(found, key=lambda one: one.resource == DUPLICATE):
                return _row(place.flow, item.key, item.source_row, place.key, alone=item.resource != DUPLICATE)
            with database.reading() as connection:
                sent = Changes(place.scope, ColumnSets()).sent_under(connection, key)
            for one in sent:
                return _row(place.flow, one.key, one.source, place.key, alone=True)
    return None


def _row(flow: Flow, key: str, cells: Mapping[str, Any], column: str | None, *, alone: bool) -> SourceRow:
    known, identity = known_by(flow, cells, column), flow.config.identity or flow.source.identity
    why_not: str = ""
    if not known:
        why_not = said(
            "nothing tells its row apart in {source}; it has to be corrected there", source=said(flow.source.title)
        )
    elif not alone and identity not in known:
        why_not = said(
            "another row of {source} has the same key; one of the two has to be corrected there",
            source=said(flow.source.title),
        )
    return SourceRow(flow, key, cells, known, why_not)


def correct(
    assembly: Assembly, database: Database, row: SourceRow, cells: Mapping[str, str], person: str, now: datetime
) -> list[Correction]:
    """Keep what a person writes in place of cells of a source. Raises ConfigError where that cannot be."""
    if row.why_not:
        raise ConfigError(said("{key} cannot be corrected here: {reason}", key=row.key, reason=row.why_not))
    pipeline, given = assembly.pipeline.name, []
    for column, becomes in cells.items():
        if column not in row.cells:
            source, near = said(row.flow.source.title), did_you_mean(column, row.cells)
            raise ConfigError(said("{source} has no column {column!r}{near}", source=source, column=column, near=near))
        found = as_cell(row.cells[column])
        if becomes != found:
            known = dict(row.known_by)
            given.append(Correction(pipeline, row.flow.name, row.key, column, known, found, becomes, person, now))
    for one in given:
        corrections.keep(database, one)
    return given
