"""Version 7: numbers that are given to records."""

import sqlalchemy as sa
from alembic import op

from pimflow.state.migrations.columns import number, text, text_key

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make `sequences` and `numbers`."""
    op.create_table("sequences", *map(text_key, ("series", "part")), number("next"), sqlite_with_rowid=False)
    op.create_table(
        "numbers",
        *map(text_key, ("series", "system", "record")),
        *map(text, ("number", "folded")),
        sa.Column("free", sa.Boolean, nullable=False),
        text("given"),
        sqlite_with_rowid=False,
    )
    op.create_index("numbers_by_number", "numbers", ["folded"], unique=True)
