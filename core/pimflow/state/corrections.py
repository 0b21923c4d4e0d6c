"""What people corrected of single records of a source: each stands until the source has another value there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Row

from pimflow.answers import as_text
from pimflow.plain import to_json
from pimflow.sheets import as_cell
from pimflow.state.database import Database
from pimflow.state.records import Scope
from pimflow.state.server_tables import corrections
from pimflow.state.statements import upsert
from pimflow.state.tables import scopes


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell of a source that a person corrected.

    `key` is what people call the record, `known_by` the cells of the source by which it is found again. `found` is what
    the source had there, `becomes` what is sent in its place: both as text.
    """

    pipeline: str
    flow: str
    key: str
    column: str
    known_by: Mapping[str, str]
    found: str
    becomes: str
    made_by: str
    made: datetime

    def is_about(self, source_row: Mapping[str, Any]) -> bool:
        """Tell whether a row of the source is the one that was corrected, with the value that was found wrong."""
        same = all(as_text(as_cell(source_row.get(name))) == value for name, value in self.known_by.items())
        return same and as_cell(source_row.get(self.column)) == self.found


def keep(database: Database, correction: Correction) -> None:
    """Keep a correction, in place of an earlier one of the same cell."""
    known_by = to_json(dict(correction.known_by)).decode()
    row = {**asdict(correction), "known_by": known_by, "made": correction.made.isoformat()}
    with database.writing() as connection:
        upsert(connection, corrections, [row])


def remove(database: Database, gone: Collection[Correction]) -> int:
    """Forget corrections, as far as they stand as they are given; give the number of those that did."""
    number = 0
    with database.writing() as connection:
        for one in gone:
            same = [corrections.c[name] == getattr(one, name) for name in ("pipeline", "flow", "key", "column")]
            made = corrections.c.made == one.made.isoformat()
            number += connection.execute(corrections.delete().where(*same, made)).rowcount
    return number


def find(database: Database, pipeline: str | None = None, flow: str | None = None) -> list[Correction]:
    """Give what was corrected, by pipeline, flow and key."""
    query = sa.select(corrections).order_by(*corrections.primary_key.columns)
    if pipeline is not None:
        query = query.where(corrections.c.pipeline == pipeline)
    if flow is not None:
        query = query.where(corrections.c.flow == flow)
    with database.reading() as connection:
        return [_correction(row) for row in connection.execute(query)]


def of_scope(database: Database, scope: Scope) -> list[Correction]:
    """Give what was corrected in the source of the flow that writes there."""
    of_flow = (scopes.c.pipeline == corrections.c.pipeline) & (scopes.c.flow == corrections.c.flow)
    query = sa.select(corrections).join(scopes, of_flow).where(scopes.c.id == scope.id)
    with database.reading() as connection:
        return [_correction(row) for row in connection.execute(query)]


def _correction(row: Row[Any]) -> Correction:
    kept = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's way
    return Correction(
        **{**kept, "known_by": orjson.loads(kept["known_by"]), "made": datetime.fromisoformat(kept["made"])}
    )
