# ruff: noqa: PT012 - transactions are blocks
"""What is remembered between runs: nothing is lost, nothing is overwritten."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimflow.errors import StateError
from pimflow.model import BadValue, Problem, ProblemKind, Run, Status, Who
from pimflow.sentences import said
from pimflow.state import history, open_items
from pimflow.state.database import open_database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Known, Records, Settled, forget, open_scope, summaries
from pimflow.state.tables import SCHEMA_VERSION

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def records(database):
    return Records(database, open_scope(database, "p", "f", "shop.products", "shop://main"))


def settle(records, run, *keys, columns=("a", "b"), print_=b"1"):
    with records.database.writing() as connection:
        records.remember(connection, [Settled("products", key, print_, frozenset(columns)) for key in keys], run)


def test_what_is_remembered_is_known(records):
    settle(records, 1, "A", "B")
    assert records.known([("products", "A"), ("products", "Z"), ("models", "A")]) == {
        ("products", "A"): Known(b"1", frozenset({"a", "b"}), 1)
    }
    settle(records, 2, "A", columns=("a",), print_=b"2")
    assert records.known([("products", "A")])["products", "A"] == Known(b"2", frozenset({"a"}), 2)


def test_many_keys_are_looked_up_at_once(records):
    keys = [f"K{n}" for n in range(2500)]
    settle(records, 1, *keys)
    assert len(records.known([("products", key) for key in keys])) == 2500


def test_a_key_that_was_only_met_has_no_fingerprint(records):
    with records.database.writing() as connection:
        records.mark_seen(connection, [("products", "A")], 3)
    assert records.known([("products", "A")])["products", "A"] == Known(None, frozenset(), 3)
    assert records.count() == 0


def test_keys_whose_resource_is_not_known_can_be_met(records):
    settle(records, 1, "A", "B")
    with records.database.writing() as connection:
        records.mark_keys_seen(connection, ["A", "nobody"], 2)
    assert records.unseen(2, 10) == (1, ["B"])


def test_unseen_counts_all_and_gives_the_first(records):
    settle(records, 1, *(f"K{n}" for n in range(30)))
    settle(records, 2, "K1")
    number, keys = records.unseen(2, 5)
    assert (number, keys) == (29, ["K0", "K10", "K11", "K12", "K13"])


def test_column_sets_are_kept_once(records, database):
    settle(records, 1, *(f"K{n}" for n in range(50)), columns=("x", "y"))
    again = Records(database, records.scope)
    settle(again, 2, "other", columns=("y", "x"))
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT names FROM column_sets").scalars().all() == ['["x","y"]']


def test_a_failed_transaction_leaves_nothing(records):
    with pytest.raises(ZeroDivisionError), records.database.writing() as connection:
        records.remember(connection, [Settled("products", "A", b"1", frozenset())], 1)
        raise ZeroDivisionError
    assert records.count() == 0
    settle(records, 1, "A")
    assert records.known([("products", "A")])["products", "A"].columns == {"a", "b"}


def test_another_address_is_another_scope_and_knows_where_else_the_flow_wrote(database):
    first = open_scope(database, "p", "f", "shop.products", "shop://one")
    assert first.others == frozenset()
    assert open_scope(database, "p", "f", "shop.products", "shop://two").others == {"shop://one"}
    assert open_scope(database, "p", "f", "shop.products", "shop://one") == first
    assert open_scope(database, "p", "g", "shop.products", "shop://two").others == frozenset()


PROBLEM = Problem("reason", ProblemKind.DUPLICATE, "field", 12, "remedy", Who.ADMINISTRATOR, "detail")
ITEM = OpenItem("products", "A", 7, {"sku": "A", "n": 1}, Status.REFUSED, (PROBLEM,), b"print", NOW)


def put(database, scope, run, *items):
    with database.writing() as connection:
        open_items.put(connection, scope, items, run, NOW)


def test_open_items_come_back_as_they_were(database, records):
    bad = BadValue(PROBLEM)
    put(database, records.scope, 1, ITEM, OpenItem("", "row 2", 2, {"cell": bad}, Status.REFUSED, ()))
    assert open_items.of_keys(database, records.scope, [("products", "A"), ("products", "B")]) == {
        ("products", "A"): ITEM
    }
    assert open_items.count(database, records.scope) == 2
    assert [item.source_row for item in open_items.of_earlier_runs(database, records.scope, 2)] == [
        {"cell": bad},
        {"sku": "A", "n": 1},
    ]


def test_sentences_come_back_as_what_they_are_made_of_and_those_of_older_states_as_text(database, records):
    problem = Problem(said("{n} of {what}", n=2, what=said("colours")), field="field", remedy=said("Correct it."))
    put(database, records.scope, 1, OpenItem("", "row 2", 2, {"cell": BadValue(problem)}, Status.REFUSED, (problem,)))
    (item,) = open_items.of_scope(database, records.scope)
    for found in (item.problems[0], item.source_row["cell"].problem):
        assert found == problem
        assert (found.reason.template, found.reason.values["what"].template) == ("{n} of {what}", "colours")
        assert found.remedy.template == "Correct it."
    older = {
        "reason": "2 of colours",
        "kind": "value",
        "field": "field",
        "value": None,
        "remedy": "",
        "who": "ERP team",
    }
    assert open_items.problems_of(json.dumps([older])) == (replace(problem, remedy=""),)


def test_open_items_are_paged_through_in_full(database, records):
    put(database, records.scope, 1, *(OpenItem("p", f"K{n}", n, {}, Status.FAILED, ()) for n in range(1234)))
    put(database, records.scope, 2, *(OpenItem("p", f"L{n}", n, {}, Status.FAILED, ()) for n in range(10)))
    keys = [item.key for item in open_items.of_earlier_runs(database, records.scope, 2)]
    assert len(keys) == len(set(keys)) == 1234


def test_open_items_are_closed_by_key_and_when_they_are_no_longer_met(database, records):
    put(database, records.scope, 1, *(OpenItem("p", key, 1, {}, Status.FAILED, ()) for key in "ABCD"))
    put(database, records.scope, 2, OpenItem("p", "D", 1, {}, Status.FAILED, ()))
    with database.writing() as connection:
        open_items.close(connection, records.scope, [("p", "A"), ("q", "B")])
    open_items.close_unmet(database, records.scope, 2)
    assert [item.key for _, item in open_items.of_pipeline(database, "p", 10)] == ["D"]


def test_forgetting_takes_records_open_items_and_cursors_of_one_flow(database, records):
    other = Records(database, open_scope(database, "p", "g", "shop.products", "shop://main"))
    for one in (records, other):
        settle(one, 1, "A")
        put(database, one.scope, 1, ITEM)
    for flow in "fg":
        history.keep_cursor(database, "p", flow, "shop://main", "7", NOW)
    assert forget(database, "p", "f") == 1
    history.forget_cursors(database, "p", "f")
    assert [(one.flow, one.records, one.open) for one in summaries(database, "p")] == [("f", 0, 0), ("g", 1, 1)]
    assert history.cursor(database, "p", "f", "shop://main") is None
    assert history.cursor(database, "p", "g", "shop://main") == "7"


def test_cursors_are_replaced_and_belong_to_an_address(database):
    for value in ("1", "2"):
        history.keep_cursor(database, "p", "f", "shop://main", value, NOW)
    assert history.cursor(database, "p", "f", "shop://main") == "2"
    assert history.cursor(database, "p", "f", "shop://other") is None


def test_runs_are_numbered_and_found(database):
    numbers = [history.begin_run(database, Run(f"r{n}", "p", NOW), "log") for n in range(3)]
    assert numbers == sorted(set(numbers))
    history.finish_run(database, numbers[1], b'{"x": 1}', 1, NOW)
    assert [run.id for run in history.past_runs(database, "p", 2)] == ["r2", "r1"]
    assert (history.find_run(database, "r1").report, history.find_run(database, "r0").exit_code) == ({"x": 1}, None)
    assert history.find_run(database, "nobody") is None


def test_a_state_of_a_newer_pimflow_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "state.sqlite"
    open_database(file).close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE about SET schema_version = 99")
    with pytest.raises(StateError, match=rf"newer pimflow \(schema 99; this one knows {SCHEMA_VERSION}\)"):
        open_database(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT schema_version FROM about").fetchall() == [(99,)]


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_corrupted_file_is_refused_in_words_and_left_alone(tmp_path, content):
    file = tmp_path / "state.sqlite"
    file.write_bytes(content)
    with pytest.raises(StateError, match="cannot be used") as caught:
        open_database(file)
    assert str(file) in str(caught.value)
    assert "Nothing in it was overwritten" in str(caught.value)
    assert file.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE invoices (id)")
    with pytest.raises(StateError, match="is no state of pimflow"):
        open_database(file)
    with closing(sqlite3.connect(file)) as connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == ["invoices"]


def test_an_unusable_place_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match=r"cannot be opened or made: (File exists|Not a directory)"):
        open_database(tmp_path / "file" / "state.sqlite")
    with pytest.raises(StateError, match="is a folder, and should be the file of a state"):
        open_database(tmp_path)


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    file = tmp_path / "state.sqlite"
    open_database(file).close()
    database = open_database(file)
    with closing(database), database.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StateError, match="attempt to write a readonly database"), database._told():
            connection.exec_driver_sql("DELETE FROM runs")
        connection.exec_driver_sql("PRAGMA query_only = OFF")


def test_a_copy_holds_everything_and_is_apart(database, records, tmp_path):
    settle(records, 1, "A")
    database.copy_to(tmp_path / "copy.sqlite")
    with closing(open_database(tmp_path / "copy.sqlite")) as copy:
        assert Records(copy, records.scope).count() == 1
        settle(Records(copy, records.scope), 1, "B")
    assert records.count() == 1


def test_others_cannot_read_a_state_nor_a_copy_of_it(tmp_path):
    before = os.umask(0o000)
    try:
        with closing(open_database(tmp_path / "state.sqlite")) as database:
            database.copy_to(tmp_path / "copy.sqlite")
    finally:
        os.umask(before)
    files = [*tmp_path.iterdir()]
    assert {"state.sqlite", "copy.sqlite"} <= {file.name for file in files}
    assert not [file for file in files if file.stat().st_mode & 0o007]


WORKER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from pimflow.model import Run
from pimflow.state import history
from pimflow.state.database import open_database
from pimflow.state.records import Records, Settled, open_scope
database = open_database(Path(sys.argv[1]))
records = Records(database, open_scope(database, "p", "f", "s", "a"))
for n in range(60):
    number = history.begin_run(database, Run(f"{sys.argv[2]}-{n}", "p", datetime.now(UTC)), "")
    with database.writing() as connection:
        records.remember(connection, [Settled("x", f"{sys.argv[2]}-{n}", b"1", frozenset({str(n)}))], number)
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    file = tmp_path / "state.sqlite"
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, file, name]) for name in "ABC"]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    with closing(open_database(file)) as database:
        assert Records(database, open_scope(database, "p", "f", "s", "a")).count() == 180
        runs = history.past_runs(database, "p", 1000)
        assert len({run.number for run in runs}) == 180


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.text(max_size=20),
    row=st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5) | st.integers() | st.floats(), max_size=3),
    value=st.none() | st.text(max_size=5) | st.integers() | st.lists(st.integers(), max_size=2),
)
def test_any_item_can_be_kept_open(database, records, key, row, value):
    put(database, records.scope, 1, OpenItem("any", key, 1, row, Status.REFUSED, (Problem("x", value=value),)))
    ((_, item),) = open_items.of_keys(database, records.scope, [("any", key)]).items()
    assert item.source_row.keys() == row.keys()
    with database.writing() as connection:
        open_items.close(connection, records.scope, [("any", key)])
    assert open_items.count(database, records.scope) == 0
