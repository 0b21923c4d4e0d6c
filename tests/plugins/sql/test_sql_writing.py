"""Writing into tables: upserts, values, refusals that cost one record, deletions."""

from datetime import UTC, datetime

import pytest

from pimflow import Change, ConfigError, Expected, Item, Outlook, ProblemKind, Run, Severity, Status
from pimflow_sql.sinks import SqlTableSink

RUN = Run("run", "pipeline", datetime(2026, 1, 31, tzinfo=UTC))
PRODUCTS = (
    "CREATE TABLE products (sku VARCHAR(20) PRIMARY KEY, name VARCHAR(40) NOT NULL, ean VARCHAR(14) UNIQUE, "
    "price {number} CHECK (price >= 0), amount INTEGER, active BOOLEAN DEFAULT true NOT NULL, day DATE, at {moment})"
)


@pytest.fixture
def products(db):
    db.execute(PRODUCTS)
    return db


class Writing:
    """A sink at work: rows go in as they come out of the transforms."""

    def __init__(self, db, **options):
        self._open = db.connection().open()
        session = self._open.__enter__()
        self.session = session
        sink = SqlTableSink(connection="erp", **{"table": "products", **options})
        self.writer = sink.open(session, RUN)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._open.__exit__(*error)

    def items(self, *rows):
        return [item for row in rows for item in self.writer.prepare(row)]

    def load(self, *rows):
        changes = [Change(item, number, False, b"") for number, item in enumerate(self.items(*rows), 1)]
        return {one.key: one for one in self.writer.load(changes)}

    def statuses(self, *rows):
        return {key: one.status for key, one in self.load(*rows).items()}


def names(db, table="products", columns="sku, name"):
    return db.execute(f"SELECT {columns} FROM {table} ORDER BY 1")


def test_what_is_new_is_put_in_and_what_is_there_is_updated(products):
    with Writing(products) as writing:
        first = writing.statuses({"sku": "A", "name": "Mug", "price": "3.2"}, {"sku": "B", "name": "Jug"})
        second = writing.statuses({"sku": "A", "name": "Cup"}, {"sku": "C", "name": "Bowl", "price": 1})
    assert first == {"A": Status.CREATED, "B": Status.CREATED}
    assert second == {"A": Status.UPDATED, "C": Status.CREATED}
    assert [
        (sku, name, price and float(price)) for sku, name, price in names(products, columns="sku, name, price")
    ] == [
        ("A", "Cup", 3.2),
        ("B", "Jug", None),
        ("C", "Bowl", 1.0),
    ]


def test_an_update_needs_only_the_columns_that_it_brings(products):
    with Writing(products) as writing:
        writing.load({"sku": "A", "name": "Mug", "amount": 3})
        assert writing.statuses({"sku": "A", "amount": 4}) == {"A": Status.UPDATED}
        assert writing.statuses({"sku": "A", "amount": None}) == {"A": Status.UPDATED}
        assert writing.statuses({"sku": "A"}) == {"A": Status.UPDATED}
    assert names(products, columns="sku, name, amount") == [("A", "Mug", None)]


def test_what_somebody_else_put_in_meanwhile_is_updated(db):
    db.execute("CREATE TABLE products (sku VARCHAR(20) PRIMARY KEY, name TEXT)")
    with Writing(db) as writing:
        find = writing.session.fetch

        def find_then_wait(*words):
            found = find(*words)
            db.execute("INSERT INTO products (sku, name) VALUES ('A', 'theirs')")
            writing.session.fetch = find
            return found

        writing.session.fetch = find_then_wait
        assert writing.statuses({"sku": "A", "name": "ours"}) == {"A": Status.CREATED}
    assert names(db) == [("A", "ours")]


def test_a_bad_record_costs_itself_and_no_other(products):
    rows = [{"sku": f"S-{n:03}", "name": f"Mug {n}", "ean": f"{n:013}", "price": n} for n in range(200)]
    rows[17]["ean"] = rows[16]["ean"]
    rows[101]["price"] = -1
    rows[150].pop("name")
    with Writing(products) as writing:
        outcomes = writing.load(*rows)
        again = writing.load(*rows)
    refused = {key: one for key, one in outcomes.items() if one.status is not Status.CREATED}
    assert set(refused) == {"S-017", "S-101", "S-150"}
    assert {one.status for one in refused.values()} == {Status.REFUSED}
    assert products.execute("SELECT COUNT(*) FROM products") == [(197,)]
    assert {one.status for key, one in again.items() if key not in refused} == {Status.UPDATED}
    same, rule, empty = (refused[key].problems[0] for key in ("S-017", "S-101", "S-150"))
    assert (same.field, same.value, same.kind) == ("ean", "0000000000016", ProblemKind.DUPLICATE)
    assert same.reason == "another row of the table has the same already"
    assert rule.reason.startswith("it breaks a rule of the table")
    assert (empty.field, empty.reason) == ("name", "the table does not take a record without it")


