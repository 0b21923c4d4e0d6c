"""Targets that are silent, gone, slow or defect while batches are written."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import AccessError
from pimflow.model import Outcome, Status

from .shop_rows import LOST, counts, many, table


def test_silence_is_unknown_and_sent_again_by_the_next_run(bench, shop):
    shop.scripts["B"] = ["silence"]
    first = bench.run()
    assert (counts(first), first.exit_code) == ({"created": 2, "unknown": 1}, 1)
    assert first.causes[0].problem.reason == "the target did not say what became of it"
    assert counts(bench.run()) == {"created": 1, "unchanged": 2}
    assert bench.open_items() == []


def test_an_unreachable_target_costs_the_batch_and_the_next_run_sends_it_again(bench, shop):
    table(shop, *many(12))
    shop.scripts["S-006"] = [LOST]
    first = bench.run()
    assert (counts(first), first.exit_code) == ({"created": 7, "failed": 5}, 1)
    assert first.causes[0].problem.reason == "the shop does not answer"
    assert counts(bench.run()) == {"created": 5, "unchanged": 7}
    assert bench.open_items() == []


def test_an_update_that_failed_is_sent_again_although_the_row_went_back(bench, shop):
    bench.run()
    shop.tables["products"][2] = ("B", "Barrel")
    shop.scripts["B"] = ["silence"]
    bench.run()
    shop.tables["products"][2] = ("B", "Bucket")
    assert counts(bench.run())["updated"] == 1


def test_a_defect_in_load_costs_the_batch(bench, shop):
    table(shop, *many(7))
    shop.scripts["S-002"] = [ZeroDivisionError("division by zero")]
    report = bench.run()
    assert (counts(report), report.exit_code) == ({"created": 2, "unknown": 5}, 1)
    (cause,) = report.causes
    assert cause.problem.detail == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("answer", [None, "text", [None], [3], [("A", "created")]])
def test_nonsense_from_load_costs_the_batch(bench, shop, answer):
    shop.load = lambda _batch: answer
    report = bench.run()
    assert counts(report) == {"unknown": 3}


def test_outcomes_of_strangers_are_ignored(bench, shop):
    shop.answers = lambda _batch: [
        Outcome("products", "A", Status.CREATED),
        Outcome("products", "Z", Status.CREATED),
        Outcome("products", "A", Status.UPDATED),
    ]
    report = bench.run()
    assert sum(report.counts.values()) == 3
    assert report.counts[Status.UNKNOWN] == 2


def test_a_refusal_without_a_reason_is_still_a_cause(bench, shop):
    shop.scripts["B"] = [Outcome("products", "B", Status.REFUSED)]
    report = bench.run()
    assert report.attention == 1
    assert [cause.keys for cause in report.causes] == [("B",)]


def test_a_fatal_error_ends_the_flow_and_what_was_committed_stays(bench, shop):
    table(shop, *many(12))
    shop.scripts["S-006"] = [AccessError("the account may not write products", detail="403")]
    report = bench.run()
    assert (report.error, report.detail) == ("the account may not write products", "403")
    assert (report.exit_code, report.complete, counts(report)) == (3, False, {"created": 5})
    assert shop.closed == [False]
    assert counts(bench.run()) == {"unchanged": 5, "created": 7}


def test_a_fatal_error_in_one_lane_keeps_what_the_others_wrote(bench, shop):
    table(shop, *many(20))
    barrier = threading.Barrier(4)

    def on_load(batch):
        if int(batch[0].key[2:]) <= 8:
            barrier.wait(5)

    shop.on_load = on_load
    shop.scripts["S-003"] = [AccessError("the account may not write products")]
    sink = {"type": "shop.lanes", "connection": "shop"}
    report = bench.run(sink=sink)
    assert report.exit_code == 3
    assert bench.sent_records() == len(shop.records) == report.counts[Status.CREATED]
    assert report.counts[Status.CREATED] >= 6
    shop.on_load = lambda _batch: None
    assert sum(bench.run(sink=sink).counts.values()) == 20
    assert Counter(shop.sent)["S-001"] == 1


def test_several_batches_are_in_flight_and_never_one_key_twice(bench, shop):
    table(shop, *many(40))
    together = threading.Barrier(4, timeout=5)
    shop.on_load = lambda _batch: together.wait()
    report = bench.run(sink={"type": "shop.lanes", "connection": "shop"})
    assert counts(report) == {"created": 40}
    assert shop.most_in_flight == 8
    assert not shop.overlapping


def test_one_batch_at_a_time_unless_the_sink_allows_more(bench, shop):
    table(shop, *many(20))
    shop.on_load = lambda _batch: time.sleep(0.005)
    bench.run()
    assert shop.most_in_flight == 5


def test_too_many_failures_in_a_row_break_the_flow_off(bench, shop):
    table(shop, *many(40))
    for n in range(6, 41):
        shop.scripts[f"S-{n:03}"] = [LOST]
    report = bench.run(guards={"max_failed": 9})
    assert report.exit_code == 3
    assert "10 records failed in a row, and max_failed is 9" in report.error
    assert counts(report) == {"created": 5, "failed": 10}


def test_failures_with_successes_between_do_not_break_the_flow_off(bench, shop):
    table(shop, *many(30))
    for n in (1, 11, 21):
        shop.scripts[f"S-{n:03}"] = [LOST]
    report = bench.run(guards={"max_failed": 9})
    assert counts(report) == {"failed": 15, "created": 15}
    assert report.error == ""


@pytest.mark.parametrize(("jump", "sent"), [(-365, 2), (-0.01, 2), (0.5, 1), (365, 2)])
def test_a_refused_record_does_not_wait_until_a_clock_set_back_is_there_again(bench, shop, monkeypatch, jump, sent):
    shop.scripts["B"] = [Outcome("products", "B", Status.REFUSED)]
    assert counts(bench.run()) == {"created": 2, "refused": 1}
    monkeypatch.setattr("pimflow.running.run._now", lambda: datetime.now(UTC) + timedelta(days=jump))
    bench.run()
    assert shop.sent.count("B") == sent
