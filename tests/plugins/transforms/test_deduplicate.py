import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, Problem, RowProblem
from pimflow_transforms import deduplicate
from pimflow_transforms.deduplicate import Deduplicate


def left(rows, **options):
    numbered = [((number, row), row) for number, row in enumerate(rows, 1)]
    _, kept = Deduplicate(**{"by": "sku", **options}).apply(("sku", "price"), iter(numbered), None)
    return [row for _, row in kept]


ROWS = [("B", "5"), ("A", "10"), ("B", "7"), ("A", "9"), ("C", None)]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({}, [("B", "5"), ("A", "10"), ("C", None)]),
        ({"keep": "last"}, [("B", "7"), ("A", "9"), ("C", None)]),
        ({"keep": "highest", "of": "price"}, [("A", "10"), ("B", "7"), ("C", None)]),
        ({"keep": "lowest", "of": "price"}, [("B", "5"), ("A", "9"), ("C", None)]),
        ({"by": ["sku", "price"]}, ROWS),
    ],
)
def test_one_row_of_each_goes_on_in_the_order_of_the_source(options, rows):
    assert left(ROWS, **options) == rows


def test_texts_are_compared_as_texts_and_an_empty_cell_never_wins():
    rows = [("A", ""), ("A", "2026-01-02"), ("A", "2026-01-10"), ("A", None)]
    assert left(rows, keep="highest", of="price") == [("A", "2026-01-10")]
    assert left(rows, keep="lowest", of="price") == [("A", "2026-01-02")]


def test_rows_without_a_key_belong_to_no_other():
    assert left([("", "1"), (None, "2"), ("", "3")]) == [("", "1"), (None, "2"), ("", "3")]


def test_a_row_whose_key_is_bad_is_put_aside_alone():
    bad = BadValue(Problem("which is unreadable", field="sku"))
    first, second, third = left([("A", "1"), (bad, "2"), (bad, "3")])
    assert first == ("A", "1")
    assert isinstance(second, RowProblem)
    assert second.problem.reason == third.problem.reason == "which is unreadable"


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9).map(str)), max_size=30))
def test_as_a_dictionary_would(rows):
    first, last = {}, {}
    for row in rows:
        first.setdefault(row[0], row)
        last[row[0]] = row
    assert left(rows) == list(first.values())
    assert sorted(left(rows, keep="last")) == sorted(last.values())


@pytest.mark.parametrize("options", [{"keep": "highest"}, {"of": "price"}, {"by": []}])
def test_options_that_do_not_fit(options):
    with pytest.raises(ValidationError):
        Deduplicate(**{"by": "sku", **options})


def test_memory_does_not_grow_with_the_rows(monkeypatch):
    monkeypatch.setattr(deduplicate, "BUFFERED", 500)

    def rows(number):
        return (((at, (f"SKU-{at % (number // 2)}", "x" * 200)),) * 2 for at in range(number))

    def peak(number):
        tracemalloc.start()
        _, kept = Deduplicate(by="sku").apply(
            ("sku", "price"), ((origin, origin[1]) for origin, _ in rows(number)), None
        )
        assert sum(1 for _ in kept) == number // 2
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(3_000)
    assert peak(6_000) < 1.5 * peak(3_000)


def test_a_number_wins_over_a_text():
    rows = [("A", "n/a"), ("A", "100"), ("A", "20")]
    assert left(rows, keep="highest", of="price") == [("A", "100")]
    assert left(rows, keep="lowest", of="price") == [("A", "20")]
