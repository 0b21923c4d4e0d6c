"""Version 6: the versions are Alembic's; a table is there that some states of version 5 were made without."""

from alembic import op

from pimflow.state.migrations.columns import number_key, text, text_key

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make `contested` where it is missing."""
    op.create_table(
        "contested",
        number_key("scope"),
        text_key("id"),
        *map(text, ("folded", "name")),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index("contested_of_key", "contested", ["scope", "folded"], if_not_exists=True)
