# ruff: noqa: E501 - tables of cases
"""Guards: what stops a flow, when, and with which exit code."""

import pytest

from pimflow.model import Status
from pimflow.run import RunOptions

from .shop_rows import counts, many, table


@pytest.fixture
def known(bench, shop):
    """Ten records that were sent by an earlier run."""
    table(shop, *many(10))
    bench.run()
    shop.batches.clear()
    return bench


@pytest.mark.parametrize(
    ("guards", "rows", "error"),
    [
        ({"min_rows": 5}, many(4), "the source gave 4 rows, and `min_rows` is 5"),
        ({"max_changed": 2}, [*many(3, "New"), *many(10)[3:]], "changed would be 3, and `max_changed` is 2"),
        ({"max_changed": "20%"}, [*many(3, "New"), *many(10)[3:]], "changed would be 3, and `max_changed` is 20%"),
        ({"max_missing": 1}, many(8), "missing would be 2, and `max_missing` is 1"),
        ({"max_missing": "10%"}, many(8, "New"), "missing would be 2, and `max_missing` is 10%"),
        ({"max_cleared": 1}, [("S-001", ""), ("S-002", ""), *many(10)[2:]], "cleared would be 2, and `max_cleared` is 1"),
    ],
)  # fmt: skip
def test_a_guard_stops_the_flow_before_anything_is_written(known, shop, guards, rows, error):
    table(shop, *rows)
    report = known.run(guards=guards, empty="erase")
    assert report.error.startswith(error)
    assert "Nothing was written" in report.error
    assert (report.exit_code, shop.batches) == (3, [])
    assert counts(known.run(empty="erase")).get("updated", 0) + counts(known.run(empty="erase"))["unchanged"] > 0


@pytest.mark.parametrize(
    ("guards", "rows"),
    [
        ({"min_rows": 4}, many(4)),
        ({"max_changed": 3}, [*many(3, "New"), *many(10)[3:]]),
        ({"max_changed": "30%"}, [*many(3, "New"), *many(10)[3:]]),
        ({"max_changed": 0}, [*many(10), ("NEW", "x")]),
        ({"max_missing": 2}, many(8, "New")),
        ({"max_cleared": 2}, [("S-001", ""), ("S-002", ""), *many(10)[2:]]),
        ({"min_rows": 1, "max_changed": 0, "max_missing": 0, "max_cleared": 0}, many(10)),
    ],
)
def test_within_its_guards_a_flow_is_written_as_ever(known, shop, guards, rows):
    table(shop, *rows)
    report = known.run(guards=guards, empty="erase")
    assert (report.error, report.exit_code) == ("", 0)
    assert sum(report.counts.values()) == len(rows)
    assert not known.run(empty="erase").counts.get(Status.UPDATED)


def test_guards_let_a_first_run_pass(bench):
    report = bench.run(guards={"max_changed": "1%", "max_missing": "1%", "max_cleared": 0})
    assert counts(report) == {"created": 3}


def test_a_duplicate_is_found_behind_guards_too(bench, shop):
    table(shop, *many(1001), ("S-001", "Other"))
    report = bench.run(guards={"max_changed": 0})
    assert counts(report) == {"created": 1001, "refused": 1}


def test_more_refused_than_allowed_makes_exit_code_1(bench, shop):
    shop.scripts["A"] = [Status.REFUSED] * 2
    assert bench.run(guards={"max_refused": 1}).exit_code == 0
    bench.yesterday()
    report = bench.run(guards={"max_refused": 0})
    assert (report.exit_code, report.notes) == (1, ("More were refused than `max_refused: 0` allows.",))


def test_strict_makes_exit_code_1_of_anything_that_needs_attention(bench, shop):
    table(shop, ("A", "BORD"), header=("sku", "colour"))
    assert bench.run().exit_code == 0
    assert bench.run(RunOptions(strict=True)).exit_code == 1
