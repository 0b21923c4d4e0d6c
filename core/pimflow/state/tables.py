"""The tables of the state. A change of them raises SCHEMA_VERSION.

Version 2 added `memory`, version 3 `locks` and `bases`, version 4 `sent`, `changes`, `owners`, `identities`,
`claims`, `links` and `matches`, version 5 `groups_done` and `contested`; an older state gets the tables that it
lacks when it is opened.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 5

metadata = sa.MetaData()

about = sa.Table("about", metadata, sa.Column("schema_version", sa.Integer, nullable=False))

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("pipeline", sa.Text, nullable=False, index=True),
    sa.Column("started", sa.Text, nullable=False),
    sa.Column("finished", sa.Text),
    sa.Column("exit_code", sa.Integer),
    sa.Column("report", sa.Text),
    sa.Column("log", sa.Text),
)

# One row for each flow and target address: what was sent to another address is not known here.
scopes = sa.Table(
    "scopes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("flow", sa.Text, nullable=False),
    sa.Column("sink", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.UniqueConstraint("pipeline", "flow", "sink", "address"),
)

# On whose behalf a flow writes, where the project says who owns what.
owners = sa.Table(
    "owners",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
)

# Under which key a target has a record that a system knows by an id of its own, which never changes.
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("system", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("identities_of_key", "entity", "address", "folded"),
    sqlite_with_rowid=False,
)

# Which keys the records of a run claim, until all of them are known; empty between runs.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("claims_of_key", "scope", "folded"),
    sqlite_with_rowid=False,
)

# Which records claimed one key, so that none of them could have it: until a later run meets them with others.
contested = sa.Table(
    "contested",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("contested_of_key", "scope", "folded"),
    sqlite_with_rowid=False,
)

# What a person said of a record of a flow and one of its target under another key: that they are the same, or not.
links = sa.Table(
    "links",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("target_key", sa.Text, primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("decided", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# When a person has seen what of a flow its target has already.
matches = sa.Table(
    "matches",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("matched", sa.Text, nullable=False),
)

# Groups that are through, of pipelines that a person brings group by group; empty once all of them are.
groups_done = sa.Table(
    "groups_done",
    metadata,
    sa.Column("pipeline", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("finished", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# The columns ever sent of a record. Most records share one set, so it is kept once.
column_sets = sa.Table(
    "column_sets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("names", sa.Text, nullable=False, unique=True),
)

# `fingerprint` is null while a record has not settled; `seen` is the number of the last run that met its key.
records = sa.Table(
    "records",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary),
    sa.Column("columns", sa.Integer),
    sa.Column("seen", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("pipeline", sa.Text, primary_key=True),
    sa.Column("flow", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("updated", sa.Text, nullable=False),
)

# What the rows of a flow depended on, besides the source, when everything was read last.
bases = sa.Table(
    "bases",
    metadata,
    sa.Column("pipeline", sa.Text, primary_key=True),
    sa.Column("flow", sa.Text, primary_key=True),
    sa.Column("basis", sa.Text, nullable=False),
)

open_items = sa.Table(
    "open_items",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("source_row", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("problems", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary),
    sa.Column("first", sa.Text, nullable=False),
    sa.Column("last", sa.Text, nullable=False),
    sa.Column("tried", sa.Text),
    sa.Column("run", sa.Integer, nullable=False),
)

# What plugins keep about a target between runs; the right result never depends on it.
memory = sa.Table(
    "memory",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# One row for each pipeline that ever ran: `fencing` only rises; `run` and what follows tell of the holder, if any.
locks = sa.Table(
    "locks",
    metadata,
    sa.Column("pipeline", sa.Text, primary_key=True),
    sa.Column("fencing", sa.Integer, nullable=False),
    sa.Column("run", sa.Text),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("birth", sa.Text, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("beats", sa.Integer, nullable=False),
    sa.Column("beat", sa.Text, nullable=False),
)

# What was sent of a record last, and the source row that it came from: the values of two column sets, packed.
sent = sa.Table(
    "sent",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("header", sa.Integer, nullable=False),
    sa.Column("columns", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What each run changed: only the values that stood there before, packed. What came after stands in the next change of
# the record, or in `sent`.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run", sa.Integer, nullable=False, index=True),
    sa.Column("scope", sa.Integer, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("resource", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Index("changes_of_record", "scope", "key"),
)
