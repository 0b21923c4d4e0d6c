"""Version 8: what a server keeps, and corrections."""

import sqlalchemy as sa
from alembic import op

from pimflow.state.migrations.columns import NUMBER, number, number_key, text, text_key

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of `server_tables`."""
    _access()
    _running()
    _attention()


def _access() -> None:
    op.create_table(
        "people",
        text_key("name"),
        *map(text, ("role", "password", "language")),
        sa.Column("active", sa.Boolean, nullable=False),
        text("created"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_ins", text_key("hash"), *map(text, ("person", "begun", "used", "ends")), sqlite_with_rowid=False
    )
    op.create_index("ix_sign_ins_person", "sign_ins", ["person"])
    op.create_table(
        "tokens",
        text_key("hash"),
        *map(text, ("name", "role", "made_by", "created")),
        text("used", null=True),
        text("ends", null=True),
        sqlite_with_rowid=False,
    )
    op.create_index("tokens_by_name", "tokens", ["name"], unique=True)


def _running() -> None:
    op.create_table(
        "requests",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        *map(text, ("pipeline", "kind", "what", "cause", "asked_by", "asked", "status", "server")),
        text("due", null=True),
        text("stopped"),
        *(text(name, null=True) for name in ("begun", "ended", "run")),
        number("exit_code", null=True),
        text("told"),
    )
    op.create_index("ix_requests_run", "requests", ["run"])
    op.create_index("requests_of_pipeline", "requests", ["pipeline", "number"])
    op.create_index("requests_by_status", "requests", ["status"])
    op.create_table("events", *map(text_key, ("hook", "id")), text("received"), sqlite_with_rowid=False)
    op.create_index("ix_events_received", "events", ["received"])
    op.create_table(
        "servers",
        text_key("name"),
        *map(text, ("host", "place")),
        number("pid"),
        *map(text, ("birth", "beat")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "schedules",
        *map(text_key, ("pipeline", "kind")),
        *map(text, ("cron", "since", "claimed")),
        text("paused", null=True),
        text("paused_by"),
        sqlite_with_rowid=False,
    )


def _attention() -> None:
    op.create_table(
        "corrections",
        *map(text_key, ("pipeline", "flow", "key", "column")),
        *map(text, ("known_by", "found", "becomes", "made_by", "made")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dismissals",
        number_key("scope"),
        *map(text_key, ("resource", "key")),
        *map(text, ("problems", "made_by", "made")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inquiries", *map(text_key, ("pipeline", "cause")), *map(text, ("made_by", "made")), sqlite_with_rowid=False
    )
