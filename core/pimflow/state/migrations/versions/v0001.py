"""Version 1: runs, scopes, what was sent, cursors, and what needs attention."""

import sqlalchemy as sa
from alembic import op

from pimflow.state.migrations.columns import content, number, number_key, text, text_key

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table("about", sa.Column("schema_version", sa.Integer, nullable=False))
    op.execute("INSERT INTO about (schema_version) VALUES (1)")
    op.create_table(
        "runs",
        number("number", primary_key=True, autoincrement=True),
        text("id", unique=True),
        text("pipeline"),
        text("started"),
        text("finished", null=True),
        number("exit_code", null=True),
        text("report", null=True),
        text("log", null=True),
    )
    op.create_index("ix_runs_pipeline", "runs", ["pipeline"])
    op.create_table(
        "scopes",
        number("id", primary_key=True),
        *map(text, ("pipeline", "flow", "sink", "address")),
        sa.UniqueConstraint("pipeline", "flow", "sink", "address"),
    )
    _column_sets()
    op.create_table(
        "records",
        number_key("scope"),
        text_key("resource"),
        text_key("key"),
        content("fingerprint", null=True),
        number("columns", null=True),
        number("seen"),
        sqlite_with_rowid=False,
    )
    op.create_table("cursors", *map(text_key, ("pipeline", "flow", "address")), text("cursor"), text("updated"))
    op.create_table(
        "open_items",
        number_key("scope"),
        text_key("resource"),
        text_key("key"),
        number("row"),
        *map(text, ("source_row", "status", "problems", "told")),
        content("fingerprint", null=True),
        *map(text, ("first", "last")),
        text("tried", null=True),
        number("run"),
    )


def _column_sets() -> None:
    in_sqlite = op.get_bind().dialect.name == "sqlite"
    unique = [sa.UniqueConstraint("names")] if in_sqlite else []
    op.create_table("column_sets", number("id", primary_key=True), text("names"), *unique)
    if not in_sqlite:
        op.create_index("column_sets_of_names", "column_sets", [sa.text("md5(names)")], unique=True)