@pytest.mark.parametrize(
    ("column", "cell", "kept", "reason"),
    [
        ("name", "x" * 41, None, "which has 41 characters; the column takes 40"),
        ("name", "a\0b", None, "which holds a sign that no database takes (NUL)"),
        ("price", "3.145", None, "which has 3 decimals; the column keeps 2"),
        ("price", "123456789", None, "which is too large for the column"),
        ("price", "abc", None, "which is no number"),
        ("price", "3.20", "3.2", None),
        ("amount", "1.5", None, "which is no whole number"),
        ("amount", "9" * 20, None, "which is too large for the column"),
        ("amount", True, "1", None),
        ("active", "yes", True, None),
        ("active", "perhaps", None, "which is neither yes (1) nor no (0)"),
        ("day", "31.01.2026", None, "which is no date such as 2026-01-31"),
        ("at", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00", None),
        ("at", "soon", None, "which is no date and time such as 2026-01-31 10:00:00"),
    ],
)
def test_a_value_that_does_not_fit_is_left_out_and_told(products, column, cell, kept, reason):
    with Writing(products) as writing:
        [item] = writing.items({"sku": "A", "name": "Mug", column: cell})
        assert [(one.field, one.value, one.reason) for one in item.problems] == (
            [(column, cell, reason)] if reason else []
        )
        assert item.payload.get(column) == (kept if reason is None else None)
        if column != "name":
            assert writing.statuses({"sku": "A", "name": "Mug", column: cell}) == {"A": Status.CREATED}
            assert writing.writer.current("products", ["A"], [column])["A"].get(column) == (
                kept if column != "active" else kept or True
            )


def test_every_type_reads_back_as_it_was_prepared(db):
    db.execute(
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, code CHAR(6), number DOUBLE PRECISION, zoned {zoned}, clock TIME, "
        "raw {bytes}, more {json}, big BIGINT)"
    )
    row = {
        "id": 7,
        "code": "0012",
        "number": "1.25",
        "zoned": "2026-01-31T12:00:00.5+02:00",
        "clock": "10:30",
        "raw": "AP8=",
        "more": {"a": [1, None, "é"]},
        "big": str(2**62),
    }
    with Writing(db, table="kinds") as writing:
        [item] = writing.items(row)
        assert item.problems == ()
        assert writing.statuses(row) == {"7": Status.CREATED}
        assert writing.writer.current("kinds", ["7"], list(item.payload)) == {"7": dict(item.payload)}
        [text] = writing.items({**row, "more": '{"a": [1, null, "é"]}'})
    assert text.payload == item.payload or db.kind == "mariadb"  # whose JSON is text


@pytest.mark.parametrize("value", ["007", "7", "seven", True, 7, ["007"]])
def test_a_column_of_json_keeps_texts_of_digits_and_truth_as_they_are(db, value):
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, more {json})")
    with Writing(db, table="notes") as writing:
        [item] = writing.items({"id": 1, "more": value})
        writing.load({"id": 1, "more": value})
        found = writing.writer.current("notes", ["1"], ["more"])["1"]["more"]
    assert (found, type(found)) == (item.payload["more"], type(item.payload["more"]))


def test_arrays_enumerations_and_uuids_of_postgresql(pg):
    pg.execute("CREATE TYPE size AS ENUM ('s', 'm')")
    pg.execute("CREATE TABLE kinds (id UUID PRIMARY KEY, tags TEXT[], sizes INTEGER[], size size)")
    key = "5b1f7a52-0c7e-4f1e-9d0a-2f5c1a7e9b01"
    with Writing(pg, table="kinds") as writing:
        row = {"id": key, "tags": "a, b", "sizes": [1, 2], "size": "m"}
        assert writing.statuses(row) == {key: Status.CREATED}
        found = writing.writer.current("kinds", [key], ["tags", "sizes", "size"])
        [bad] = writing.items({**row, "size": "xl"})
    assert found == {key: {"tags": ["a", "b"], "sizes": ["1", "2"], "size": "m"}}
    assert [one.reason for one in bad.problems] == ["the column takes s, m"]


def test_a_record_whose_reference_is_missing_waits_for_it(db):
    db.execute("CREATE TABLE groups (code VARCHAR(9) PRIMARY KEY)")
    db.execute("CREATE TABLE products (sku VARCHAR(9) PRIMARY KEY, group_code VARCHAR(9) REFERENCES groups (code))")
    with Writing(db) as writing:
        waiting = writing.load({"sku": "A", "group_code": "cups"}, {"sku": "B"})
        with Writing(db, table="groups") as groups:
            groups.load({"code": "cups"})
        assert waiting["A"].status is Status.WAITING
        assert waiting["A"].problems[0].reason == "the database has no such record yet"
        assert waiting["B"].status is Status.CREATED
        assert writing.statuses({"sku": "A", "group_code": "cups"}) == {"A": Status.CREATED}
        assert [one.status for one in writing.writer.delete("products", ["B", "never"])] == [Status.DELETED] * 2
    with Writing(db, table="groups") as groups:
        [kept] = groups.writer.delete("groups", ["cups"])
    assert (kept.status, kept.problems[0].reason) == (Status.REFUSED, "other rows of the database refer to it")


