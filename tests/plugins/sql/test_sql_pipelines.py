"""Pipelines from YAML through the command line, from one database into another."""

import json
import subprocess
import sys

import pytest

from pimflow.cli import main

ARTICLES = (
    "CREATE TABLE articles (id INTEGER PRIMARY KEY, sku VARCHAR(20), title TEXT, price {number}, stock INTEGER, "
    "changed {moment})"
)
PRODUCTS = (
    "CREATE TABLE products (sku VARCHAR(20) PRIMARY KEY, name VARCHAR(40) NOT NULL, price {number}, "
    "active BOOLEAN DEFAULT true NOT NULL)"
)
PIPELINE = """\
version: 1
connections:
  erp: %(erp)s
  shop: %(shop)s
flows:
  products:
    source: {type: sql.query, connection: erp, table: articles, cursor: changed, key: sku}
    transforms:
      - map: {sku: sku, name: title, price: price}
    sink: {type: sql.table, connection: shop, table: products, key_columns: [sku], enabled_column: active}
    %(more)s
"""


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*words, code=0):
        monkeypatch.setattr(sys, "argv", ["pimflow", *map(str, words)])
        ended = 0
        try:
            main()
        except SystemExit as end:
            ended = end.code or 0
        printed = capsys.readouterr()
        assert ended == code, printed.out + printed.err
        return printed.out + printed.err

    return run


@pytest.fixture
def pipeline(db, tmp_path, command):
    db.execute(ARTICLES)
    db.execute(PRODUCTS)
    return Pipeline(db, tmp_path / "pipeline.yaml", command)


class Pipeline:
    def __init__(self, db, file, command):
        self.db, self.file, self._command = db, file, command
        self.write()

    def write(self, more="", **databases):
        ends = {"erp": self.db.yaml(), "shop": self.db.yaml(), **databases}
        self.file.write_text(PIPELINE % {**ends, "more": more}, "utf-8")

    def put(self, *numbers, changed="2024-05-01 10:00:00", **values):
        for n in numbers:
            row = {"sku": f"A-{n}", "title": f"Mug {n}", "price": 3.2, **values}
            self.db.many(
                "INSERT INTO articles (id, sku, title, price, changed) VALUES (:id, :sku, :title, :price, :changed)",
                [{"id": n, "changed": _stamp(self.db, changed), **row}],
            )

    def run(self, *words, code=0):
        return self._command("run", self.file, *words, code=code)

    def counts(self, *words, code=0):
        [flow] = json.loads(self.run("--json", *words, code=code))["flows"]
        return flow["read"], {name: n for name, n in flow["counts"].items() if n}

    def command(self, *words, code=0):
        return self._command(words[0], self.file, *words[1:], code=code)

    def products(self):
        return self.db.execute("SELECT sku, name, active FROM products ORDER BY sku")


def _stamp(db, text):
    if db.kind == "sqlite":
        return text
    import datetime as dt

    return dt.datetime.fromisoformat(text)


def test_a_second_run_reads_what_changed_and_writes_nothing(pipeline):
    pipeline.put(1, 2, changed="2024-05-01 08:00:00")
    pipeline.put(3)
    assert pipeline.counts() == (3, {"created": 3})
    assert pipeline.counts() == (1, {"unchanged": 1})
    pipeline.db.execute("UPDATE articles SET title = 'Cup', changed = '2024-05-01 11:00:00' WHERE id = 1")
    assert pipeline.counts() == (2, {"updated": 1, "unchanged": 1})
    assert pipeline.products() == [("A-1", "Cup", 1), ("A-2", "Mug 2", 1), ("A-3", "Mug 3", 1)]
    assert pipeline.counts("--only", "A-2") == (1, {"unchanged": 1})


def test_a_table_is_read_in_parts_at_the_same_time(pipeline):
    pipeline.file.write_text(pipeline.file.read_text().replace("key: sku}", "key: sku, partitions: 4, page_size: 5}"))
    pipeline.put(*range(1, 41))
    assert pipeline.counts() == (40, {"created": 40})
    assert pipeline.counts("--full") == (40, {"unchanged": 40})
    assert pipeline.counts("--only", "A-2") == (1, {"unchanged": 1})
    assert len(pipeline.products()) == 40


def test_a_record_that_is_refused_arrives_by_itself_once_it_is_mended(pipeline):
    pipeline.put(1)
    pipeline.put(2, title="x" * 50)
    assert pipeline.counts() == (2, {"created": 1, "refused": 1})
    text = pipeline.command("problems")
    assert "has 50 characters; the column takes 40" in text
    pipeline.db.execute("UPDATE articles SET title = 'Jug', changed = '2024-05-02 10:00:00' WHERE id = 2")
    assert pipeline.counts()[1]["created"] == 1
    assert pipeline.products()[1][:2] == ("A-2", "Jug")


