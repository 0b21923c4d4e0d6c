"""Properties of keys, stamps, pages and values, whatever they hold."""

import datetime as dt
import sqlite3
import tempfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow import Change, Run, Status, Window
from pimflow_erp.codecs import TEXT
from pimflow_sql import stamps
from pimflow_sql.connection import SqlConnection
from pimflow_sql.places import Place, Target
from pimflow_sql.sinks import SqlTableSink
from pimflow_sql.sources import SqlQuerySource

RUN = Run("run", "pipeline", dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
FILLED = TEXTS.filter(lambda text: text.strip() != "")
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - columns without zone
STAMPS = st.one_of(
    MOMENTS,
    st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    st.dates(dt.date(1971, 1, 1), dt.date(2100, 1, 1)),
    st.integers(0, 10**18).map(Decimal),
    MOMENTS.map(lambda moment: moment.isoformat(" ", "seconds")),
    MOMENTS.map(lambda moment: moment.isoformat("T", "milliseconds")),
)


@pytest.fixture(scope="module")
def place():
    """A folder for files that each example makes anew."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def made(place, *statements):
    path = place / "erp.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement, rows in statements:
            connection.executemany(statement, rows)
    return SqlConnection(url=f"sqlite:///{path}")


@given(st.lists(FILLED, min_size=1, max_size=4))
def test_a_key_of_any_texts_comes_back_in_parts(texts):
    names = tuple(f"k{number}" for number in range(len(texts)))
    places = {name: Place(name, TEXT) for name in names}
    found = Target("t", sa.table("t"), places, names, unique=True, only=True, uniques={})
    values = dict(zip(names, texts, strict=True))
    assert found.parts_of(found.key_of(values)) == values


@given(STAMPS, st.integers(0, 100_000))
def test_stamps_are_kept_and_move_in_the_right_direction(value, overlap):
    found = stamps.stamp(value, "changed")
    assert stamps.read(stamps.kept(found)) == found
    assert stamps.before(found, overlap) <= found
    assert stamps.after(found) > found
    assert stamps.like(found, found) is not None


@settings(max_examples=40, deadline=None)
@given(st.sets(st.tuples(FILLED, st.integers(-3, 3)), max_size=25), st.integers(1, 7))
def test_pages_of_any_size_give_each_record_once(place, keys, size):
    table = "CREATE TABLE t (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b))"
    connection = made(place, (table, [()]), ("INSERT INTO t VALUES (?, ?)", sorted(keys)))
    with connection.open() as session:
        _, *rows = SqlQuerySource(connection="erp", table="t", page_size=size).extract(session, Window())
    assert sorted(rows) == sorted(keys)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        FILLED.map(str.strip),
        st.fixed_dictionaries(
            {
                "name": TEXTS.filter(bool),
                "price": st.decimals(-(10**7), 10**7, places=2),
                "at": MOMENTS,
                "day": st.dates(),
                "raw": st.binary(max_size=20),
                "more": st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXTS, st.lists, max_leaves=5),
            }
        ),
        max_size=6,
    )
)
def test_whatever_is_written_reads_back_as_it_was_prepared(place, products):
    others = "price NUMERIC(10, 2), at DATETIME, day DATE, raw BLOB, more JSON"
    table = f"CREATE TABLE t (sku TEXT PRIMARY KEY, name TEXT, {others})"
    with made(place, (table, [()])).open() as session:
        writer = SqlTableSink(connection="erp", table="t").open(session, RUN)
        items = [item for sku, row in products.items() for item in writer.prepare({"sku": sku, **row})]
        outcomes = writer.load([Change(item, number, False, b"") for number, item in enumerate(items, 1)])
        assert {one.status for one in outcomes} <= {Status.CREATED}
        columns = ["name", "price", "at", "day", "raw", "more"]
        found = writer.current("t", [item.key for item in items], columns)
    wanted = {i.key: {name: i.payload[name] for name in columns if i.payload.get(name) is not None} for i in items}
    assert found == wanted
