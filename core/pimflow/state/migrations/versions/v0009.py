"""Version 9: how far the runs of each server are, and which runs were of some records only."""

import sqlalchemy as sa
from alembic import op

from pimflow.state.migrations.columns import text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add `live` to `servers`, and `of_some` to `runs`."""
    op.add_column("servers", text("live", null=True))
    op.add_column("runs", sa.Column("of_some", sa.Boolean))
