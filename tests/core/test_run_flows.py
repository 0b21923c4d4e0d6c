"""Whole runs: guards, several sinks, feeds, order of flows, partial runs, cursors, and being stopped."""

import os
import signal
import threading
from functools import partial

import pytest

from pimflow.errors import AccessError, ConfigError, LoginError, PimflowError, StateError, UnreachableError
from pimflow.model import Status
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import history

from .shop_rows import counts, many, table

FEED = {"sink": {"type": "shop.feed", "connection": "shop"}}


LANES = {"sink": {"type": "shop.lanes", "connection": "shop"}}


def test_several_sinks_get_each_row_and_have_a_state_of_their_own(bench, shop, shop_plugin):
    other = shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    bench.connections["second"] = {"type": "shop", "name": "other"}
    flow = {"sink": [{"type": "shop.products", "connection": name} for name in ("shop", "second")]}
    other.scripts["A"] = [UnreachableError("the other shop is closed")]
    first = bench.run_all(**flow)
    assert [counts(report) for report in first.flows] == [{"created": 3}, {"failed": 3}]
    assert first.exit_code == 1
    second = bench.run_all(**flow)
    assert [counts(report) for report in second.flows] == [{"unchanged": 3}, {"created": 3}]
    assert len(shop.windows) == 2, "the source is read once a run"


def test_a_second_sink_does_not_make_the_first_forget(bench, shop, shop_plugin):
    bench.run()
    shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    bench.connections["second"] = {"type": "shop", "name": "other"}
    flow = {"sink": [{"type": "shop.products", "connection": name} for name in ("shop", "second")]}
    assert [counts(report) for report in bench.run_all(**flow).flows] == [{"unchanged": 3}, {"created": 3}]


def test_a_guard_of_one_sink_holds_all_sinks_back(bench, shop, shop_plugin):
    bench.run()
    other = shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    bench.connections["second"] = {"type": "shop", "name": "other"}
    sinks = [{"type": "shop.products", "connection": name} for name in ("second", "shop")]
    table(shop, *[(key, "New") for key in "ABC"])
    report = bench.run_all(sink=sinks, guards={"max_changed": 1})
    assert report.exit_code == 3
    assert other.batches == []


def test_a_feed_gets_every_row_every_time(bench, shop):
    assert counts(bench.run(**FEED)) == {"created": 3}
    assert [row["sku"] for row in shop.feeds[0]] == ["A", "B", "C"]
    shop.tables["products"][2] = ("B", "Barrel")
    assert counts(bench.run(**FEED)) == {"created": 3}
    assert [row["name"] for row in shop.feeds[1]] == ["Anvil", "Barrel", "Candle"]


def test_a_feed_that_did_not_change_is_told_as_up_to_date(bench, shop):
    bench.run(**FEED)
    assert counts(bench.run(**FEED)) == {"unchanged": 3}
    assert len(shop.feeds) == 1


def test_a_feed_keeps_its_target_when_the_flow_fails(bench, shop):
    bench.run(**FEED)

    def broken():
        yield ("sku", "name")
        yield ("A", "Anvil")
        raise UnreachableError("the shelf is gone")

    shop.tables["products"] = broken
    report = bench.run(**FEED)
    assert (report.error, report.complete, report.exit_code) == ("the shelf is gone", False, 3)
    assert (shop.closed, len(shop.feeds)) == ([True, False], 1)


@pytest.mark.parametrize("options", [RunOptions(only=("A",)), RunOptions(limit=1)])
def test_a_partial_run_does_not_cut_a_feed(bench, shop, options):
    bench.run(**FEED)
    report = bench.run(options, **FEED)
    assert len(shop.feeds) == 1
    assert report.notes == ("shop is written as a whole; a partial run leaves it as it was.",)


def test_flows_that_need_one_that_failed_are_skipped_and_others_go_on(bench, shop):
    shop.tables["bad"] = lambda: (_ for _ in ()).throw(AccessError("the account may not read"))
    flows = {
        "grandchild": {"needs": ["child"]},
        "child": {"needs": ["parent"]},
        "parent": {"source": {"type": "shop.rows", "connection": "shop", "table": "bad"}},
        "other": {},
    }
    report = bench.run_all(flows)
    reports = {flow.name: flow for flow in report.flows}
    assert report.exit_code == 3
    assert reports["parent"].error == "the account may not read"
    assert reports["child"].error == "not run: it needs 'parent', which did not go well"
    assert reports["grandchild"].error == "not run: it needs 'child', which did not go well"
    assert counts(reports["other"]) == {"created": 3}