def test_a_key_of_two_columns_is_one_text(db):
    db.execute("CREATE TABLE texts (sku VARCHAR(9), locale VARCHAR(5), name TEXT, PRIMARY KEY (sku, locale))")
    with Writing(db, table="texts") as writing:
        rows = [{"sku": "A/1", "locale": locale, "name": locale} for locale in ("de_DE", "fr_FR")]
        assert writing.statuses(*rows) == {"A%2F1/de_DE": Status.CREATED, "A%2F1/fr_FR": Status.CREATED}
        assert writing.statuses({**rows[0], "name": "x"}) == {"A%2F1/de_DE": Status.UPDATED}
        assert writing.writer.current("texts", ["A%2F1/de_DE"], ["name"]) == {"A%2F1/de_DE": {"name": "x"}}
        assert [one.status for one in writing.writer.delete("texts", ["A%2F1/fr_FR"])] == [Status.DELETED]
    assert names(db, "texts", "sku, locale, name") == [("A/1", "de_DE", "x")]


def test_a_key_that_the_database_does_not_keep_unique_works_until_it_is_not(db):
    db.execute("CREATE TABLE products (sku VARCHAR(9), name TEXT)")
    with pytest.raises(ConfigError, match="has no primary key: name the columns"):
        Writing(db)
    with Writing(db, key_columns=["sku"]) as writing:
        assert writing.statuses({"sku": "A", "name": "Mug"}) == {"A": Status.CREATED}
        assert writing.statuses({"sku": "A", "name": "Cup"}) == {"A": Status.UPDATED}
        db.execute("INSERT INTO products VALUES ('A', 'twin')")
        twins = writing.load({"sku": "A", "name": "Jug"}, {"sku": "B", "name": "Jug"})
    assert twins["A"].status is Status.REFUSED
    assert twins["A"].problems[0].reason == "2 rows of the table have this key, and nobody can tell which is meant"
    assert names(db) == [("A", "Cup"), ("A", "twin"), ("B", "Jug")]


def test_columns_that_the_table_does_not_have_are_told_with_the_nearest_name(products):
    with Writing(products) as writing:
        told = writing.writer.check_columns(("sku", "nme", "price"))
        findings = list(writing.writer.check(Outlook("f", "s", {"sku": Expected(), "price": Expected()})))
        no_key = list(writing.writer.check(Outlook("f", "s", {"name": Expected()})))
    assert {name: problem.problem.reason for name, problem in told.items()} == {
        "nme": "the table products has no such column; did you mean 'name'"
    }
    assert [(one.severity, one.problem.field) for one in findings] == [(Severity.WARNING, "name")]
    assert [(one.severity, one.problem.field) for one in no_key] == [(Severity.FATAL, "sku")]


def test_a_table_that_is_not_there_is_told_with_the_nearest_name(products):
    with pytest.raises(ConfigError, match="has no table 'product'; did you mean 'products'"):
        Writing(products, table="product")
    with pytest.raises(ConfigError, match="enabled_column: table products has no column 'actve'; did you mean"):
        Writing(products, enabled_column="actve")


def test_computed_columns_and_numbered_rows_are_the_databases_own(pg):
    pg.execute(
        "CREATE TABLE products (id SERIAL PRIMARY KEY, sku TEXT UNIQUE NOT NULL, price NUMERIC, "
        "gross NUMERIC GENERATED ALWAYS AS (price * 1.2) STORED)"
    )
    with Writing(pg, key_columns=["sku"]) as writing:
        told = writing.writer.check_columns(("sku", "gross"))
        assert [problem.problem.reason for problem in told.values()] == ["the database computes it itself"]
        assert list(writing.writer.check(Outlook("f", "s", {"sku": Expected()}))) == []
        assert writing.statuses({"sku": "A", "price": 1}) == {"A": Status.CREATED}
    assert [float(gross) for (gross,) in names(pg, columns="gross")] == [1.2]


def test_a_table_of_another_schema_is_written(pg):
    pg.execute("CREATE SCHEMA shop", "CREATE TABLE shop.products (sku TEXT PRIMARY KEY)")
    with Writing(pg, table="shop.products") as writing:
        assert writing.statuses({"sku": "A"}) == {"A": Status.CREATED}
    with pg.connection(schema="shop").open() as session:
        sink = SqlTableSink(connection="erp", table="products")
        assert sink.open(session, RUN).current("products", ["A"], ["sku"]) == {"A": {"sku": "A"}}


def test_an_item_that_is_taken_out_of_use_keeps_its_row(products):
    with Writing(products, enabled_column="active") as writing:
        writing.load({"sku": "A", "name": "Mug"})
        item = Item("products", "A", {"active": False})
        assert [one.status for one in writing.writer.load([Change(item, 1, True, b"")])] == [Status.UPDATED]
        assert writing.writer.current("products", ["A"], ["active"]) == {"A": {"active": False}}
