"""The dry run: what would happen, held against the target, and nothing written anywhere."""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from pimflow.cli.show import print_plan
from pimflow.model import Status
from pimflow.plan import PlannedChange, ValueChange
from pimflow.running.run import RunOptions

from .shop_rows import counts


def dump(bench):
    copy = bench.folder / "dumped.sqlite"
    with bench.database() as database:
        database.copy_to(copy)
    with closing(sqlite3.connect(copy)) as connection:
        text = "\n".join(connection.iterdump())
    copy.unlink()
    return text


def test_plan_tells_what_would_be_created(bench, shop):
    report, planned = bench.plan()
    assert counts(report) == {"created": 3}
    assert planned[0] == PlannedChange(
        "product", "A", Status.CREATED, (ValueChange("sku", None, "A"), ValueChange("name", None, "Anvil"))
    )
    assert (shop.batches, shop.records) == ([], {})


def test_plan_tells_old_and_new_values(bench, shop):
    bench.run()
    shop.records["products", "B"]["name"] = "Named by hand"
    shop.tables["products"][2] = ("B", "Barrel")
    report, planned = bench.plan()
    assert counts(report) == {"unchanged": 2, "updated": 1}
    assert planned == [PlannedChange("product", "B", Status.UPDATED, (ValueChange("name", "Named by hand", "Barrel"),))]
    assert len(shop.batches) == 1


def test_plan_leaves_the_state_as_it_was(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    shop.tables["products"] += [("D", "Drum"), ("", "nameless")]
    before = dump(bench)
    bench.plan(key="sku")
    assert dump(bench) == before


def test_plan_then_run_does_what_was_planned(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Old"}
    report, _ = bench.plan()
    assert counts(bench.run()) == counts(report) == {"created": 2, "updated": 1}


def test_plan_knows_what_the_target_has_already(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Anvil"}
    report, planned = bench.plan()
    assert counts(report) == {"created": 2, "unchanged": 1}
    assert [change.key for change in planned] == ["B", "C"]


def test_plan_follows_the_mode_and_the_defaults(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Mine"}
    report, planned = bench.plan(mode="update")
    assert counts(report) == {"updated": 1, "refused": 2}
    report, planned = bench.plan(mode="create")
    assert counts(report) == {"created": 2, "unchanged": 1}
    report, planned = bench.plan(sink={"type": "shop.drafts", "connection": "shop"}, once=["name"])
    assert counts(report) == {"created": 2, "unchanged": 1}
    assert {value.column: value.new for value in planned[0].values} == {
        "enabled": False,
        "name": "Bucket",
        "sku": "B",
    }


def test_plan_tells_problems_as_a_run_would(bench, shop):
    shop.tables["products"] = [("sku", "colour", "name"), ("A", "BORD", "x"), ("B", "red", "forbidden"), ("A", "", "")]
    planned, _ = bench.plan()
    run = bench.run()
    assert counts(planned) == counts(run)
    assert planned.causes == run.causes


def test_plan_of_some_records_only(bench):
    report, planned = bench.plan(RunOptions(only=("C",)))
    assert (counts(report), [change.key for change in planned]) == ({"created": 1}, ["C"])


def test_plan_of_a_feed_writes_none(bench, shop):
    report, _ = bench.plan(sink={"type": "shop.feed", "connection": "shop"})
    assert report.error == ""
    assert shop.feeds == []


def test_plan_of_a_file_leaves_it_alone(bench):
    out = bench.folder / "out.csv"
    out.write_text("mine\n")
    bench.plan(sink={"type": "files.csv", "path": "out.csv"})
    assert out.read_text() == "mine\n"


def test_plan_shows_what_a_guard_would_hold_back(bench, shop):
    bench.run()
    shop.tables["products"] = [("sku", "name"), *[(key, "New") for key in "ABC"]]
    report, planned = bench.plan(guards={"max_changed": 1})
    assert "3 would change, and the most allowed is 1" in report.error
    assert [change.key for change in planned] == ["A", "B", "C"]


def test_a_target_that_cannot_be_asked_can_be_planned_from_what_was_sent(bench, shop):
    blind = {"sink": {"type": "shop.blind", "connection": "shop"}}
    bench.run(**blind)
    shop.tables["products"] += [("D", "Drum")]
    shop.tables["products"][1] = ("A", "Other")
    report, planned = bench.plan(**blind)
    assert (counts(report), report.error) == ({"created": 1, "updated": 1, "unchanged": 2}, "")
    assert {change.key: change.status for change in planned} == {"A": Status.UPDATED, "D": Status.CREATED}


def test_a_target_that_is_unreachable_is_told_in_words(bench, shop):
    from pimflow.errors import LoginError

    shop.scripts["open"] = [LoginError("the shop refuses the password")]
    report, planned = bench.plan()
    assert (report.error, report.exit_code, planned) == ("the shop refuses the password", 3, [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"amount": "350", "unit": "GRAM"}, "350 GRAM"),
        ({"weight": "GRAM", "depth": "METER"}, "weight: GRAM, depth: METER"),
        (["a", "b"], "a, b"),
    ],
)
def test_a_planned_value_is_printed_as_a_person_would_write_it(capsys, value, shown):
    change = PlannedChange("channel", "shop", Status.CREATED, (ValueChange("units", None, value),))
    print_plan([change], 0, 1)
    assert f"units: {shown}\n" in capsys.readouterr().out


def test_logs_of_previews_go_after_a_week(bench):
    bench.plan()
    (old,) = (bench.folder / ".pimflow" / "logs").glob("*.preview.jsonl")
    bench.run()
    assert old.exists()
    week = time.time() - 8 * 86400
    os.utime(old, (week, week))
    bench.run()
    assert not old.exists()