def test_a_failed_login_is_told_once_and_not_tried_again(bench, shop):
    shop.scripts["open"] = [LoginError("the shop refuses the password", detail="422")]
    report = bench.run()
    assert (report.error, report.detail, report.exit_code) == ("the shop refuses the password", "422", 3)
    assert "open" not in shop.scripts


def test_only_some_records(bench, shop):
    report = bench.run(RunOptions(only=("B", "C")))
    assert counts(report) == {"created": 2}
    assert (shop.sent, report.full, report.notes) == (["B", "C"], False, ())
    assert shop.windows[0].keys == ("B", "C")
    assert counts(bench.run()) == {"created": 1, "unchanged": 2}


def test_a_limit_reads_no_more_than_that_many_rows(bench, shop):
    taken = []

    def rows():
        yield ("sku", "name")
        for row in many(50):
            taken.append(row)
            yield row

    shop.tables["products"] = rows
    report = bench.run(RunOptions(limit=7))
    assert (report.read, counts(report), len(taken)) == (7, {"created": 7}, 7)


def test_a_partial_run_closes_and_concludes_nothing(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    report = bench.run(RunOptions(limit=1))
    assert report.notes == ()
    assert [item.key for item in bench.open_items()] == ["B"]


@pytest.fixture
def listens_to_ctrl_c():
    """What is begun in the background does not, until it asks to."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_keeps_what_was_committed_and_the_next_run_goes_on(bench, shop, listens_to_ctrl_c):
    table(shop, *many(20))

    def interrupt(batch):
        if batch[0].key == "S-011":
            os.kill(os.getpid(), signal.SIGINT)

    shop.on_load = interrupt
    with pytest.raises(KeyboardInterrupt):
        bench.run(transforms=[{"shop.slow": {"seconds": 0.001}}])
    assert shop.closed == [False]
    assert shop.sessions == 0
    assert bench.sent_records() == len(shop.records) > 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pimflow")]
    with bench.database() as database:
        (past,) = history.past_runs(database, None, 5)
    assert past.exit_code == 3
    shop.on_load = lambda _batch: None
    assert sum(bench.run().counts.values()) == 20
    assert len(shop.sent) == len(set(shop.sent)) == 20


def test_progress_tells_each_batch_as_it_is_answered(bench, shop):
    table(shop, *many(20))
    told = []
    with bench.database() as database:
        run_pipeline(bench.assembly(), database, RunOptions(), lambda *step: told.append(step))
    done = [number for _, number, _ in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 20)
    assert len(set(done)) >= 4, "20 rows go in four batches"


def test_what_was_held_back_until_all_was_read_is_written_with_its_total_known(bench, shop):
    rows = [("sku", "name"), *many(20)]
    shop.tables["products"] = lambda: iter(rows)
    told = []
    with bench.database() as database:
        run_pipeline(bench.assembly(guards={"min_rows": 1}), database, RunOptions(), lambda *step: told.append(step))
    assert told[0][1:] == (0, None), "the source cannot count"
    totals = {done: total for _, done, total in told if done}
    assert len(totals) >= 4, "20 rows go in four batches"
    assert set(totals.values()) == {20}


def test_progress_counts_rows_that_a_filter_drops(bench, shop):
    table(shop, *many(20))
    told = []
    assembly = bench.assembly(transforms=[{"filter": {"field": "sku", "in": ["S-001"]}}])
    with bench.database() as database:
        run_pipeline(assembly, database, RunOptions(), lambda *step: told.append(step))
    assert told[-1][1] == 20


def test_a_defect_of_a_source_ends_the_flow_in_words(bench, shop):
    shop.tables["products"] = broken_source
    report = bench.run()
    assert report.exit_code == 3
    assert "defect" in report.error
    assert report.detail == "ZeroDivisionError: division by zero"


def broken_source():
    yield ("sku", "name")
    yield (1 / 0, "x")


def test_a_source_that_gives_no_table_ends_the_flow_in_words(bench, shop):
    shop.tables["products"] = lambda: None
    report = bench.run()
    assert report.exit_code == 3
    assert "TypeError" in report.detail


def test_an_empty_source_and_a_header_without_rows(bench, shop):
    for rows in ([("sku", "name")], []):
        shop.tables["products"] = partial(iter, rows)
        report = bench.run()
        assert (report.read, counts(report), report.exit_code) == (0, {}, 0)


def test_rows_shorter_or_longer_than_the_header_are_fitted_to_it(bench, shop):
    table(shop, ("A",), ("B", "Bucket", "surplus"), ())
    report = bench.run(transforms=[{"shop.slow": {"seconds": 0}}, {"shop.spoil": {"row": "Z"}}], key="sku")
    assert counts(report) == {"created": 2, "refused": 1}
    assert shop.records["products", "B"] == {"sku": "B", "name": "Bucket"}


def test_two_columns_of_one_name_end_the_flow(bench, shop):
    table(shop, ("A", "x", "y"), header=("sku", "name", "name"))
    report = bench.run()
    assert report.exit_code == 3
    assert report.error == "the source has two columns called 'name'"


def test_the_history_keeps_each_run_with_its_report(bench, shop):
    first = bench.run_all()
    second = bench.run_all()
    with bench.database() as database:
        past = history.past_runs(database, "bench", 10)
        assert [one.id for one in past] == [second.run.id, first.run.id]
        assert history.find_run(database, first.run.id).report["flows"][0]["read"] == 3
        assert history.past_runs(database, "other", 10) == []


def test_observers_are_told_of_each_batch_and_a_failing_one_stops_nobody(bench, shop, distribution):
    shop.scripts["observe"] = [1]
    report = bench.run()
    assert counts(report) == {"created": 3}
    assert ("products", [(key, Status.CREATED) for key in "ABC"]) in shop.events


def test_another_state_error_ends_the_run(bench, monkeypatch):
    from pimflow.state.records import Records

    def full(*_args):
        raise StateError("the disk is full")

    monkeypatch.setattr(Records, "remember", full)
    with pytest.raises(PimflowError, match="the disk is full"):
        bench.run()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pimflow-source")]


@pytest.mark.parametrize(
    ("flow", "place"),
    [
        ({"key": "skuu"}, "key: no column is called 'skuu'; did you mean 'sku'?"),
        ({"once": ["sku", "nonsense"]}, "once.1: no column is called 'nonsense'; known here: name, sku"),
        (
            {"empty_when": {"nonsense": [0]}},
            "empty_when.nonsense: no column is called 'nonsense'; known here: name, sku",
        ),
        ({"transforms": [{"map": {"sku": "skuu"}}]}, "transforms.0.map"),
    ],
)
def test_columns_that_are_not_there_are_a_mistake_in_the_file(bench, shop, flow, place):
    with pytest.raises(ConfigError) as caught:
        bench.run(**flow)
    (mistake,) = caught.value.mistakes
    assert f"flows.products.{place}" in str(mistake)
    assert mistake.line > 1
    assert (shop.batches, shop.closed) == ([], [False])


def test_a_column_that_the_target_knows_may_be_absent_from_this_delivery(bench):
    assert bench.run(once=["colour"], empty_when={"weight": [0]}).exit_code == 0


def test_a_connection_that_does_not_close_well_spoils_no_report(bench, shop, shop_plugin, monkeypatch):
    from contextlib import contextmanager

    @contextmanager
    def sticky(_self):
        yield shop
        raise OSError("it does not close")

    monkeypatch.setattr(shop_plugin.ShopConnection, "open", sticky)
    assert counts(bench.run()) == {"created": 3}


def test_a_log_that_cannot_be_written_stops_the_run_before_it_begins(bench, shop):
    (bench.folder / ".pimflow").mkdir()
    (bench.folder / ".pimflow" / "logs").write_text("in the way")
    with pytest.raises(PimflowError, match=r"cannot be written: File exists\. Nothing was run"):
        bench.run()
    assert shop.events == []
