"""What is open closes by itself when its key settles, whatever it was and however the source is read."""

from datetime import UTC, datetime

import pytest

from pimflow.errors import RowProblem
from pimflow.model import Outcome, Problem, ProblemKind, Status
from pimflow.running.run import RunOptions

from .shop_rows import counts, table

INCREMENTAL = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}
HEADER = ("sku", "name", "changed")


def changed(shop, *rows, now=1000):
    """Let the source have these rows, and the clock move on."""
    table(shop, *rows, header=HEADER)
    shop.now = now


@pytest.fixture(params=[{}, INCREMENTAL], ids=["full", "changes"])
def flow(request):
    return request.param


@pytest.fixture
def dated(bench, shop, flow):
    changed(shop, ("A", "Anvil", 10), now=20)
    return bench


OTHER_WAYS = [Status.FAILED, Status.UNKNOWN, Status.CREATED, Status.WAITING]


@pytest.mark.parametrize(
    ("kind", "status"),
    [*((kind, Status.REFUSED) for kind in ProblemKind), *((ProblemKind.VALUE, status) for status in OTHER_WAYS)],
)
def test_each_class_that_the_target_tells(dated, shop, flow, kind, status):
    problem = Problem("which the shop does not like", kind, "name", "Anvil")
    shop.scripts["A"] = [Outcome("products", "A", status, (problem,))] * (2 if status is Status.WAITING else 1)
    dated.run(**flow)
    assert [item.problems for item in dated.open_items()] == [(problem,)]
    dated.yesterday()
    changed(shop, ("A", "Anvil", 10))
    assert dated.run(**flow).attention == 0
    assert dated.open_items() == []


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_each_class_that_is_found_in_the_row(bench, shop, kind):
    def prepare(row):
        if row["name"] == "Anvil":
            raise RowProblem("name", "Anvil", "which cannot be", kind=kind)
        return shop.prepare_plainly(row)

    shop.prepare = prepare
    changed(shop, ("A", "Anvil", 10), now=20)
    bench.run(**INCREMENTAL)
    assert len(bench.open_items()) == 1
    changed(shop, ("A", "Amboss", 900))
    assert counts(bench.run(**INCREMENTAL)) == {"created": 1}
    assert bench.open_items() == []


def test_a_row_without_key_that_gets_one(bench, shop, flow):
    keyed = {**flow, "key": "sku"}
    changed(shop, (None, "Anvil", 10), now=20)
    bench.run(**keyed)
    changed(shop, ("A", "Anvil", 900))
    bench.run(**keyed)
    left = [item.key.split()[0] for item in bench.open_items()]
    assert left == ([] if not flow else ["row"])  # changes do not tell that it is the same row
    changed(shop, ("A", "Anvil", 900), now=3000)
    bench.run(RunOptions(full=True), **keyed)
    assert bench.open_items() == []


def test_rows_without_key_in_two_reads_of_changes_do_not_hide_each_other(bench, shop):
    keyed = {**INCREMENTAL, "key": "sku"}
    changed(shop, (None, "Anvil", 10), now=20)
    bench.run(**keyed)
    changed(shop, (None, "Bucket", 30), now=40)
    bench.run(**keyed)
    assert sorted(item.source_row["name"] for item in bench.open_items()) == ["Anvil", "Bucket"]
    report = bench.run(RunOptions(retry=True), **keyed)
    assert report.notes == ("2 left open by earlier runs were tried again.",)
    assert sorted(item.source_row["name"] for item in bench.open_items()) == ["Anvil", "Bucket"]


def test_a_row_that_a_transform_stopped_closes_once_it_comes_through(bench, shop):
    spoilt = {**INCREMENTAL, "transforms": [{"shop.spoil": {"row": "A"}}]}
    changed(shop, ("A", "Anvil", 10), now=20)
    bench.run(**spoilt)
    (item,) = bench.open_items()
    assert item.key.startswith("row 1 ")
    shop.tables["products"] = [HEADER]
    bench.sql("DELETE FROM bases")
    bench.sql("INSERT INTO bases SELECT 'bench', 'products', 'any'")  # the mended mapping is not read in full here
    report = bench.run(RunOptions(since=datetime(2026, 1, 1, tzinfo=UTC), retry=True), **INCREMENTAL)
    assert (counts(report), bench.open_items()) == ({"created": 1}, [])


def test_a_row_that_a_filter_drops_today_is_closed(bench, shop):
    changed(shop, ("A", "forbidden", 10), now=20)
    bench.run(**INCREMENTAL)
    assert len(bench.open_items()) == 1
    dropping = {**INCREMENTAL, "transforms": [{"shop.spoil": {"row": "A", "how": "drop"}}]}
    shop.tables["products"] = [HEADER]
    bench.run(RunOptions(since=datetime(2026, 1, 1, tzinfo=UTC), retry=True), **dropping)
    assert bench.open_items() == []


def test_a_duplicate_closes_when_its_key_comes_once(bench, shop, flow):
    changed(shop, ("A", "Anvil", 10), ("A", "Amboss", 10), now=20)
    bench.run(**flow)
    assert [item.key for item in bench.open_items()] == ["A (row 2)"]
    changed(shop, ("A", "Enclume", 900))
    assert bench.run(**flow).attention == 0
    assert bench.open_items() == []


def test_a_duplicate_stays_open_while_nothing_is_read_of_its_key(bench, shop):
    changed(shop, ("A", "Anvil", 10), ("A", "Amboss", 10), now=20)
    bench.run(**INCREMENTAL)
    changed(shop, ("B", "Bucket", 900))
    bench.run(**INCREMENTAL)
    assert [item.key for item in bench.open_items()] == ["A (row 2)"]


def test_a_partial_run_closes_no_duplicate(bench, shop):
    changed(shop, ("A", "Anvil", 10), ("A", "Amboss", 10), now=20)
    bench.run()
    bench.run(RunOptions(limit=1))
    assert [item.key for item in bench.open_items()] == ["A (row 2)"]


@pytest.mark.parametrize("first", [Status.FAILED, Status.REFUSED])
def test_a_newer_version_of_what_is_open_is_no_duplicate_of_it(bench, shop, first):
    changed(shop, ("A", "Anvil", 10), now=20)
    shop.scripts["A"] = [first]
    bench.run(**INCREMENTAL)
    bench.yesterday()
    changed(shop, ("A", "Amboss", 900))
    report = bench.run(**INCREMENTAL)
    assert (counts(report), report.attention) == ({"created": 1}, 0)
    assert shop.records["products", "A"]["name"] == "Amboss"
    assert bench.open_items() == []


def test_a_newer_version_of_a_refused_row_is_no_duplicate_of_it(bench, shop):
    changed(shop, ("A", "forbidden", 10), now=20)
    bench.run(**INCREMENTAL)
    bench.yesterday()
    changed(shop, ("A", "Amboss", 900))
    report = bench.run(**INCREMENTAL)
    assert (counts(report), report.attention, bench.open_items()) == ({"created": 1}, 0, [])


def test_what_a_run_did_not_finish_stays_open(bench, shop):
    changed(shop, ("A", "Anvil", 10), ("B", "Bucket", 10), now=20)
    shop.scripts["A"] = [Status.FAILED]
    shop.scripts["B"] = [Status.FAILED]
    bench.run(**INCREMENTAL)
    shop.tables["products"] = [HEADER]
    shop.on_load = lambda _batch: (_ for _ in ()).throw(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        bench.run(**INCREMENTAL)
    assert sorted(item.key for item in bench.open_items()) == ["A", "B"]
