"""Brings the tables of an older state to those of today, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from pimflow.state.tables import SCHEMA_VERSION, about, revision


def config_of(connection: Connection) -> Config:
    """Give what Alembic's commands need to work on a state."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, found: int) -> None:
    """Within the caller's transaction: migrate a state of version `found`; all or nothing.

    States before version 6 do not know of Alembic and get its mark first.
    """
    config = config_of(connection)
    command.stamp(config, revision(found), purge=True)
    command.upgrade(config, revision(SCHEMA_VERSION))
    connection.execute(about.update().values(schema_version=SCHEMA_VERSION))
