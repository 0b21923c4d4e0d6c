"""States of older pimflows are brought to the tables of today, in each database that can hold one."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from pimflow.errors import StateError
from pimflow.state import history, open_items
from pimflow.state.database import open_database
from pimflow.state.memory import KeptMemory
from pimflow.state.migrating import config_of
from pimflow.state.place import ServerState
from pimflow.state.records import Known, Records, open_scope
from pimflow.state.tables import SCHEMA_VERSION

OLDER = range(1, SCHEMA_VERSION)
STATES = Path(__file__).parent / "states"


def of_version(version, folder):
    """Make a state as pimflow made it when its tables had this version."""
    file = folder / f"v{version}.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript((STATES / f"v{version}.sql").read_text("utf-8"))
    return file


def tables(database):
    """Tell what a database has, whatever the order in which it came about."""
    with database.reading() as connection:
        found = sa.inspect(connection)
        return {
            name: (
                [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
                found.get_pk_constraint(name)["constrained_columns"],
                sorted((str(i["name"]), i["column_names"], i["unique"]) for i in found.get_indexes(name)),
                sorted(one["column_names"] for one in found.get_unique_constraints(name)),
            )
            for name in found.get_table_names()
        }


@pytest.mark.parametrize("version", OLDER)
def test_a_state_of_an_older_pimflow_keeps_what_it_knew_and_gets_the_tables_of_today(tmp_path, version):
    with (
        closing(open_database(of_version(version, tmp_path))) as old,
        closing(open_database(tmp_path / "new.sqlite")) as fresh,
    ):
        assert tables(old) == tables(fresh)
        scope = open_scope(old, "p", "f", "shop.products", "shop://main")
        assert Records(old, scope).known([("products", "A")]) == {
            ("products", "A"): Known(b"1", frozenset({"a", "b"}), 1)
        }
        assert history.cursor(old, "p", "f", "shop://main") == "9"
        assert [run.id for run in history.past_runs(old, "p", 5)] == ["20260101-000000-00000001"]
        assert [item.key for item in open_items.of_scope(old, scope)] == ["B"]
        KeptMemory(old, "shop://main").put("media", {"a": "1"})
        with old.reading() as connection:
            marks = [
                connection.exec_driver_sql(f"SELECT * FROM {name}").scalar() for name in ("about", "alembic_version")
            ]
        assert marks == [SCHEMA_VERSION, f"{SCHEMA_VERSION:04}"]


def test_a_state_that_was_made_between_two_versions_gets_the_table_that_it_lacks(tmp_path):
    file = of_version(5, tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE contested")
    with closing(open_database(file)) as old, closing(open_database(tmp_path / "new.sqlite")) as fresh:
        assert tables(old) == tables(fresh)


@pytest.mark.parametrize("version", OLDER)
def test_the_revisions_lead_to_the_tables_that_a_fresh_state_has(state, version, tmp_path):
    with closing(open_database(state)) as fresh:
        wanted = tables(fresh)
        url = state.url if isinstance(state, ServerState) else f"sqlite:///{tmp_path / 'from_nothing.sqlite'}"
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            if isinstance(state, ServerState):
                for name in wanted:
                    connection.exec_driver_sql(f"DROP TABLE {name}")
            command.upgrade(config_of(connection), f"{version:04}")
            connection.exec_driver_sql(f"UPDATE about SET schema_version = {version}")
        engine.dispose()
    with closing(open_database(state if isinstance(state, ServerState) else tmp_path / "from_nothing.sqlite")) as made:
        assert tables(made) == wanted


def test_a_migration_that_fails_leaves_the_state_as_it_was(tmp_path):
    file = of_version(1, tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE groups_done (mine)")
        before = list(connection.iterdump())
    with pytest.raises(StateError, match="groups_done"):
        open_database(file)
    with closing(sqlite3.connect(file)) as connection:
        assert list(connection.iterdump()) == before


def test_who_has_a_state_of_today_waits_neither_for_alembic_nor_for_postgresql(tmp_path):
    code = (
        "import sys; from pathlib import Path; from pimflow.state.database import open_database\n"
        "open_database(Path('state.sqlite')).close()\n"
        "print({'alembic', 'psycopg', 'sqlalchemy.dialects.postgresql'} & set(sys.modules))"
    )
    for _ in ("made", "found"):
        told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert told.stdout == "set()\n"
