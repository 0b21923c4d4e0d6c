"""Cursors: which of them still holds, and where one begins that a person sets."""

import datetime as dt

import pytest

from pimflow import Source, Window
from pimflow_erp.cursors import asked_of, kept, kept_by_hand, last, window

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_a_cursor_holds_for_what_was_asked_for():
    assert last(kept(NOON, "these columns"), "these columns") == NOON
    assert last(kept(NOON, "these columns"), "other columns") is None
    assert last(None, "these columns") is None
    assert kept(None, "these columns") is None


def test_a_cursor_set_by_hand_holds_for_whatever_is_asked_for():
    in_berlin = NOON.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert last(kept_by_hand(in_berlin), "these columns") == NOON


@pytest.mark.parametrize("typed", ["rubbish", "7", "{}", "[]", '{"at": "noon"}', '{"at": 7}'])
def test_a_cursor_that_a_person_mistyped_is_none(typed):
    assert last(typed, "these columns") is None


class Shelf(Source):
    """A source with options."""

    type = "shelf.products"
    connection: str = "erp"
    overlap: float = 10.0
    page_size: int = 100
    languages: tuple[str, ...] = ()


def test_what_a_source_asks_for_is_told_by_the_options_that_change_its_rows():
    same = [Shelf(), Shelf(overlap=1), Shelf(page_size=7), Shelf(connection="other")]
    assert {asked_of(one, ["sku"]) for one in same} == {asked_of(Shelf(), ["sku"])}
    assert asked_of(Shelf(languages=("fr",)), ["sku"]) != asked_of(Shelf(), ["sku"])
    parts = [(["sku"],), (["sku", "name"],), (["sku"], "Berlin"), ()]
    assert len({asked_of(Shelf(), *some) for some in parts}) == len(parts)


def test_a_window_begins_the_overlap_before_the_last_read_and_hands_the_latest_change_on():
    later = NOON + dt.timedelta(hours=2)
    cursor = kept(NOON, "these columns")
    found = window(cursor, "these columns", later, overlap=10)
    assert found == Window(since="2026-03-01T11:50:00+00:00", cursor=kept(later, "these columns"))


@pytest.mark.parametrize("cursor", [None, "rubbish", kept(NOON, "other columns")])
def test_without_a_cursor_that_holds_everything_is_read(cursor):
    assert window(cursor, "these columns", NOON, overlap=10) == Window(cursor=kept(NOON, "these columns"))
    assert window(cursor, "these columns", None, overlap=10) == Window()