@pytest.mark.parametrize(
    ("wanted", "left"),
    [("disable", [("A-1", "Mug 1", 1), ("A-2", "Mug 2", 0)]), ("delete", [("A-1", "Mug 1", 1)])],
)
def test_missing_records_are_taken_out_of_use_or_deleted(pipeline, wanted, left):
    pipeline.write(f"on_missing: {wanted}\n    guards: {{max_missing: 60%}}")
    pipeline.put(1, 2)
    pipeline.run("--full")
    pipeline.db.execute("DELETE FROM articles WHERE id = 2")
    pipeline.run("--full")
    assert pipeline.products() == left


def test_undo_puts_back_what_stood_there(pipeline, command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    pipeline.db.execute("INSERT INTO products (sku, name) VALUES ('A-1', 'before')")
    pipeline.put(1)
    pipeline.run()
    assert pipeline.products() == [("A-1", "Mug 1", 1)]
    command("undo", "last", "--yes")
    assert pipeline.products() == [("A-1", "before", 1)]


def test_a_plan_compares_with_the_table_and_writes_nothing(pipeline):
    pipeline.put(1, 2)
    pipeline.db.execute("INSERT INTO products (sku, name, price) VALUES ('A-1', 'Mug 1', 3.2)")
    assert "1 new" in pipeline.command("plan")
    assert len(pipeline.products()) == 1


def test_wrong_names_end_the_run_with_the_nearest_ones(pipeline):
    text = pipeline.file.read_text("utf-8")
    pipeline.file.write_text(text.replace("table: articles", "table: artikles"), "utf-8")
    assert "has no table 'artikles'; did you mean 'articles'?" in pipeline.run(code=2)
    pipeline.file.write_text(text.replace("name: title", "nme: title"), "utf-8")
    told = pipeline.command("check", code=2)
    assert "the table products has no such column; did you mean 'name'" in told


@pytest.mark.parametrize("verb", ["check", "run", "plan"])
def test_a_table_to_write_that_is_not_there_is_told_with_its_line(pipeline, verb):
    text = pipeline.file.read_text("utf-8").replace("table: products", "table: product")
    pipeline.file.write_text(text, "utf-8")
    line = next(number for number, told in enumerate(text.splitlines(), 1) if "sink:" in told)
    told = pipeline.command(verb, code=2)
    assert f"{pipeline.file}:{line}: flows.products.sink: table: " in told
    assert "has no table 'product'; did you mean 'products'?" in told


def test_another_table_starts_empty(pipeline):
    pipeline.put(1)
    pipeline.run()
    pipeline.db.execute(PRODUCTS.replace("products", "others"))
    pipeline.file.write_text(pipeline.file.read_text("utf-8").replace("table: products", "table: others"), "utf-8")
    assert pipeline.counts() == (1, {"created": 1})


def test_a_password_appears_nowhere(postgres, tmp_path, command, monkeypatch):
    db = postgres.database()
    db.execute(ARTICLES)
    db.execute(PRODUCTS)
    pipeline = Pipeline(db, tmp_path / "pipeline.yaml", command)
    monkeypatch.setenv("ERP_URL", db.url.replace("pim@", "pim:hush-hush-secret@"))
    pipeline.write(erp='{type: sql, url: "${env:ERP_URL}"}')
    told = pipeline.run(code=3) + pipeline.command("check", code=3)
    assert "refused user 'pim' or the password" in told
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"hush-hush" in content for content in (told.encode(), *written))


READ = """
import json, resource, sys
from pimflow_sql.connection import SqlConnection
from pimflow_sql.sources import SqlQuerySource

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
connection, few, options = map(json.loads, sys.argv[1:])
with SqlConnection(**connection).open() as session:
    for given in (few, options):
        source = SqlQuerySource(connection="erp", **given)
        number = sum(1 for _ in source.extract(session, source.window(session, None)))
        print(number, peak())
"""


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"table": "articles"}, {"query": "SELECT id, sku, name FROM articles"}])
def test_memory_stays_flat_while_200_000_records_are_read(db, options):
    """A process of its own reads: what a driver holds counts as well."""
    numbers = {
        "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 200000) SELECT n FROM s",
        "postgresql": "SELECT n FROM generate_series(1, 200000) s(n)",
        "mariadb": "SELECT seq AS n FROM seq_1_to_200000",
    }
    text = "a mug with a text that is long enough to be seen where somebody holds all of them at once " * 3
    db.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, sku INTEGER, name TEXT)")
    db.execute(f"INSERT INTO articles SELECT n, n, '{text}' FROM ({numbers[db.kind]}) x")
    few = {"query": "SELECT id, sku, name FROM articles WHERE id <= 3000"}
    words = [json.dumps(one) for one in (db.options, few, options)]
    done = subprocess.run([sys.executable, "-c", READ, *words], capture_output=True, text=True, check=True)
    (first, before), (number, after) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (first, number) == (3001, 200_001)
    assert after - before < 15, f"{after} MB instead of {before}"
