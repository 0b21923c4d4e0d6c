"""Version 4: the history of values, owners, records known by their own id, and what people linked."""

import sqlalchemy as sa
from alembic import op

from pimflow.state.migrations.columns import content, number, number_key, text, text_key

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sent",
        number_key("scope"),
        text_key("key"),
        text_key("resource"),
        *map(number, ("run", "row", "header", "columns")),
        content("content"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "changes",
        number("id", primary_key=True),
        *map(number, ("run", "scope")),
        *map(text, ("key", "resource", "status")),
        content("content", null=True),
    )
    op.create_index("ix_changes_run", "changes", ["run"])
    op.create_index("changes_of_record", "changes", ["scope", "key"])
    op.create_table("owners", number_key("scope"), text("owner"))
    _identities()
    op.create_table(
        "links",
        number_key("scope"),
        text_key("key"),
        text_key("target_key"),
        sa.Column("same", sa.Boolean, nullable=False),
        text("decided"),
        sqlite_with_rowid=False,
    )
    op.create_table("matches", number_key("scope"), text("matched"))


def _identities() -> None:
    op.create_table(
        "identities",
        *map(text_key, ("entity", "address", "system", "id")),
        *map(text, ("key", "folded", "name")),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_of_key", "identities", ["entity", "address", "folded"])
    op.create_table(
        "claims", number_key("scope"), text_key("id"), *map(text, ("folded", "name")), sqlite_with_rowid=False
    )
    op.create_index("claims_of_key", "claims", ["scope", "folded"])
