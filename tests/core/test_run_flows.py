# ruff: noqa: E501 - tables of cases
"""Whole runs: guards, several sinks, feeds, order of flows, partial runs, cursors, and being stopped."""

import os
import signal
import threading
from functools import partial

import pytest

from pimflow.errors import AccessError, ConfigError, LoginError, PimflowError, StateError, UnreachableError
from pimflow.model import Status
from pimflow.run import RunOptions, run_pipeline
from pimflow.state import history


def counts(report):
    return {str(status): number for status, number in report.counts.items() if number}


def table(shop, *rows, header=("sku", "name")):
    shop.tables["products"] = [header, *rows]


def many(number, name="Name"):
    return [(f"S-{n:03}", f"{name} {n}") for n in range(1, number + 1)]


FEED = {"sink": {"type": "shop.feed", "connection": "shop"}}
LANES = {"sink": {"type": "shop.lanes", "connection": "shop"}}


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


INCREMENTAL = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}


def cursor(bench):
    with bench.database() as database:
        return history.cursor(database, "bench", "products", "shop://main")


@pytest.fixture
def dated(bench, shop):
    table(shop, ("A", "Anvil", 10), ("B", "Bucket", 20), header=("sku", "name", "changed"))
    return bench


def test_a_complete_read_keeps_the_cursor_and_the_next_reads_from_there(dated, shop):
    dated.run(**INCREMENTAL)
    assert cursor(dated) == "100"
    shop.now = 200
    shop.tables["products"].append(("C", "Candle", 150))
    report = dated.run(**INCREMENTAL)
    assert (report.read, counts(report), report.full, report.notes) == (1, {"created": 1}, False, ())
    assert cursor(dated) == "200"


def test_full_reads_everything(dated, shop):
    dated.run(**INCREMENTAL)
    report = dated.run(RunOptions(full=True), **INCREMENTAL)
    assert (report.read, counts(report), report.full) == (2, {"unchanged": 2}, True)


@pytest.mark.parametrize("options", [RunOptions(limit=1), RunOptions(only=("A",))])
def test_a_partial_run_keeps_no_cursor(dated, options):
    dated.run(options, **INCREMENTAL)
    assert cursor(dated) is None


def test_half_a_read_keeps_no_cursor(dated, shop):
    def broken():
        yield ("sku", "name", "changed")
        yield ("A", "Anvil", 10)
        raise UnreachableError("the shelf is gone")

    shop.tables["products"] = broken
    report = dated.run(**INCREMENTAL)
    assert report.exit_code == 3
    assert cursor(dated) is None


def test_a_flow_broken_off_while_writing_keeps_no_cursor(dated, shop):
    shop.scripts["B"] = [AccessError("no")]
    dated.run(**INCREMENTAL)
    assert cursor(dated) is None


def test_a_refused_record_does_not_pin_the_cursor(dated, shop):
    shop.scripts["B"] = [Status.REFUSED]
    dated.run(**INCREMENTAL)
    assert cursor(dated) == "100"


def test_what_failed_is_sent_again_although_the_cursor_passed_it(dated, shop):
    shop.scripts["B"] = ["silence"]
    dated.run(**INCREMENTAL)
    shop.now = 200
    report = dated.run(**INCREMENTAL)
    assert ("products", "B") in shop.records
    assert dated.open_items() == []
    assert report.exit_code == 0


def test_a_new_source_address_has_no_cursor(dated, shop, shop_plugin):
    dated.run(**INCREMENTAL)
    other = shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    other.tables = shop.tables
    dated.connections["shop"]["name"] = "other"
    dated.run(**INCREMENTAL)
    assert other.windows[0].since is None


def test_ctrl_c_keeps_what_was_committed_and_the_next_run_goes_on(bench, shop):
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
