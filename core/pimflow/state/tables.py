"""The tables of the state. A change of them raises SCHEMA_VERSION and adds a revision to `migrations`.

A fresh state gets them as they stand here. They are the same in both databases, but for three things: PostgreSQL is
told to compare texts byte by byte, as SQLite does, counts with eight bytes, and keeps long texts unique by their hash,
as its index takes no more than 2,700 bytes.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 9

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()

# The version of these tables: the number of the latest revision.
about = sa.Table("about", metadata, sa.Column("schema_version", sa.Integer, nullable=False))

# The same, in Alembic's own form.
alembic_version = sa.Table(
    "alembic_version",
    metadata,
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def revision(version: int) -> str:
    """Give the name of the revision that makes a version."""
    return f"{version:04}"


runs = sa.Table(
    "runs",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("id", TEXT, nullable=False, unique=True),
    sa.Column("pipeline", TEXT, nullable=False, index=True),
    sa.Column("started", TEXT, nullable=False),
    sa.Column("finished", TEXT),
    sa.Column("exit_code", NUMBER),
    sa.Column("report", TEXT),
    sa.Column("log", TEXT),
    sa.Column("of_some", sa.Boolean),
)

# One row for each flow and target address: what was sent to another address is not known here.
scopes = sa.Table(
    "scopes",
    metadata,
    sa.Column("id", NUMBER, primary_key=True),
    sa.Column("pipeline", TEXT, nullable=False),
    sa.Column("flow", TEXT, nullable=False),
    sa.Column("sink", TEXT, nullable=False),
    sa.Column("address", TEXT, nullable=False),
    sa.UniqueConstraint("pipeline", "flow", "sink", "address"),
)

# On whose behalf a flow writes, where the project says who owns what.
owners = sa.Table(
    "owners",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("owner", TEXT, nullable=False),
)

# Under which key a target has a record that a system knows by an id of its own, which never changes.
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("entity", TEXT, primary_key=True),
    sa.Column("address", TEXT, primary_key=True),
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("folded", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Index("identities_of_key", "entity", "address", "folded"),
    sqlite_with_rowid=False,
)

# Which keys the records of a run claim, until all of them are known; empty between runs.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("folded", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Index("claims_of_key", "scope", "folded"),
    sqlite_with_rowid=False,
)

# Which records claimed one key, so that none of them could have it: until a later run meets them with others.
contested = sa.Table(
    "contested",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("folded", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Index("contested_of_key", "scope", "folded"),
    sqlite_with_rowid=False,
)

# What a person said of a record of a flow and one of its target under another key: that they are the same, or not.
links = sa.Table(
    "links",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("target_key", TEXT, primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("decided", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# When a person has seen what of a flow its target has already.
matches = sa.Table(
    "matches",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("matched", TEXT, nullable=False),
)

# Groups that are through, of pipelines that a person brings group by group; empty once all of them are.
groups_done = sa.Table(
    "groups_done",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("by", TEXT, primary_key=True),
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("basis", TEXT, nullable=False),
    sa.Column("finished", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# The columns ever sent of a record. Most records share one set, so it is kept once.
column_sets = sa.Table(
    "column_sets",
    metadata,
    sa.Column("id", NUMBER, primary_key=True),
    sa.Column("names", TEXT, nullable=False),
    sa.UniqueConstraint("names").ddl_if("sqlite"),
)
sa.Index("column_sets_of_names", sa.func.md5(column_sets.c.names), unique=True).ddl_if("postgresql")

# `fingerprint` is null while a record has not settled; `seen` is the number of the last run that met its key.
records = sa.Table(
    "records",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("resource", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary),
    sa.Column("columns", NUMBER),
    sa.Column("seen", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("flow", TEXT, primary_key=True),
    sa.Column("address", TEXT, primary_key=True),
    sa.Column("cursor", TEXT, nullable=False),
    sa.Column("updated", TEXT, nullable=False),
)

# What the rows of a flow depended on, besides the source, when everything was read last.
bases = sa.Table(
    "bases",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("flow", TEXT, primary_key=True),
    sa.Column("basis", TEXT, nullable=False),
)

open_items = sa.Table(
    "open_items",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("resource", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("row", NUMBER, nullable=False),
    sa.Column("source_row", TEXT, nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("problems", TEXT, nullable=False),
    sa.Column("told", TEXT, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary),
    sa.Column("first", TEXT, nullable=False),
    sa.Column("last", TEXT, nullable=False),
    sa.Column("tried", TEXT),
    sa.Column("run", NUMBER, nullable=False),
)

# What plugins keep about a target between runs; the right result never depends on it.
memory = sa.Table(
    "memory",
    metadata,
    sa.Column("address", TEXT, primary_key=True),
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("text", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# One row for each pipeline that ever ran: `fencing` only rises; `run` and what follows tell of the holder, if any.
locks = sa.Table(
    "locks",
    metadata,
    sa.Column("pipeline", TEXT, primary_key=True),
    sa.Column("fencing", NUMBER, nullable=False),
    sa.Column("run", TEXT),
    sa.Column("host", TEXT, nullable=False),
    sa.Column("place", TEXT, nullable=False),
    sa.Column("pid", NUMBER, nullable=False),
    sa.Column("birth", TEXT, nullable=False),
    sa.Column("since", TEXT, nullable=False),
    sa.Column("beats", NUMBER, nullable=False),
    sa.Column("beat", TEXT, nullable=False),
)

# What was sent of a record last, and the source row that it came from: the values of two column sets, packed.
sent = sa.Table(
    "sent",
    metadata,
    sa.Column("scope", NUMBER, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("resource", TEXT, primary_key=True),
    sa.Column("run", NUMBER, nullable=False),
    sa.Column("row", NUMBER, nullable=False),
    sa.Column("header", NUMBER, nullable=False),
    sa.Column("columns", NUMBER, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What each run changed: only the values that stood there before, packed. What came after stands in the next change of
# the record, or in `sent`.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", NUMBER, primary_key=True),
    sa.Column("run", NUMBER, nullable=False, index=True),
    sa.Column("scope", NUMBER, nullable=False),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("resource", TEXT, nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Index("changes_of_record", "scope", "key"),
)

# Series of numbers that are given to records: what comes next in each of its sequences, told apart by `part`.
sequences = sa.Table(
    "sequences",
    metadata,
    sa.Column("series", TEXT, primary_key=True),
    sa.Column("part", TEXT, primary_key=True),
    sa.Column("next", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)

# The number that a record has for good, kept before anybody uses it. `free`: nobody else had it when that was asked.
numbers = sa.Table(
    "numbers",
    metadata,
    sa.Column("series", TEXT, primary_key=True),
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("record", TEXT, primary_key=True),
    sa.Column("number", TEXT, nullable=False),
    sa.Column("folded", TEXT, nullable=False),
    sa.Column("free", sa.Boolean, nullable=False),
    sa.Column("given", TEXT, nullable=False),
    sa.Index("numbers_by_number", "folded", unique=True),
    sqlite_with_rowid=False,
)
