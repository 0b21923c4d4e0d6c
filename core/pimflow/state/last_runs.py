"""When pipelines last ran well."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.history import OF_SOME, PastRun, find_run
from pimflow.state.tables import runs

_FAILED = 2
"""No run with this exit code or a higher one went well."""


def pipelines(database: Database) -> list[str]:
    """Name the pipelines that ever ran."""
    with database.reading() as connection:
        return list(connection.execute(sa.select(runs.c.pipeline).distinct().order_by(runs.c.pipeline)).scalars())


def last_run(database: Database, pipeline: str, fits: Callable[[PastRun], bool]) -> PastRun | None:
    """Give the latest run of a pipeline, of all records, that ended with a report, may have gone well, and `fits`."""
    ended = (runs.c.pipeline == pipeline) & ~OF_SOME & runs.c.report.is_not(None) & (runs.c.exit_code < _FAILED)
    with database.reading() as connection:
        found = connection.execute(sa.select(runs.c.id).where(ended).order_by(runs.c.number.desc())).scalars()
        past_runs = (find_run(database, run_id) for run_id in found)
        return next((one for one in past_runs if one is not None and fits(one)), None)
