"""Numbers are drawn once, kept with their record, and given to nobody else."""

from datetime import UTC, datetime

import pytest

from pimflow.state import numbers
from pimflow.state.numbers import Given, Numbers, Wanted, Whose

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def wanted(record, part="", form="{}", last=9999):
    return Wanted(
        Whose("pim", record), part, lambda place: ((n, form.format(n)) for n in range(max(place, 1), last + 1))
    )


@pytest.fixture
def series(database):
    return Numbers(database, "sku")


def claimed(series, *records, excluded=(), **more):
    found = series.claim([wanted(record, **more) for record in records], excluded, NOW)
    return {whose.record: given.number for whose, given in found.items()}


def test_a_record_has_the_same_number_for_ever(series):
    assert claimed(series, "a", "b") == {"a": "1", "b": "2"}
    assert claimed(series, "b", "c", "b") == {"b": "2", "c": "3"}
    assert series.of([Whose("pim", "a"), Whose("erp", "a")]) == {Whose("pim", "a"): Given("1", free=False)}


def test_parts_count_for_themselves_and_no_number_is_in_two_series(series, database):
    assert claimed(series, "a", part="MUG", form="M{}") == {"a": "M1"}
    assert claimed(series, "b", part="CUP", form="C{}") == {"b": "C1"}
    assert claimed(series, "c", part="mug", form="m{}") == {"c": "m2"}, "M1 and m1 are one to a system that folds case"
    assert claimed(Numbers(database, "other"), "d", part="MUG", form="M{}") == {"d": "M3"}
    assert numbers.counts(database) == {"sku": 3, "other": 1}
    assert [(one.part, one.next) for one in numbers.sequences_now(database) if one.series == "sku"] == [
        ("CUP", 2),
        ("MUG", 2),
        ("mug", 3),
    ]


def test_a_sequence_that_is_used_up_gives_none(series):
    assert claimed(series, "a", "b", "c", last=2) == {"a": "1", "b": "2"}
    assert claimed(series, "c", last=2) == {}
    assert claimed(series, "c", last=3) == {"c": "3"}


def test_what_somebody_has_is_taken_back_unless_it_was_found_free_meanwhile(series):
    a, b = Whose("pim", "a"), Whose("pim", "b")
    claimed(series, "a", "b")
    series.settle({a: "1"}, {b: "2"})
    series.settle({}, {a: "1"})
    assert series.of([a, b]) == {a: Given("1", free=True)}
    assert claimed(series, "b", excluded={"3", "4"}) == {"b": "5"}


def test_numbers_are_looked_up_and_forgotten(series, database):
    claimed(series, "a", "b", form="M{}")
    (found,) = numbers.looked_up(database, ["m2"])
    assert (found.record, found.number, found.given) == ("b", "M2", NOW.isoformat())
    assert numbers.looked_up(database, ["b", "nobody"]) == [found]
    numbers.forget(database, [found])
    assert claimed(series, "b", form="M{}") == {"b": "M3"}


def test_thousands_of_records_get_thousands_of_numbers(series):
    found = claimed(series, *map(str, range(3000)))
    assert sorted(map(int, found.values())) == list(range(1, 3001))
    series.settle({Whose("pim", record): number for record, number in found.items()}, {})
    assert all(given.free for given in series.of([Whose("pim", record) for record in found]).values())
