"""The tables of what a server keeps: who may sign in, what they asked for, when what is due; and corrections.

They belong to the state as all others do: a change of them raises SCHEMA_VERSION.
"""

from __future__ import annotations

import sqlalchemy as sa

from pimflow.state.tables import NUMBER, TEXT, metadata

# Who may sign in. `password` is a hash of argon2; `language` that of the pages, empty for the browser's own.
people = sa.Table(
    "people",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("role", TEXT, nullable=False),
    sa.Column("password", TEXT, nullable=False),
    sa.Column("language", TEXT, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# Who is signed in, by the hash of what their browser holds.
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("hash", TEXT, primary_key=True),
    sa.Column("person", TEXT, nullable=False, index=True),
    sa.Column("begun", TEXT, nullable=False),
    sa.Column("used", TEXT, nullable=False),
    sa.Column("ends", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# Tokens for programs, by their hash.
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("hash", TEXT, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("role", TEXT, nullable=False),
    sa.Column("made_by", TEXT, nullable=False),
    sa.Column("created", TEXT, nullable=False),
    sa.Column("used", TEXT),
    sa.Column("ends", TEXT),
    sa.Index("tokens_by_name", "name", unique=True),
    sqlite_with_rowid=False,
)

# Runs that somebody or something asked a server for. `kind` is changes, everything, only, retry, preview or apply;
# `what` is JSON: keys, plan, guards; `cause` is person, schedule, event or restart. `status` is waiting, running or
# ended; `due` is the time before which a waiting one is not begun; `stopped` names who had it stopped.
requests = sa.Table(
    "requests",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("pipeline", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("what", TEXT, nullable=False),
    sa.Column("cause", TEXT, nullable=False),
    sa.Column("asked_by", TEXT, nullable=False),
    sa.Column("asked", TEXT, nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("server", TEXT, nullable=False),
    sa.Column("due", TEXT),
    sa.Column("stopped", TEXT, nullable=False),
    sa.Column("begun", TEXT),
    sa.Column("ended", TEXT),
    sa.Column("run", TEXT, index=True),
    sa.Column("exit_code", NUMBER),
    sa.Column("told", TEXT, nullable=False),
    sa.Index("requests_of_pipeline", "pipeline", "number"),
    sa.Index("requests_by_status", "status"),
)

# Events that a server was told of, by the id that their sender gave them: what comes twice is known.
events = sa.Table(
    "events",
    metadata,
    sa.Column("hook", TEXT, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("received", TEXT, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# The servers that use the state; one whose `beat` is long ago, or whose process is known to be dead, is no more. `live`
# is JSON: how far the runs of its machine are, for the pages of the others.
servers = sa.Table(
    "servers",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("host", TEXT, nullable=False),
    sa.Column("place", TEXT, nullable=False),
    sa.Column("pid", NUMBER, nullable=False),
    sa.Column("birth", TEXT, nullable=False),
    sa.Column("beat", TEXT, nullable=False),
    sa.Column("live", TEXT),
    sqlite_with_rowid=False,
)

# One row for each schedule: `kind` is changes or everything; `claimed` is the time of the latest run that a server took
# on itself, so that no other one begins it too; `cron` are its times, met first at `since`.
schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("kind", TEXT, primary_key=True),
    sa.Column("cron", TEXT, nullable=False),
    sa.Column("since", TEXT, nullable=False),
    sa.Column("claimed", TEXT, nullable=False),
    sa.Column("paused", TEXT),
    sa.Column("paused_by", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# What a person corrected of one record of a source: it stands until the source has another value there. `known_by` is
# JSON: the cells of the source by which the record is found again.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("flow", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("column", TEXT, primary_key=True),
    sa.Column("known_by", TEXT, nullable=False),
    sa.Column("found", TEXT, nullable=False),
    sa.Column("becomes", TEXT, nullable=False),
    sa.Column("made_by", TEXT, nullable=False),
    sa.Column("made", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# Open items that a person wants to see no longer, as long as they have just these problems.
dismissals = sa.Table(
    "dismissals",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("resource", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("problems", TEXT, nullable=False),
    sa.Column("made_by", TEXT, nullable=False),
    sa.Column("made", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# Causes about which somebody has asked those who look after the source.
inquiries = sa.Table(
    "inquiries",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("cause", TEXT, primary_key=True),
    sa.Column("made_by", TEXT, nullable=False),
    sa.Column("made", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
