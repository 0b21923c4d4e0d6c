"""Transforms that see all rows, and sinks that share the rows of a flow by their keys."""

import pytest

from pimflow.errors import ConfigError
from pimflow.model import Status
from pimflow.report import sentence
from pimflow.running.run import RunOptions

from .shop_rows import counts, table

SINKS = [{"type": "shop.models", "connection": "shop"}, {"type": "shop.products", "connection": "shop"}]
GROUPED = {"transforms": [{"shop.grouped": {}}], "sink": SINKS}


@pytest.fixture
def shelf(shop):
    table(shop, ("A-1", "Anvil"), ("B-1", "Bucket"), ("A-2", "Anvil"))
    return shop


def run(bench, options=None, **flow):
    return bench.run_all(None, options, **{**GROUPED, **flow}).flows


def test_each_sink_gets_the_rows_that_have_its_key_models_first(bench, shelf):
    models, products = run(bench)
    assert (counts(models), counts(products)) == ({"created": 2}, {"created": 3})
    assert shelf.sent == ["A", "B", "A-1", "B-1", "A-2"]
    assert shelf.records["products", "A-2"] == {"sku": "A-2", "name": "Anvil", "parent": "A"}
    assert shelf.records["products", "B"] == {"code": "B", "name": "Bucket"}


def test_the_report_counts_rows_where_sinks_share_them(bench, shelf):
    models, products = run(bench)
    assert sentence(models) == "3 rows read; models: 2 new, 0 updated, 0 already up to date."
    assert sentence(products) == "3 rows read; products: 3 new, 0 updated, 0 already up to date."


def test_the_second_run_sends_nothing(bench, shelf):
    run(bench)
    models, products = run(bench)
    assert (counts(models), counts(products)) == ({"unchanged": 2}, {"unchanged": 3})
    assert len(shelf.batches) == 2


def test_models_of_one_chunk_are_written_before_its_products_however_few_they_are(bench, shelf):
    shelf.scripts["A"] = [Status.WAITING]
    models, products = run(bench)
    assert (counts(models), counts(products)) == ({"created": 2}, {"created": 3})
    assert shelf.sent[:2] == ["A", "B"]


def test_variants_of_a_refused_model_wait_and_are_told(bench, shelf):
    shelf.scripts["A"] = [Status.REFUSED]
    models, products = run(bench)
    assert counts(models) == {"created": 1, "refused": 1}
    assert counts(products) == {"created": 1, "refused": 2}
    (cause,) = products.causes
    assert (cause.problem.reason, cause.keys) == ("the shop does not have it yet", ("A-1", "A-2"))


def test_columns_that_another_sink_takes_are_not_told_and_others_are_once_a_sink(bench, shelf):
    shelf.tables["products"] = [("sku", "name", "nonsense"), ("A-1", "Anvil", "x")]
    models, products = run(bench)
    assert [cause.problem.field for cause in models.causes] == ["nonsense"]
    assert products.causes == ()


def test_a_row_with_no_key_at_all_is_told_once(bench, shelf):
    table(shelf, ("A", "", "Anvil"), ("", "A-1", "Anvil"), ("", None, "forbidden"), header=("code", "sku", "name"))
    models, products = run(bench, transforms=[])
    assert (counts(models), counts(products)) == ({"created": 1}, {"created": 1, "refused": 1})
    assert shelf.sent == ["A", "A-1"]


def test_a_row_that_stopped_before_is_told_once(bench, shelf):
    spoiled = [{"shop.spoil": {"row": "B-1"}}, {"shop.grouped": {}}]
    models, products = run(bench, transforms=spoiled)
    assert (counts(models), counts(products)) == ({"created": 1}, {"created": 2, "refused": 1})
    assert products.causes[0].problem.reason == "which spoils"


def test_a_row_that_the_transform_refuses_costs_that_row(bench, shelf):
    models, products = run(bench, transforms=[{"shop.grouped": {"fail": "A-2"}}])
    assert (counts(models), counts(products)) == ({"created": 2}, {"created": 2, "refused": 1})
    assert products.causes[0].problem.reason == "which is refused"


@pytest.mark.parametrize(
    ("fail", "told"), [("problem", "a transform cannot go on"), ("defect", "a plugin has a defect")]
)
def test_a_transform_that_fails_on_all_rows_fails_the_flow(bench, shelf, fail, told):
    for report in run(bench, transforms=[{"shop.grouped": {"fail": fail}}]):
        assert (report.exit_code, report.complete) == (3, False)
        assert report.error.startswith(told)
    assert shelf.sent == []


def test_rows_go_on_through_the_transforms_behind_it(bench, shelf):
    transforms = [{"shop.grouped": {}}, {"shop.spoil": {"row": "A", "how": "drop"}}]
    models, products = run(bench, transforms=transforms)
    assert (counts(models), counts(products)) == ({"created": 1}, {"created": 1, "refused": 2})
    assert models.dropped == 1


def test_the_source_is_read_completely_even_where_it_could_give_changes_only(bench, shelf):
    shelf.tables["products"] = [("sku", "changed"), ("A-1", 1), ("A-2", 2)]
    source = {"type": "shop.rows", "connection": "shop", "incremental": True}
    run(bench, source=source)
    run(bench, source=source)
    assert [window.since for window in shelf.windows] == [None, None]


def test_a_run_of_some_keys_reads_all_rows_and_sends_those(bench, shelf):
    run(bench)
    table(shelf, ("A-1", "Awl"), ("B-1", "Bucket"), ("A-2", "Awl"))
    models, products = run(bench, RunOptions(only=("A-2",)))
    assert shelf.windows[-1].keys == ()
    assert shelf.sent[5:] == ["A-2"]
    assert (models.notes, products.notes) == ((), ())
    models, _ = run(bench, RunOptions(only=("Z",)))
    assert models.notes == ("The source has no record with the key Z.",)


def test_a_limit_counts_the_rows_that_come_out(bench, shelf):
    models, products = run(bench, RunOptions(limit=3))
    assert (models.read, counts(models), counts(products)) == (3, {"created": 2}, {"created": 1})


def test_a_column_that_is_not_there_ends_the_run_before_anything_is_read(bench, shelf):
    with pytest.raises(ConfigError, match="no column is called 'nonsens'"):
        run(bench, once=["nonsens"], sink=SINKS[:1])
    assert shelf.sent == []


def test_more_rows_than_a_chunk_pass_through(bench, shelf):
    table(shelf, *((f"G{n % 7}-{n}", "Name") for n in range(2500)))
    models, products = run(bench)
    assert (counts(models), counts(products)) == ({"created": 7}, {"created": 2500})
