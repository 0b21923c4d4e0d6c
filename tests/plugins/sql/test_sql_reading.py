"""Reading tables and queries."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, RemoteError, Window
from pimflow_sql.sources import SqlQuerySource

ARTICLES = "CREATE TABLE articles (id INTEGER PRIMARY KEY, sku VARCHAR(20) NOT NULL, name TEXT, changed {moment})"


def source(**options):
    return SqlQuerySource(connection="erp", **options)


def read(db, found, window=None):
    with db.connection().open() as session:
        header, *rows = found.extract(session, window or found.window(session, None))
    return header, rows


def fill(db, number, *, start=1):
    rows = [{"id": n, "sku": f"A-{n:04}", "name": f"Mug {n}"} for n in range(start, start + number)]
    db.many("INSERT INTO articles (id, sku, name, changed) VALUES (:id, :sku, :name, '2024-05-01 10:00:00')", rows)


@pytest.fixture
def articles(db):
    db.execute(ARTICLES)
    return db


def test_a_table_is_read_page_by_page_in_the_order_of_its_key(articles):
    fill(articles, 25)
    header, rows = read(articles, source(table="articles", page_size=10))
    assert header == ("id", "sku", "name", "changed")
    assert [row[0] for row in rows] == list(range(1, 26))


def test_pages_need_one_call_each(articles):
    fill(articles, 50)
    found = source(table="articles", page_size=10, columns=["sku"])
    with articles.connection().open() as session:
        calls, fetch = [], session.fetch
        session.fetch = lambda *words: calls.append(1) or fetch(*words)
        header, *rows = found.extract(session, Window())
    assert (header, len(rows)) == (("sku",), 50)
    assert len(calls) <= 5 + 1  # and one to see that no key is empty, which only SQLite needs


def test_a_query_is_read_as_it_stands(articles):
    fill(articles, 12)
    query = "SELECT sku, name AS title FROM articles WHERE id <= :last ORDER BY id DESC;"
    header, rows = read(articles, source(query=query, parameters={"last": 3}, page_size=2))
    assert header == ("sku", "title")
    assert rows == [("A-0003", "Mug 3"), ("A-0002", "Mug 2"), ("A-0001", "Mug 1")]


def test_a_query_may_stand_in_a_file_and_end_with_a_comment(articles, tmp_path):
    fill(articles, 3)
    (tmp_path / "articles.sql").write_text("WITH a AS (SELECT * FROM articles)\nSELECT sku, id FROM a -- all\n")
    found = SqlQuerySource.model_validate(
        {"connection": "erp", "query_file": "articles.sql", "page_by": ["id"], "page_size": 2},
        context={"folder": tmp_path},
    )
    header, rows = read(articles, found)
    assert (header, len(rows)) == (("sku", "id"), 3)


def test_nothing_found_is_no_error(articles):
    for found in (
        source(table="articles"),
        source(query="SELECT sku FROM articles"),
        source(query="SELECT id FROM articles", page_by=["id"]),
    ):
        assert read(articles, found)[1] == []


def test_keys_of_several_columns_cut_pages_as_well(db):
    db.execute("CREATE TABLE texts (sku VARCHAR(9), locale VARCHAR(5), name TEXT, PRIMARY KEY (sku, locale))")
    wanted = [(f"A-{n}", locale) for n in range(1, 4) for locale in ("de", "en", "fr")]
    db.many("INSERT INTO texts VALUES (:s, :l, 'x')", [{"s": sku, "l": locale} for sku, locale in wanted])
    for columns in ((), ("name",)):
        _, rows = read(db, source(table="texts", columns=columns, page_size=2))
        assert len(rows) == 9
    assert [row[:2] for row in read(db, source(table="texts", page_size=4))[1]] == wanted


def test_a_key_that_does_not_tell_records_apart_is_refused(articles):
    fill(articles, 5)
    with pytest.raises(ConfigError, match=r"page_by: changed is the same in several records"):
        read(articles, source(table="articles", page_by=["changed"], page_size=2))
    articles.execute("UPDATE articles SET name = NULL WHERE id = 5")
    with pytest.raises(ConfigError, match=r"page_by: name is empty in some records"):
        read(articles, source(query="SELECT * FROM articles", page_by=["name"], page_size=2))


def test_records_that_come_and_go_while_pages_are_read_cost_no_others(articles):
    fill(articles, 30)
    found = source(table="articles", page_size=10)
    with articles.connection().open() as session:
        rows = iter(found.extract(session, Window()))
        ids = [next(rows)[0] for _ in range(11)][1:]
        articles.execute("DELETE FROM articles WHERE id IN (3, 12)")
        fill(articles, 1, start=31)
        ids += [row[0] for row in rows]
    assert ids == [n for n in range(1, 32) if n != 12]


def test_values_of_all_types_become_plain_cells(db):
    db.execute(
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, price {number}, day DATE, at {moment}, zoned {zoned}, "
        "raw {bytes}, more {json}, flag BOOLEAN, code CHAR(6), gone TEXT)"
    )
    zone = "" if db.kind == "mariadb" else "+02:00"
    stamped = f"'2024-05-01 10:00:00', '2024-05-01 12:00:00{zone}'"
    raw = "'\\x00ff'" if db.kind == "postgresql" else "x'00ff'"
    db.execute(
        f"INSERT INTO kinds VALUES (1, 3.20, '2024-05-01', {stamped}, {raw}, '{{\"a\": [1]}}', true, '00012', NULL)"
    )
    header, [row] = read(db, source(table="kinds"))
    cells = dict(zip(header, row, strict=True))
    wanted = {
        "sqlite": {
            "price": 3.2,
            "day": "2024-05-01",
            "at": "2024-05-01 10:00:00",
            "zoned": "2024-05-01 12:00:00+02:00",
            "more": '{"a": [1]}',
            "flag": 1,
            "code": "00012",
        },
        "mariadb": {
            "price": Decimal("3.20"),
            "day": dt.date(2024, 5, 1),
            "at": dt.datetime(2024, 5, 1, 10),  # noqa: DTZ001 - a column without zone
            "zoned": dt.datetime(2024, 5, 1, 12),  # noqa: DTZ001
            "more": '{"a": [1]}',
            "flag": 1,
            "code": "00012",
        },
        "postgresql": {
            "price": Decimal("3.20"),
            "day": dt.date(2024, 5, 1),
            "at": dt.datetime(2024, 5, 1, 10),  # noqa: DTZ001 - a column without zone
            "zoned": dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC),
            "more": {"a": [1]},
            "flag": True,
            "code": "00012 ",
        },
    }[db.kind]
    assert cells == {"id": 1, "raw": "AP8=", "gone": None, **wanted}


def test_arrays_spans_and_uuids_of_postgresql_are_plain(pg):
    pg.execute("CREATE TABLE kinds (id UUID PRIMARY KEY, tags TEXT[], span INTERVAL, at TIME, none NUMERIC, net INET)")
    key = "5b1f7a52-0c7e-4f1e-9d0a-2f5c1a7e9b01"
    pg.execute(f"INSERT INTO kinds VALUES ('{key}', '{{a,b}}', '90 minutes', '10:30', 'NaN', '10.0.0.1')")
    _, [row] = read(pg, source(table="kinds"))
    assert row[:4] == (key, ["a", "b"], "1:30:00", "10:30:00")
    assert isinstance(row[4], BadValue)
    assert row[5] == "10.0.0.1"


def test_discovery_tells_types_labels_samples_and_what_is_hot(db):
    db.execute(
        "CREATE TABLE stock (sku VARCHAR(9) PRIMARY KEY, amount INTEGER, price {number}, at {moment}, more {json})",
        "INSERT INTO stock (sku, amount) VALUES ('A-1', 7)",
    )
    if db.kind == "postgresql":
        db.execute("COMMENT ON COLUMN stock.amount IS 'In stock'")
    with db.connection().open() as session:
        fields = source(table="stock", hot=["amount"]).discover(session)
        of_query = source(query="SELECT sku, amount + 0.5 AS half FROM stock").discover(session)
    assert [(one.name, one.type, one.hot, one.sample) for one in fields] == [
        ("sku", "text", False, "A-1"),
        ("amount", "integer", True, 7),
        ("price", "number", False, None),
        ("at", "date and time", False, None),
        ("more", "text" if db.kind == "mariadb" else "mapping", False, None),
    ]
    assert fields[1].label == ("In stock" if db.kind == "postgresql" else "")
    assert [(one.name, one.type) for one in of_query] == [("sku", "text"), ("half", "number")]


def test_tables_are_counted_and_queries_only_where_they_are_paged(articles):
    fill(articles, 7)
    with articles.connection().open() as session:
        counts = [
            found.count(session, Window())
            for found in (
                source(table="articles"),
                source(query="SELECT * FROM articles"),
                source(query="SELECT * FROM articles", page_by=["id"]),
            )
        ]
    assert counts == [7, None, 7]


def test_keys_that_a_run_asks_for_are_bound_never_pasted(articles):
    fill(articles, 20)
    evil = "A-0002' OR '1'='1"
    written = "SELECT id, sku FROM articles WHERE (:every_key = 1 OR sku IN :keys)"
    for found in (
        source(table="articles", key="sku"),
        source(query="SELECT * FROM articles", key="sku"),
        source(query=written),
        source(query=written, page_by=["id"]),
    ):
        assert len(read(articles, found)[1]) == 20
        assert [row[1] for row in read(articles, found, Window(keys=("A-0007", evil)))[1]] == ["A-0007"]
    numbers = read(articles, source(table="articles", key="id"), Window(keys=("7", "x")))[1]
    assert [row[0] for row in numbers] == [7]


def test_a_source_cannot_write(articles):
    fill(articles, 2)
    writing = "DELETE FROM articles RETURNING id"
    if articles.kind == "postgresql":
        articles.execute("CREATE SEQUENCE numbers")
        writing = "SELECT nextval('numbers')"
    with pytest.raises(RemoteError, match="a source may not write"):
        read(articles, source(query=writing))
    assert articles.execute("SELECT COUNT(*) FROM articles") == [(2,)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"table": "artcles"}, "table: {title} has no table 'artcles'; did you mean 'articles'?"),
        (
            {"table": "articles", "columns": ["nme"]},
            "columns: table articles has no column 'nme'; did you mean 'name'?",
        ),
        (
            {"table": "articles", "cursor": "chnged"},
            "cursor: table articles has no column 'chnged'; did you mean 'changed'?",
        ),
        ({"query": "SELECT * FROM artcles"}, "query: {title} has no table 'artcles'; did you mean 'articles'?"),
        ({"query": "SELECT nme FROM articles"}, "query: {title} finds no column 'nme' there; did you mean 'name'?"),
        ({"query": "SELECT * FRM articles"}, "query: {title} does not understand: "),
        (
            {"query": "SELECT sku FROM articles", "page_by": ["idd"]},
            "query: {title} finds no column 'idd' there; did you mean 'id'?",
        ),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest_name(articles, options, told):
    with pytest.raises(ConfigError) as caught:
        read(articles, source(**options))
    title = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}[articles.kind]
    assert str(caught.value).startswith(told.format(title=title))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "expected one of"),
        ({"table": "a", "query": "SELECT 1"}, "expected one of"),
        ({"query": "SELECT 1", "columns": ["a"]}, "a query names its columns itself"),
        ({"query": "SELECT :company"}, "the query asks for :company"),
        ({"query": "SELECT * FROM a WHERE at >= :since"}, "name the column of the change"),
        ({"query": "SELECT * FROM a WHERE at >= :since", "cursor": "at"}, ":since is empty in a complete read"),
        ({"query": "SELECT * FROM a WHERE sku IN :keys"}, ":keys is empty unless a run asks for some"),
        ({"query": "SELECT :since", "parameters": {"since": 1}, "cursor": "a"}, "pimflow gives since itself"),
        ({"table": "a", "parameters": {"since": 1}}, "goes with a query"),
    ],
)
def test_options_that_do_not_go_together_are_refused_at_once(options, told):
    with pytest.raises(ValidationError, match=told):
        source(**options)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("UUID", "gen_random_uuid()"),
        ("BIGINT", "n + 5000000000"),
        ("NUMERIC(20, 5)", "n / 7.0"),
        ("TIMESTAMPTZ", "'2024-05-01'::timestamptz + n * interval '1.5 hours'"),
        ("TIMESTAMP", "'2024-05-01'::timestamp + n * interval '1 ms'"),
        ("DATE", "'2024-05-01'::date + n"),
        ("CHAR(12)", "'A ' || n"),
        ("BYTEA", "('x' || n)::bytea"),
        ("DOUBLE PRECISION", "n / 3.0"),
        ("INET", "'10.0.0.0'::inet + n"),
    ],
)
def test_keys_of_any_type_cut_pages(pg, kind, make):
    pg.execute(f"CREATE TABLE t (k {kind} PRIMARY KEY, n INTEGER)")
    pg.execute(f"INSERT INTO t SELECT {make}, n FROM generate_series(1, 23) n")
    for found in (source(table="t", page_size=5), source(query="SELECT * FROM t", page_by=["k"], page_size=5)):
        assert sorted(row[1] for row in read(pg, found)[1]) == list(range(1, 24))


def test_colons_of_casts_and_texts_are_no_parameters(pg):
    _, rows = read(pg, source(query="SELECT '10:30:00'::text AS at, 1::int AS n"))
    assert rows == [("10:30:00", 1)]


def test_json_in_cells_survives_the_state(pg):
    pg.execute(
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, more JSON)", "INSERT INTO kinds VALUES (1, '[1, {\"a\": null}]')"
    )
    _, [row] = read(pg, source(table="kinds"))
    assert json.dumps(row[1]) == '[1, {"a": null}]'


def parts_of(db, found, window=None):
    with db.connection().open() as session:
        parts = found.parts(session, window or Window())
        return parts, [list(found.extract(session, part)) for part in parts]


@pytest.mark.parametrize("asked", ["table", "query"])
def test_a_read_is_cut_into_ranges_of_keys_that_hold_each_record_once(articles, asked):
    fill(articles, 50)
    what = {"table": "articles"} if asked == "table" else {"query": "SELECT * FROM articles", "page_by": ["id"]}
    parts, tables = parts_of(articles, source(**what, partitions=4, page_size=5))
    assert [len(rows) - 1 for rows in tables] == [12, 13, 12, 13]
    assert sorted(row[0] for _, *rows in tables for row in rows) == list(range(1, 51))
    assert len({part.partition for part in parts}) == 4
    assert {rows[0] for rows in tables} == {("id", "sku", "name", "changed")}


def test_texts_and_times_cut_ranges_as_well(articles):
    fill(articles, 20)
    for column in ("sku", "changed"):
        articles.execute("UPDATE articles SET changed = '2024-05-02 10:00:00' WHERE id > 12")
        key = [column, "id"]
        _, tables = parts_of(articles, source(table="articles", page_by=key, partitions=3, page_size=2))
        assert sorted(row[0] for _, *rows in tables for row in rows) == list(range(1, 21)), column
    assert sum(len(rows) > 1 for rows in tables) == 2  # there are two times only


def test_no_part_is_smaller_than_a_page(articles):
    fill(articles, 20)
    found = source(table="articles", partitions=4)
    assert [len(rows) for rows in parts_of(articles, found)[1]] == [21]
    articles.execute("DELETE FROM articles")
    assert [len(rows) for rows in parts_of(articles, found)[1]] == [1]


def test_changes_are_cut_as_well(articles):
    fill(articles, 20)
    articles.execute("UPDATE articles SET changed = '2024-05-02 10:00:00' WHERE id > 12")
    found = source(table="articles", cursor="changed", partitions=2, page_size=4)
    with articles.connection().open() as session:
        window = found.window(session, found.cursor_at(dt.datetime(2024, 5, 2, 9, tzinfo=dt.UTC)))
    _, tables = parts_of(articles, found, window)
    assert [[row[0] for row in rows[1:]] for rows in tables] == [[13, 14, 15, 16], [17, 18, 19, 20]]


def test_keys_that_have_no_ranges_are_told(pg):
    pg.execute("CREATE TABLE blobs (id BYTEA PRIMARY KEY)")
    pg.many("INSERT INTO blobs VALUES (:id)", [{"id": bytes([n])} for n in range(9)])
    with pytest.raises(ConfigError, match=r"partitions: the key holds values of type \w+, by which no ranges are cut"):
        parts_of(pg, source(table="blobs", partitions=2, page_size=2))


def test_uuids_cut_ranges(pg):
    pg.execute("CREATE TABLE things (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), n INTEGER)")
    pg.many("INSERT INTO things (n) VALUES (:n)", [{"n": n} for n in range(30)])
    _, tables = parts_of(pg, source(table="things", partitions=3, page_size=5))
    assert len(tables) == 3
    assert sorted(row[1] for _, *rows in tables for row in rows) == list(range(30))


def test_partitions_want_a_key(articles):
    with pytest.raises(ValidationError, match="`partitions` are ranges of a key"):
        source(query="SELECT * FROM articles", partitions=2)
    articles.execute("CREATE TABLE heap (sku VARCHAR(9))")
    with pytest.raises(ConfigError, match="no primary key"):
        parts_of(articles, source(table="heap", partitions=2))
