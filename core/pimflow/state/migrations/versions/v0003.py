"""Version 3: the lock of a pipeline, and what the rows of a flow depended on."""

from alembic import op

from pimflow.state.migrations.columns import number, text, text_key

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make `locks` and `bases`."""
    op.create_table(
        "locks",
        text_key("pipeline"),
        number("fencing"),
        text("run", null=True),
        text("host"),
        text("place"),
        number("pid"),
        text("birth"),
        text("since"),
        number("beats"),
        text("beat"),
    )
    op.create_table("bases", text_key("pipeline"), text_key("flow"), text("basis"))
