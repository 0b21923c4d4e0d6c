"""What the target cannot take as it is now is taken out before it is sent, and told."""

from dataclasses import replace

import pytest

from pimflow.model import Problem

from .shop_rows import counts, table

ABOVE = Problem("belongs to the model, which says 'Sweat'", field="name", value="Anvil")


def without_name(batch):
    return [
        replace(one, item=replace(one.item, payload=payload, problems=(*one.item.problems, ABOVE)))
        if (payload := {name: value for name, value in one.payload.items() if name != "name"}) and one.key == "A"
        else one
        for one in batch
    ]


@pytest.fixture
def fitting(shop):
    shop.fit = without_name
    return shop


def test_what_does_not_fit_is_not_sent_and_told(bench, fitting):
    report = bench.run()
    assert fitting.records["products", "A"] == {"sku": "A"}
    assert counts(report) == {"created": 3}
    (cause,) = report.causes
    assert (cause.problem, cause.keys) == (ABOVE, ("A",))


def test_it_is_still_told_by_the_next_run_which_sends_nothing(bench, fitting):
    bench.run()
    report = bench.run()
    assert counts(report) == {"unchanged": 3}
    assert [cause.problem for cause in report.causes] == [ABOVE]
    assert len(fitting.batches) == 1


def test_a_known_record_of_which_nothing_is_left_is_not_sent(bench, shop):
    table(shop, ("A", "Anvil"))
    bench.run()
    shop.fit = lambda batch: [replace(one, item=replace(one.item, payload={})) for one in batch]
    table(shop, ("A", "Awl"))
    assert counts(bench.run()) == {"unchanged": 1}
    assert len(shop.batches) == 1


def test_plan_shows_only_what_fits(bench, fitting):
    fitting.records["products", "A"] = {"sku": "A", "name": "Sweat"}
    report, planned = bench.plan()
    assert [change.key for change in planned] == ["B", "C"]
    assert [cause.problem for cause in report.causes] == [ABOVE]


def test_a_sink_that_loses_changes_while_fitting_costs_the_batch(bench, shop):
    shop.fit = lambda batch: batch[:1]
    report = bench.run()
    assert counts(report) == {"unknown": 3}
    assert shop.batches == []
