"""The contract suites, on SQLite and on a PostgreSQL that really runs."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from pimflow import AccessError, ConfigError, LoginError, RemoteError, UnreachableError
from pimflow_sql.connection import SqlConnection
from pimflow_sql.sinks import SqlTableSink
from pimflow_sql.sources import SqlQuerySource
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

from .databases import PASSWORD, sqlite

LIVE = {}
SECRETS = [PASSWORD, "not-this-one"]
ARTICLES = (
    "CREATE TABLE articles (sku VARCHAR(20) PRIMARY KEY, name TEXT, price {number}, changed {moment}, more {json})",
    "INSERT INTO articles VALUES ('A-1', 'Mug', 3.20, '2024-05-01 10:00:00', '{\"a\": 1}')",
    "INSERT INTO articles VALUES ('A-2', 'Jug', NULL, '2024-05-01 09:55:00', NULL)",
    "INSERT INTO articles VALUES ('A-3', NULL, 1, '2024-05-01 10:00:00', NULL)",
    "CREATE TABLE products (sku VARCHAR(20) PRIMARY KEY, name TEXT NOT NULL, price {number}, tags {json}, at {moment})",
)
ROWS = [
    {"sku": "P-1", "name": "Mug"},
    {"sku": "P-2", "name": "Jug", "price": "3.20", "tags": ["a", "b"], "at": "2024-05-01 10:00:00"},
    {"sku": "P-3", "name": "Cup", "price": None},
]


@pytest.fixture(scope="module", autouse=True)
def _live(postgres, tmp_path_factory):
    LIVE["postgresql"], LIVE["sqlite"] = postgres.database(), sqlite(tmp_path_factory.mktemp("sqlite"))
    for db in LIVE.values():
        db.execute(*ARTICLES)


def options(kind, **other):
    return lambda _folder: {**LIVE[kind].options, **other}


def session(kind, **other):
    @contextmanager
    def opened():
        with SqlConnection(**options(kind)(None) | other).open() as found:
            yield found

    return opened


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with SqlConnection(url="postgresql://pim:not-this-one@127.0.0.1:9/erp").open() as found:
            yield found


def a_reader():
    return session("postgresql", url=LIVE["postgresql"].url.replace("pim@", "reader@"))()


def fill(folder, header, rows):
    """Put rows into a table of a file; the session is that of the suite, so the file is read through the options."""
    db = LIVE["sqlite"]
    columns = ", ".join(f"{name} TEXT" for name in header)
    with closing(sqlite3.connect(db.url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("DROP TABLE IF EXISTS filled")
        connection.execute(f"CREATE TABLE filled ({columns})")
        connection.executemany(f"INSERT INTO filled VALUES ({', '.join('?' * len(header))})", rows)
    return {"connection": "erp", "query": "SELECT * FROM filled ORDER BY rowid"}


test_connection = connection_suite(
    SqlConnection,
    options("postgresql"),
    failing={
        "a wrong password": Setup(options=options("postgresql", password="not-this-one"), raises=LoginError),
        "nobody there": Setup(
            options={"url": "postgresql://pim:not-this-one@127.0.0.1:9/erp", "timeout": 2}, raises=UnreachableError
        ),
    },
    secrets=SECRETS,
)
test_file = connection_suite(
    SqlConnection,
    options("sqlite"),
    failing={"no file": Setup(options={"url": "sqlite:////nowhere/erp.db"}, raises=RemoteError)},
)
test_table = source_suite(
    SqlQuerySource,
    {"connection": "erp", "table": "articles", "cursor": "changed", "key": "sku"},
    session=session("postgresql"),
    changed="changed",
    pages={"page_size": 1},
    parts={"partitions": 3, "page_size": 1},
    failing={
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
        "no such table": Setup(options={"connection": "erp", "table": "nope"}, raises=ConfigError),
    },
    secrets=SECRETS,
)
test_query = source_suite(
    SqlQuerySource,
    {"connection": "erp", "query": "SELECT * FROM articles ORDER BY sku", "cursor": "changed"},
    session=session("sqlite"),
    changed="changed",
    pages={"page_size": 1},
    fill=fill,
    failing={
        "no such column": Setup(options={"connection": "erp", "query": "SELECT x FROM articles"}, raises=ConfigError)
    },
)
test_paged_query = source_suite(
    SqlQuerySource,
    {"connection": "erp", "query": "SELECT * FROM articles", "page_by": ["sku"]},
    session=session("sqlite"),
    pages={"page_size": 1},
    parts={"partitions": 2, "page_size": 1},
)
test_sink = sink_suite(
    SqlTableSink,
    {"connection": "erp", "table": "products", "key_columns": ["sku"]},
    rows=ROWS,
    session=session("postgresql"),
    failing={
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
        "a user who may not": Setup(session=a_reader, raises=AccessError),
    },
    secrets=SECRETS,
)
test_sink_of_a_file = sink_suite(
    SqlTableSink, {"connection": "erp", "table": "products"}, rows=ROWS, session=session("sqlite")
)
