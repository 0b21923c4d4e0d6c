"""What goes wrong between pimflow and a database, and what people are told."""

import sys
import threading
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from pimflow import (
    AccessError,
    Change,
    ConfigError,
    LoginError,
    RemoteError,
    Run,
    Status,
    UnreachableError,
    Window,
)
from pimflow_sql.connection import SqlConnection
from pimflow_sql.sinks import SqlTableSink
from pimflow_sql.sources import SqlQuerySource

from .databases import PASSWORD, sqlite

RUN = Run("run", "pipeline", datetime(2026, 1, 31, tzinfo=UTC))
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pimflow'"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def articles(pg):
    pg.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, name TEXT)")
    pg.execute("INSERT INTO articles SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) n")
    return pg


def check(connection):
    with connection.open() as session:
        return connection.check(session)


def changes(session, *rows):
    writer = SqlTableSink(connection="erp", table="articles").open(session, RUN)
    items = [item for row in rows for item in writer.prepare(row)]
    return writer, [Change(item, number, False, b"") for number, item in enumerate(items, 1)]


def test_check_tells_who_answered_and_what_can_be_read(articles):
    articles.execute("CREATE TABLE prices (id INTEGER)")
    assert check(articles.connection()).startswith("PostgreSQL 1")
    assert check(articles.connection()).endswith(", user pim, readable tables articles, prices")
    articles.execute("GRANT SELECT ON prices TO reader", "GRANT USAGE ON SCHEMA public TO reader")
    reader = SqlConnection(url=articles.url.replace("pim@", "reader@"), password=PASSWORD)
    assert check(reader).endswith("user reader, readable tables prices; may not read articles")
    articles.execute("REVOKE SELECT ON prices FROM reader")
    with pytest.raises(
        AccessError, match=r"User 'reader' of PostgreSQL may read none of its 2 tables\..* GRANT SELECT"
    ):
        check(reader)
    with reader.open() as session, pytest.raises(AccessError, match="may not do this") as caught:
        list(SqlQuerySource(connection="erp", table="articles").extract(session, Window()))
    assert "articles" in caught.value.detail


def test_a_wrong_password_is_tried_once_and_told_nowhere(articles):
    wrong = SqlConnection(url=articles.url, password="not-this-one")
    with pytest.raises(LoginError, match="PostgreSQL refused user 'pim' or the password; it was tried once") as caught:
        check(wrong)
    assert "not-this-one" not in f"{caught.value} {caught.value.detail} {wrong!r} {wrong.address}"


def test_a_password_may_stand_in_the_address(articles):
    url = articles.url.replace("pim@", "pim:p%40ss%2Fw%C3%B6rt%3A%201@")
    connection = SqlConnection(url=url)
    assert "PostgreSQL" in check(connection)
    assert "p%40ss" not in f"{connection!r} {connection.address} {connection.model_dump_json()}"


def test_another_database_is_named(articles):
    place = articles.url.partition("?")[2]
    with pytest.raises(RemoteError, match="PostgreSQL has no database 'nope' that it can open"):
        check(SqlConnection(url=f"postgresql://pim@/nope?{place}", password=PASSWORD))


def test_nobody_there_is_told_after_some_tries(tmp_path):
    connection = SqlConnection(url="postgresql://pim:secret@127.0.0.1:9/erp")
    with pytest.raises(UnreachableError, match=r"PostgreSQL at 127\.0\.0\.1:9 does not answer") as caught:
        check(connection)
    assert "secret" not in str(caught.value) + caught.value.detail
    missing = SqlConnection(url=f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(RemoteError, match="There is no SQLite file"):
        check(missing)
    (tmp_path / "none.db").write_bytes(b"this is no database at all, but long enough to look at" * 99)
    with pytest.raises(RemoteError, match=r"SQLite has no database '.*none\.db' that it can open"):
        check(missing)


def test_a_driver_that_is_missing_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "oracledb", None)
    with pytest.raises(
        ConfigError, match=r"driver 'oracledb' of Oracle is not installed: pip install 'pimflow-sql\[oracle\]'"
    ):
        check(SqlConnection(url="oracle://pim:x@erp.example.com/erp"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "nonsense"}, "expected an address such as postgresql://"),
        ({"url": "postgrsql://a@b/c"}, "SQLAlchemy knows no database 'postgrsql'; it knows mariadb, mssql, mysql"),
        ({"url": "sqlite://"}, "expected the path of a file"),
        ({"url": "postgresql://a@b/c", "proxy": "http://p"}, "not reached through an HTTP proxy"),
        ({"url": "oracle://a@b/c", "ca_file": __file__}, "`ca_file` is not known for Oracle"),
    ],
)
def test_options_that_cannot_be_are_refused_without_showing_the_password(options, told):
    with pytest.raises(ValidationError, match=told) as caught:
        SqlConnection.model_validate({**options, "password": "hush-hush"})
    assert "hush-hush" not in str(caught.value)


