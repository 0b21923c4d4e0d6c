"""What changed since the last read: overlap, ties, late commits, empty stamps, wrong clocks, restores."""

import datetime as dt

import pytest

from pimflow import RemoteError
from pimflow_sql import stamps
from pimflow_sql.sources import SqlQuerySource

ARTICLES = "CREATE TABLE articles (id INTEGER PRIMARY KEY, sku TEXT, changed {moment}, version INTEGER)"
WRITTEN = "SELECT * FROM articles WHERE (:since IS NULL OR changed >= :since)"


@pytest.fixture
def articles(db):
    db.execute(ARTICLES)
    return db


def source(**options):
    return SqlQuerySource(connection="erp", **{"table": "articles", "cursor": "changed", **options})


def put(db, number, changed, version=None):
    stamp = "NULL" if changed is None else f"'{changed}'"
    db.execute(
        f"INSERT INTO articles VALUES ({number}, 'A-{number}', {stamp}, {number if version is None else version})"
    )


def read(db, found, cursor=None):
    with db.connection().open() as session:
        window = found.window(session, cursor)
        header, *rows = found.extract(session, window)
        assert found.count(session, window) in {None, len(rows)}
    at = header.index("id")
    return sorted(row[at] for row in rows), window.cursor


def up_to_the_latest(**options):
    query = f"{WRITTEN} AND (:until IS NULL OR changed < :until)"
    return source(table=None, query=query, **options)


def by_query(**options):
    return source(table=None, query="SELECT * FROM articles", **options)


def by_own_words(**options):
    return source(table=None, query=WRITTEN, **options)


@pytest.mark.parametrize("make", [source, by_query, by_own_words, up_to_the_latest])
def test_the_second_read_begins_an_overlap_before_the_latest_stamp(articles, make):
    put(articles, 1, "2024-05-01 09:00:00")
    put(articles, 2, "2024-05-01 09:55:00")
    put(articles, 3, "2024-05-01 10:00:00")
    first, cursor = read(articles, make())
    assert first == [1, 2, 3]
    put(articles, 4, "2024-05-01 10:00:00")  # a tie with the latest
    put(articles, 5, "2024-05-01 09:52:00")  # committed late, behind the cursor
    put(articles, 6, "2024-05-01 11:00:00")
    second, later = read(articles, make(), cursor)
    assert second == [2, 3, 4, 5, 6]
    assert read(articles, make(), later)[0] == [6]
    assert read(articles, make(overlap=0), cursor)[0] == [3, 4, 6]


def test_numbers_that_grow_tell_changes_as_well(articles):
    for number in range(1, 6):
        put(articles, number, None, version=number * 1000)
    first, cursor = read(articles, source(cursor="version"))
    assert first == [1, 2, 3, 4, 5]
    assert read(articles, source(cursor="version"), cursor)[0] == [4, 5]
    assert read(articles, source(cursor="version", overlap=0), cursor)[0] == [5]
    assert read(articles, by_query(cursor="version", overlap=2500), cursor)[0] == [3, 4, 5]


def test_records_without_a_stamp_are_read_each_time(articles):
    put(articles, 1, "2024-05-01 09:00:00")
    put(articles, 2, None)
    put(articles, 3, "2024-05-02 09:00:00")
    _, cursor = read(articles, source())
    assert read(articles, source(), cursor)[0] == [2, 3]


def test_a_stamp_of_a_wrong_clock_hides_no_change(articles):
    put(articles, 1, "2024-05-01 09:00:00")
    put(articles, 2, "2199-01-01 00:00:00")
    first, cursor = read(articles, source())
    assert first == [1, 2]
    put(articles, 3, "2024-05-01 09:30:00")
    assert read(articles, source(), cursor)[0] == [1, 2, 3]


def test_stamps_that_went_back_mean_a_restore_and_everything_is_read(articles):
    put(articles, 1, "2024-05-01 09:00:00")
    put(articles, 2, "2024-05-02 09:00:00")
    _, cursor = read(articles, source())
    articles.execute("DELETE FROM articles WHERE id = 2")
    assert read(articles, source(), cursor)[0] == [1]


def test_an_empty_table_keeps_no_cursor(articles):
    assert read(articles, source()) == ([], None)


def test_a_time_that_a_person_names_is_understood(articles):
    put(articles, 1, "2024-05-01 09:00:00")
    put(articles, 2, "2024-05-02 09:00:00")
    cursor = source().cursor_at(dt.datetime(2024, 5, 2, 9, 5, tzinfo=dt.UTC))
    assert read(articles, source(), cursor)[0] == [1, 2]  # nothing is so new: all is read
    put(articles, 3, "2024-05-03 09:00:00")
    assert read(articles, source(), cursor)[0] == [2, 3]
    assert read(articles, source(cursor="version"), cursor)[0] == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '["moment", "x"]', '["number", "x"]', "{}", "1"])
def test_a_cursor_that_cannot_be_read_means_everything(articles, text):
    put(articles, 1, "2024-05-01 09:00:00")
    assert read(articles, source(), text)[0] == [1]


def test_a_column_that_cannot_tell_earlier_from_later_is_refused(articles):
    put(articles, 1, None)
    with pytest.raises(RemoteError, match=r"cursor: column 'sku' holds 'A-1', which is neither a time nor a number"):
        read(articles, source(cursor="sku"))


def test_zones_of_the_database_do_not_matter(pg):
    pg.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, changed TIMESTAMPTZ, day DATE)")
    pg.execute("INSERT INTO articles VALUES (1, '2024-05-01 09:00+02', '2024-05-01'), (2, '2024-05-01 09:00+00', NULL)")
    pg.execute("ALTER ROLE pim SET timezone = 'Asia/Tokyo'")
    _, cursor = read(pg, source())
    assert read(pg, source(), cursor)[0] == [2]
    assert read(pg, by_own_words(), cursor)[0] == [2]
    pg.execute("ALTER ROLE pim RESET timezone")
    _, cursor = read(pg, source(cursor="day"))
    assert read(pg, source(cursor="day"), cursor)[0] == [1, 2]


@pytest.mark.parametrize(
    ("value", "overlap", "before", "after"),
    [
        ("2024-05-01T10:00:00Z", None, "2024-05-01T09:50:00", "2024-05-01T10:00:01"),
        ("2024-05-01 10:00:00.5", 1, "2024-05-01 09:59:00", "2024-05-01 10:00:01"),
        ("2024-05-01", None, "2024-04-30", "2024-05-01"),
        (dt.date(2024, 5, 1), 1, dt.date(2024, 4, 30), dt.date(2024, 5, 2)),
        (7, 3, 4, 8),
    ],
)
def test_stamps_move_in_their_own_form(value, overlap, before, after):
    found = stamps.stamp(value, "changed")
    assert stamps.read(stamps.kept(found)) == found
    assert stamps.before(found, overlap) == before
    assert stamps.after(found) == after or isinstance(value, str)
