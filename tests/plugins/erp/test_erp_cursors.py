"""Cursors: which of them still holds, and where one begins that a person sets."""

import datetime as dt

import pytest

from pimflow_erp.cursors import asked, kept, kept_by_hand, last

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


def test_what_is_asked_for_is_told_apart_by_each_part():
    assert asked({"a": 1, "b": 2}, ["x"]) == asked({"b": 2, "a": 1}, ["x"])
    assert len({asked({"a": 1}, ["x"]), asked({"a": 2}, ["x"]), asked({"a": 1}, ["y"]), asked({"a": 1})}) == 4