def test_a_relative_path_starts_at_the_folder_of_the_file(tmp_path):
    connection = SqlConnection.model_validate({"url": "sqlite:///erp.db"}, context={"folder": tmp_path})
    assert connection.address == f"sqlite {tmp_path}/erp.db"


def test_pages_go_on_where_the_server_broke_the_connection_off(articles):
    with articles.connection().open() as session:
        rows = iter(SqlQuerySource(connection="erp", table="articles", page_size=500).extract(session, Window()))
        ids = [next(rows)[0] for _ in range(1001)][1:]
        articles.execute(KILL, url=articles.root)
        ids += [row[0] for row in rows]
    assert ids == list(range(1, 5001))


def test_a_query_that_is_broken_off_in_mid_read_fails_the_flow(articles):
    found = SqlQuerySource(connection="erp", query="SELECT * FROM articles", page_size=10)
    with articles.connection().open() as session:
        rows = iter(found.extract(session, Window()))
        assert len([next(rows) for _ in range(100)]) == 100
        articles.execute(KILL, url=articles.root)
        with pytest.raises(UnreachableError, match="does not answer, or broke the connection off"):
            list(rows)


def test_connections_that_the_server_closed_meanwhile_are_made_anew(articles):
    with articles.connection().open() as session:
        writer, batch = changes(session, {"id": 1, "name": "new"})
        articles.execute(KILL, url=articles.root)
        assert [one.status for one in writer.load(batch)] == [Status.UPDATED]


def test_what_takes_too_long_is_told(articles):
    found = SqlQuerySource(connection="erp", query="SELECT pg_sleep(30)")
    with (
        articles.connection(timeout=0.3).open() as session,
        pytest.raises(RemoteError, match=r"PostgreSQL needed more than 0\.3 s to answer\. Give it an index"),
    ):
        list(found.extract(session, Window()))


def test_a_lock_that_lasts_costs_the_batch_only(articles):
    with articles.connection(timeout=0.3).open() as session:
        writer, batch = changes(session, {"id": 1, "name": "new"})
        with articles.beside() as other:
            other.exec_driver_sql("UPDATE articles SET name = 'theirs' WHERE id = 1")
            with pytest.raises(UnreachableError, match=r"keeps rows of PostgreSQL locked for longer than 0\.3 s"):
                writer.load(batch)
            other.rollback()
        assert [one.status for one in writer.load(batch)] == [Status.UPDATED]


def test_a_locked_file_of_sqlite_is_waited_for(tmp_path):
    db = sqlite(tmp_path)
    db.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, name TEXT)")
    with db.connection(timeout=0.2).open() as session:
        writer, batch = changes(session, {"id": 1, "name": "new"})
        with db.beside() as other:
            other.exec_driver_sql("INSERT INTO articles VALUES (2, 'theirs')")
            with pytest.raises(UnreachableError, match=r"keeps rows of SQLite locked for longer than 0\.2 s"):
                writer.load(batch)
            other.commit()
        assert [one.status for one in writer.load(batch)] == [Status.CREATED]


def test_a_deadlock_is_tried_again(articles, monkeypatch):
    """Ours holds row 1 and waits for row 2; then theirs waits for row 1, and PostgreSQL breaks off who waited first."""
    slept = []
    with articles.connection().open() as session, articles.beside() as other:
        writer, batch = changes(session, {"id": 1, "name": "ours"}, {"id": 2, "name": "ours"})
        other.exec_driver_sql("UPDATE articles SET name = 'theirs' WHERE id = 2")
        outcomes = []
        monkeypatch.setattr("time.sleep", slept.append)
        worker = threading.Thread(target=lambda: outcomes.extend(writer.load(batch)))
        worker.start()
        threading.Event().wait(0.1)
        other.exec_driver_sql("UPDATE articles SET name = 'theirs' WHERE id = 1")
        other.commit()
        worker.join(30)
    assert slept, "there was no deadlock"
    assert [one.status for one in outcomes] == [Status.UPDATED, Status.UPDATED]
    assert articles.execute("SELECT name FROM articles WHERE id IN (1, 2)") == [("ours",), ("ours",)]
