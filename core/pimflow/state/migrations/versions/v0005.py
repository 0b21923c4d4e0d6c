"""Version 5: groups that are through, and records that claimed one key together."""

from alembic import op

from pimflow.state.migrations.columns import number_key, text, text_key

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make `groups_done` and `contested`."""
    op.create_table(
        "groups_done",
        *map(text_key, ("pipeline", "by", "name")),
        *map(text, ("basis", "finished")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contested", number_key("scope"), text_key("id"), *map(text, ("folded", "name")), sqlite_with_rowid=False
    )
    op.create_index("contested_of_key", "contested", ["scope", "folded"])
