"""A state in PostgreSQL: whatever is wrong is told to who looks after it, and no password is."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pimflow.errors import ConfigError, StateError
from pimflow.model import Status
from pimflow.running.holding import Pace, held
from pimflow.state import examination, locks, open_items
from pimflow.state.column_sets import ColumnSets
from pimflow.state.database import open_database
from pimflow.state.memory import KeptMemory
from pimflow.state.open_items import OpenItem
from pimflow.state.place import ServerState, state_place
from pimflow.state.records import Records, Settled, open_scope

PASSWORD = "p@ss/wört: 1"


@pytest.fixture
def url(postgres_state):
    return sa.make_url(postgres_state)


@pytest.fixture
def server(postgres_state):
    with closing(open_database(state_place(postgres_state))) as opened:
        yield opened


def refused(url):
    with pytest.raises(StateError) as caught:
        open_database(state_place(url.render_as_string(hide_password=False)))
    told = str(caught.value)
    assert PASSWORD not in told
    assert "p%40ss" not in told
    return told


def test_a_wrong_password_is_told_and_not_shown(url):
    told = refused(url.set(password="wr0ng/pass"))
    assert "refused user 'pim' or the password" in told
    assert "wr0ng" not in told


def test_a_database_that_is_missing_is_told(url):
    assert "has no database 'nothing'" in refused(url.set(database="nothing"))


def test_a_server_that_is_away_is_told(url):
    for host in ("127.0.0.1", "localhost"):
        told = refused(url.set(query={}, host=host, port=1))
        assert "does not answer" in told
        assert not re.search(r"[.?!:;,]\s*[.?!:;,]", told), told


def test_who_may_make_no_tables_is_told(url):
    told = refused(url.set(username="reader"))
    assert "user 'reader' " in told
    assert "GRANT" in told or "CREATE SCHEMA" in told


def test_tables_of_others_are_left_alone(url, postgres_state):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (mine integer)")
    assert "has tables of other programs that are called as its own would be: runs" in refused(url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == ["runs"]
    engine.dispose()


def test_a_state_of_a_newer_pimflow_is_refused_and_left_alone(url, server):
    with server.writing() as connection:
        connection.exec_driver_sql("UPDATE about SET schema_version = 99")
    assert "was written by a newer pimflow (schema 99" in refused(url)


def test_the_address_of_another_kind_of_database_is_refused():
    for text in ("mysql://root@host/x", "postgresql://user:secret@host", "postgresql://user:sec/ret@host:x/y"):
        with pytest.raises(ConfigError, match="a state is a file, or a database: postgresql") as caught:
            state_place(text)
        assert "sec" not in str(caught.value)


def test_the_place_shows_neither_password_nor_user():
    place = state_place("postgres://u:secret@db.example.com:5432/pimflow?sslmode=require")
    assert (str(place), repr(place)) == ("PostgreSQL db.example.com:5432/pimflow", "ServerState()")
    assert state_place("x.sqlite", Path("/project")) == Path("/project/x.sqlite")


def test_looking_at_a_database_without_a_state_makes_none(postgres_state):
    place = state_place(postgres_state)
    for _ in range(2):
        with closing(examination.open_unchanged(place)) as database:
            assert not examination.is_there(database)


def test_a_set_of_thousands_of_columns_and_a_long_address_are_kept(server):
    names = frozenset(f"attribute_{n}-de_DE-ecommerce-{n * 7919}" for n in range(3000))
    with server.writing() as connection:
        numbers = [ColumnSets().number(connection, names) for _ in range(2)]
    with server.reading() as connection:
        assert ColumnSets().names(connection, numbers[0]) == names
    assert numbers[0] == numbers[1]
    memory, long = (
        KeptMemory(server, "shop://main"),
        {f"https://x/{n}" + "é%" * 2000 + str(n): str(n) for n in range(3)},
    )
    memory.put("media", long)
    assert memory.get("media", [*long, "other"]) == long
    memory.forget("media", long)
    assert memory.get("media", long) == {}


@pytest.mark.parametrize("key", ["\0", "a\0b\x1b0", "\x1b", "ä€😀", "%s ? {keys}"])
def test_any_key_comes_back_as_it_was(database, key):
    scope = open_scope(database, "p", "f", "shop.products", "shop://main")
    records = Records(database, scope)
    with database.writing() as connection:
        records.remember(connection, [Settled("products", key, b"\0x", frozenset({key}))], 1)
        open_items.put(connection, scope, [OpenItem("x", key, 1, {key: key}, Status.REFUSED, ())], 1, datetime.now(UTC))
    assert records.known([("products", key)])["products", key].columns == {key}
    assert open_items.of_keys(database, scope, [("x", key)])["x", key].source_row == {key: key}


def test_a_copy_in_a_file_holds_everything(server, tmp_path):
    records = Records(server, open_scope(server, "p", "f", "shop.products", "shop://main"))
    with server.writing() as connection:
        records.remember(connection, [Settled("x", f"K{n}", b"1", frozenset({"a"})) for n in range(5000)], 1)
    server.copy_to(tmp_path / "copy.sqlite")
    assert server.size() > 100_000
    with closing(open_database(tmp_path / "copy.sqlite")) as copy:
        assert Records(copy, records.scope).known([("x", "K4999")]) == records.known([("x", "K4999")])
        assert Records(copy, records.scope).count() == 5000


def test_connections_that_the_server_ended_are_made_anew(server, postgres):
    assert locks.holder(server, "p") is None
    postgres.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pimflow'")
    assert locks.holder(server, "p") is None


def test_beats_are_told_by_the_clock_that_all_machines_share(server):
    wrong = datetime.now(UTC) - timedelta(days=3)
    with held(server, "p", "run-1", lambda: wrong, Pace()):
        assert abs(locks.holder(server, "p").beat - datetime.now(UTC)) < timedelta(minutes=1)


SILENT = """
import os, signal, sys
from pimflow.state import postgresql
postgresql._BEGIN_WRITING = postgresql._BEGIN_WRITING.replace("20s", "1s")
from pimflow.state.database import open_database
from pimflow.state.place import state_place
database = open_database(state_place(sys.argv[1]))
try:
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE about SET schema_version = 99")
        print("there", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
        connection.exec_driver_sql("SELECT 1")
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be suspended here")
def test_a_writer_that_falls_silent_is_ended_and_the_others_go_on(server, postgres_state):
    silent = subprocess.Popen([sys.executable, "-c", SILENT, postgres_state], stdout=subprocess.PIPE, text=True)
    assert silent.stdout.readline() == "there\n"
    began = time.monotonic()
    with server.writing() as connection:
        assert connection.exec_driver_sql("SELECT schema_version FROM about").scalar() != 99
    assert time.monotonic() - began < 10
    os.kill(silent.pid, signal.SIGCONT)
    told = silent.communicate(timeout=30)[0]
    assert told.startswith("StateError this process was suspended so long that PostgreSQL")
    assert PASSWORD not in told


def test_the_address_needs_no_password_of_its_own(url, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    without = ServerState(url.set(password=None).render_as_string(hide_password=False))
    with closing(open_database(without)) as database, database.reading() as connection:
        assert connection.execute(sa.text("SELECT current_user")).scalar_one() == url.username
