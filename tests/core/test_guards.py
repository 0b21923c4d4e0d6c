# ruff: noqa: E501 - tables of cases
"""Guards: what stops a flow, when, and with which exit code."""

import pytest

from pimflow.model import Problem, ProblemKind, Status
from pimflow.running.run import RunOptions

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
        ({"min_rows": 5}, many(4), "the source gave 4 rows, and the least allowed is 5"),
        ({"max_changed": 2}, [*many(3, "New"), *many(10)[3:]], "3 would change, and the most allowed is 2"),
        ({"max_changed": "20%"}, [*many(3, "New"), *many(10)[3:]], "3 would change, and the most allowed is 20%"),
        ({"max_missing": 1}, many(8), "2 would be missing, and the most allowed is 1"),
        ({"max_missing": "10%"}, many(8, "New"), "2 would be missing, and the most allowed is 10%"),
        ({"max_cleared": 1}, [("S-001", ""), ("S-002", ""), *many(10)[2:]], "2 would be emptied, and the most allowed is 1"),
    ],
)  # fmt: skip
def test_a_guard_stops_the_flow_before_anything_is_written(known, shop, guards, rows, error):
    table(shop, *rows)
    report = known.run(guards=guards, empty="erase")
    assert report.error.startswith(error)
    name = next(iter(guards))
    assert "Nothing was written. If it is right, your administrator can let one run pass" in report.error
    assert f"`{name}: {guards[name]}`" in report.detail
    assert f"if it is right, let one run pass with `--allow {name}`" in report.detail
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
    assert (report.exit_code, report.notes) == (1, ("More were refused than the most allowed, 0.",))


def test_strict_makes_exit_code_1_of_anything_that_needs_attention(bench, shop):
    table(shop, ("A", "BORD"), header=("sku", "colour"))
    assert bench.run().exit_code == 0
    assert bench.run(RunOptions(strict=True)).exit_code == 1


def test_a_guard_shows_twenty_of_those_that_it_holds_back(bench, shop):
    table(shop, *many(30))
    bench.run()
    table(shop, *many(2))
    report = bench.run(guards={"max_missing": 5})
    assert report.error.startswith("28 would be missing")
    assert report.notes == (f"Held back, the first 20: {', '.join(f'S-{n:03}' for n in range(3, 23))}",)
    table(shop, *many(30, "New"))
    (note,) = bench.run(guards={"max_changed": 5}).notes
    assert note.count("S-0") == 20
    table(shop, *[(f"S-{n:03}", "") for n in range(1, 31)])
    (note,) = bench.run(guards={"max_cleared": 5}, empty="erase").notes
    assert "S-001 (name), S-002 (name)" in note


@pytest.mark.parametrize(
    ("guards", "rows"),
    [
        ({"min_rows": 5}, many(4)),
        ({"max_changed": 2}, many(10, "New")),
        ({"max_missing": 1}, many(8)),
        ({"max_cleared": 1}, [("S-001", ""), ("S-002", ""), *many(10)[2:]]),
    ],
)  # fmt: skip
def test_a_guard_lets_one_run_pass_on_request_and_no_other_guard(known, shop, guards, rows):
    table(shop, *rows)
    (name,) = guards
    others = {"min_rows", "max_changed", "max_missing", "max_cleared"} - {name}
    assert known.run(RunOptions(allow=frozenset(others)), guards=guards, empty="erase").exit_code == 3
    assert known.run(RunOptions(allow=frozenset({name})), guards=guards, empty="erase").exit_code == 0
    if name not in {"min_rows", "max_missing"}:
        assert known.run(guards=guards, empty="erase").exit_code == 0


def test_what_a_guard_held_back_is_no_duplicate_in_the_next_run(known, shop):
    table(shop, *many(10, "New"), ("N", "Newcomer"))
    assert known.run(guards={"max_changed": 2}).exit_code == 3
    assert counts(known.run()) == {"updated": 10, "created": 1}


def test_refused_records_that_rest_are_not_missing(bench, shop):
    shop.scripts["A"] = [(Problem("odd", ProblemKind.REFERENCE, "name"),)]
    bench.run()
    assert bench.run(guards={"max_missing": 0}).error == ""
