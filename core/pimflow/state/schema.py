"""The version of the tables: made as they are today, or brought there from those of an older pimflow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.errors import StateError
from pimflow.state import server_tables  # noqa: F401 - they belong to all others
from pimflow.state.tables import SCHEMA_VERSION, about, alembic_version, metadata, revision


def create(connection: Connection) -> None:
    """Make all tables, within the caller's transaction."""
    metadata.create_all(connection)
    connection.execute(about.insert().values(schema_version=SCHEMA_VERSION))
    connection.execute(alembic_version.insert().values(version_num=revision(SCHEMA_VERSION)))


Transaction = Callable[[], AbstractContextManager[Connection]]


def bring_up_to_date(reading: Transaction, writing: Transaction, place: str) -> None:
    """Make the tables of an empty database, and migrate those of an older pimflow. Raises StateError."""
    with reading() as connection:
        if _version(connection) == SCHEMA_VERSION:
            return
    with writing() as connection:
        found = _version(connection)
        if found is None:
            _refuse_foreign(connection, place)
            create(connection)
        elif found > SCHEMA_VERSION:
            raise newer(place, found)
        elif found < SCHEMA_VERSION:
            from pimflow.state import migrating  # noqa: PLC0415 - Alembic takes half a second to load

            migrating.upgrade(connection, found)


def _version(connection: Connection) -> int | None:
    if not sa.inspect(connection).has_table(about.name):
        return None
    found: int = connection.execute(sa.select(about.c.schema_version)).scalar_one()
    return found


def _refuse_foreign(connection: Connection, place: str) -> None:
    """See that a database without a state has nothing else under its names. Raises StateError."""
    names = {table.name for table in metadata.sorted_tables}
    there = sorted(names.intersection(sa.inspect(connection).get_table_names()))
    if there:
        raise StateError(
            f"{place} is no state of pimflow, but has tables of other programs that are called as its own would be: "
            f"{', '.join(there)}. Nothing in it was overwritten. Give pimflow a database, or a schema, of its own"
        )


def newer(place: str, found: int) -> StateError:
    """Say that a state is of a pimflow to come."""
    return StateError(
        f"the state in {place} was written by a newer pimflow (schema {found}; this one knows {SCHEMA_VERSION}). "
        "Nothing in it was overwritten. Install that pimflow again, or name another state with --state"
    )
