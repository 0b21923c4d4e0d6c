"""Version 2: what plugins keep about a target."""

from alembic import op

from pimflow.state.migrations.columns import text, text_key

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make `memory`."""
    op.create_table("memory", *map(text_key, ("address", "name", "key")), text("text"), sqlite_with_rowid=False)
