"""Columns with the day of the run: they go along with a change, and make none."""

from datetime import datetime

import pytest

from pimflow.model import Status
from pimflow.running.run import RunOptions

from .shop_rows import counts, table

TODAY = datetime.now().astimezone().date().isoformat()
CHANGED = {"stamp": {"touched": "changed"}}
CREATED = {"stamp": {"arrived": "created"}}


def of(shop, key):
    return shop.records["products", key]


@pytest.fixture
def aged(bench, shop):
    """A flow that ran some days ago."""

    def run(*rows, **flow):
        table(shop, *rows)
        bench.run(**flow)
        for record in shop.records.values():
            record.update({name: "2020-01-01" for name in ("touched", "arrived") if name in record})

    return run


def test_a_change_is_stamped_and_nothing_else(bench, shop, aged):
    aged(("A", "Anvil"), ("B", "Bucket"), **CHANGED)
    table(shop, ("A", "Hammer"), ("B", "Bucket"))
    assert counts(bench.run(**CHANGED)) == {"updated": 1, "unchanged": 1}
    assert (of(shop, "A")["touched"], of(shop, "B")["touched"]) == (TODAY, "2020-01-01")


def test_an_arrival_is_stamped_once(bench, shop, aged):
    aged(("A", "Anvil"), **CREATED)
    table(shop, ("A", "Hammer"), ("B", "Bucket"))
    bench.run(**CREATED)
    assert (of(shop, "A")["arrived"], of(shop, "B")["arrived"]) == ("2020-01-01", TODAY)


def test_what_is_held_against_the_target_is_not_stamped_for_nothing(bench, shop, aged):
    flow = {**CHANGED, "diff": "target"}
    aged(("A", "Anvil"), **flow)
    shop.batches.clear()
    assert counts(bench.run(**flow)) == {"unchanged": 1}
    assert shop.sent == []


def test_a_target_that_has_everything_else_is_not_stamped(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Anvil", "touched": "2020-01-01"}
    table(shop, ("A", "Anvil"))
    assert counts(bench.run(**CHANGED, diff="target")) == {"unchanged": 1}


def test_a_preview_shows_the_stamp_with_a_change_only(bench, shop, aged):
    aged(("A", "Anvil"), ("B", "Bucket"), **CHANGED)
    table(shop, ("A", "Hammer"), ("B", "Bucket"))
    _, planned = bench.plan(RunOptions(), **CHANGED)
    assert [(one.key, one.status, [value.column for value in one.values]) for one in planned] == [
        ("A", Status.UPDATED, ["name", "touched"])
    ]


def test_a_stamp_that_the_target_does_not_know_is_told_once(bench, shop):
    from pimflow.errors import RowProblem

    shop.unknown_columns["touched"] = RowProblem("touched", None, "the shop has no such column")
    report = bench.run(**CHANGED)
    assert [(cause.problem.reason, cause.count) for cause in report.causes] == [("the shop has no such column", 0)]
    assert "touched" not in of(shop, "A")
