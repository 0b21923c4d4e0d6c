"""Version 9: how far the runs of each server are."""

from alembic import op

from pimflow.state.migrations.columns import text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add `live` to `servers`."""
    op.add_column("servers", text("live", null=True))
