"""What is open, many items at a time, and keys found again by a part of them: in each database of a state."""

from datetime import UTC, datetime, timedelta

import pytest

from pimflow.model import Problem, ProblemKind, Status, Who
from pimflow.state import attention, corrections, key_search, open_items
from pimflow.state.corrections import Correction
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Records, Settled, open_scope

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COLOUR = Problem("the PIM has no such option", ProblemKind.REFERENCE, "colour", "BORD")
WEIGHT = Problem("which is no number", ProblemKind.VALUE, "weight", "heavy", who=Who.SOURCE_TEAM)


@pytest.fixture
def scope(database):
    return open_scope(database, "p", "f", "shop.products", "shop://main")


def put(database, scope, *keys, problems=(COLOUR,), status=Status.UPDATED, now=NOW):
    items = [OpenItem("products", key, n, {"sku": key}, status, problems) for n, key in enumerate(keys, 1)]
    with database.writing() as connection:
        open_items.put(connection, scope, items, 1, now)


def test_items_with_the_same_problems_are_told_together(database, scope):
    put(database, scope, "A", "C", "B")
    put(database, scope, "D", problems=(COLOUR, WEIGHT), now=NOW + timedelta(hours=1))
    put(database, scope, "E", status=Status.REFUSED)
    first, second, third = attention.alike(database, scope, 2)
    assert (first.status, first.count, first.keys) == (Status.UPDATED, 3, (("A", 1), ("B", 3)))
    assert (second.problems, second.count, second.since) == ((COLOUR, WEIGHT), 1, NOW + timedelta(hours=1))
    assert (third.status, third.keys) == (Status.REFUSED, (("E", 1),))


def test_items_come_page_by_page_in_the_order_of_their_keys(database, scope, monkeypatch):
    monkeypatch.setattr(attention, "_AT_ONCE", 600)
    put(database, scope, *(f"S{n:04}" for n in range(700)))
    put(database, scope, "T", problems=(WEIGHT,))
    (alike, other) = attention.alike(database, scope, 1)
    keys = [item.key for item in attention.with_problems(database, scope, {alike.text}, ("products", "S0650"), 3)]
    assert keys == ["S0651", "S0652", "S0653"]
    assert [item.key for item in attention.with_problems(database, scope, {other.text})] == ["T"]
    assert len(list(attention.with_problems(database, scope, {alike.text, other.text}))) == 701


def test_what_was_dismissed_is_left_out_until_it_has_other_problems(database, scope):
    put(database, scope, "A", "B")
    assert attention.dismiss(database, scope, [("products", "A"), ("products", "X")], "Julia", NOW) == 1
    assert attention.alike(database, scope, 9)[0].keys == (("B", 2),)
    put(database, scope, "A", now=NOW + timedelta(days=1))
    assert attention.dismissed(database, scope) == [("products", "A")]
    put(database, scope, "A", problems=(WEIGHT,))
    assert attention.dismissed(database, scope) == []
    assert sum(one.count for one in attention.alike(database, scope, 9)) == 2


def test_what_was_dismissed_and_is_open_no_longer_is_news_when_it_happens_again(database, scope):
    put(database, scope, "A", "B")
    attention.dismiss(database, scope, [("products", "A"), ("products", "B")], "Julia", NOW)
    with database.writing() as connection:
        open_items.close(connection, scope, [("products", "A")])
    attention.forget_closed(database, scope)
    put(database, scope, "A")
    assert attention.dismissed(database, scope) == [("products", "B")]


def test_who_asked_last_about_a_cause_is_kept(database):
    attention.ask(database, "p", "abc", "Julia", NOW)
    attention.ask(database, "p", "abc", "Peter", NOW + timedelta(days=1))
    assert attention.asked(database, "p")["abc"].made_by == "Peter"
    assert attention.asked(database, "q") == {}


def test_keys_are_found_by_how_they_begin_or_by_a_part_in_whatever_letters(database, scope):
    keys = ["CHAIR-01", "chair-02", "ARM-CHAIR", "50%", "A_B", "AXB"]
    with database.writing() as connection:
        Records(database, scope).remember(connection, [Settled("products", key, b"1", frozenset()) for key in keys], 1)
    put(database, scope, "Chair-99")
    assert key_search.like(database, "chair", 9) == ["CHAIR-01", "Chair-99", "chair-02"]
    assert key_search.like(database, "m-ch", 9) == ["ARM-CHAIR"]
    assert key_search.like(database, "0%", 9) == ["50%"]
    assert key_search.like(database, "a_", 9) == ["A_B"]
    assert key_search.like(database, "chair", 1) == ["CHAIR-01"]
    assert key_search.like(database, " ", 9) == []


def test_corrections_are_kept_one_for_each_cell_and_found_by_the_place_they_go_to(database, scope):
    one = Correction("p", "f", "A", "name", {"sku": "A"}, "Anvl", "Anvil", "Julia", NOW)
    again = Correction("p", "f", "A", "name", {"sku": "A"}, "Anvl", "Amboss", "Peter", NOW + timedelta(hours=1))
    corrections.keep(database, one)
    corrections.keep(database, again)
    assert corrections.find(database, "p", "f") == corrections.of_scope(database, scope) == [again]
    assert corrections.remove(database, [one]) == 0  # it was replaced since
    assert corrections.remove(database, [again]) == 1
