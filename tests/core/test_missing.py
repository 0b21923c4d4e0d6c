"""What becomes of records that a complete read of everything lacks."""

import pytest

from pimflow.errors import ConfigError, UnreachableError
from pimflow.model import Status
from pimflow.running.run import RunOptions

from .shop_rows import counts, many, table

DRAFTS = {"sink": {"type": "shop.drafts", "connection": "shop"}}
DISABLE = {**DRAFTS, "on_missing": "disable"}
DELETE = {"on_missing": "delete", "guards": {"max_missing": 10}}


@pytest.fixture
def ten(bench, shop):
    table(shop, *many(10))
    return bench


def without(shop, *missing):
    table(shop, *[row for row in many(10) if row[0] not in missing])


def enabled(shop, key):
    return shop.records["products", key].get("enabled")


def test_they_are_deleted_once_and_told(ten, shop):
    ten.run(**DELETE)
    without(shop, "S-003", "S-007")
    report = ten.run(**DELETE)
    assert shop.deleted == ["S-003", "S-007"]
    assert counts(report) == {"unchanged": 8, "deleted": 2}
    assert report.notes == ("2 sent earlier were not in the source this time, and were deleted: S-003, S-007",)
    assert (ten.run(**DELETE).notes, shop.deleted[2:]) == ((), [])
    table(shop, *many(10))
    assert counts(ten.run(**DELETE)) == {"unchanged": 8, "created": 2}


def test_they_are_disabled_once_and_enabled_when_they_come_back(ten, shop):
    ten.run(**DISABLE)
    for record in shop.records.values():
        record["enabled"] = True
    without(shop, "S-003")
    report = ten.run(**DISABLE)
    assert [enabled(shop, f"S-{n:03}") for n in (2, 3, 4)] == [True, False, True]
    assert counts(report) == {"unchanged": 9, "updated": 1}
    sent = len(shop.sent)
    assert (ten.run(**DISABLE).notes, len(shop.sent)) == ((), sent)
    table(shop, *many(10))
    assert counts(ten.run(**DISABLE)) == {"unchanged": 9, "updated": 1}
    assert enabled(shop, "S-003") is True
    assert counts(ten.run(**DISABLE)) == {"unchanged": 10}
    without(shop, "S-003")
    ten.run(**DISABLE)
    assert enabled(shop, "S-003") is False


def test_what_came_back_can_still_be_emptied(ten, shop):
    ten.run(**DISABLE, empty="erase")
    without(shop, "S-003")
    ten.run(**DISABLE, empty="erase")
    table(shop, *[row if row[0] != "S-003" else ("S-003", "") for row in many(10)])
    ten.run(**DISABLE, empty="erase")
    assert shop.records["products", "S-003"]["name"] is None


def test_what_somebody_removed_from_the_target_is_not_created_to_be_disabled(ten, shop):
    ten.run(**DISABLE)
    del shop.records["products", "S-003"]
    without(shop, "S-003")
    assert counts(ten.run(**DISABLE)) == {"unchanged": 9}
    assert ("products", "S-003") not in shop.records


def test_by_default_they_stay(ten, shop):
    ten.run()
    without(shop, "S-003")
    assert ten.run().notes == ("1 sent earlier was not in the source this time, and stays: S-003",)
    assert shop.deleted == []


def test_more_than_a_fifth_is_held_back_unless_the_flow_or_a_person_says_otherwise(ten, shop):
    ten.run(on_missing="delete")
    without(shop, "S-001", "S-002", "S-003")
    report = ten.run(on_missing="delete")
    assert report.error.startswith("3 would be missing, and the most allowed is 20% of 10. Nothing was written")
    assert shop.deleted == []
    ten.run(RunOptions(allow=frozenset({"max_missing"})), on_missing="delete")
    assert len(shop.deleted) == 3


@pytest.mark.parametrize("options", [RunOptions(limit=5), RunOptions(only=("S-001",))])
def test_a_partial_run_deletes_nothing(ten, shop, options):
    ten.run(**DELETE)
    ten.run(options, **DELETE)
    assert shop.deleted == []


def test_half_a_read_deletes_nothing(ten, shop):
    ten.run(**DELETE)

    def broken():
        yield ("sku", "name")
        yield from many(9)
        raise UnreachableError("the shelf is gone")

    shop.tables["products"] = broken
    assert ten.run(**DELETE).exit_code == 3
    assert shop.deleted == []


def test_a_read_of_changes_deletes_nothing(ten, shop):
    incremental = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}, **DELETE}
    shop.tables["products"] = [("sku", "name", "changed"), *((f"S-{n}", "x", n) for n in range(10))]
    ten.run(**incremental)
    assert ten.run(**incremental).read == 0
    assert shop.deleted == []


def test_a_row_that_broke_before_its_key_was_known_may_be_any_of_them(ten, shop):
    ten.run(**DELETE)
    spoil = {"transforms": [{"shop.spoil": {"row": "S-005"}}]}
    without(shop, "S-003")
    report = ten.run(**DELETE, **spoil)
    assert shop.deleted == []
    assert report.notes[0].endswith(
        "None was deleted: rows that could not be read as far as their key (1) may be these: S-003, S-005"
    )


def test_a_refused_record_is_not_missing(ten, shop):
    ten.run(**DELETE)
    table(shop, *[row if row[0] != "S-003" else ("S-003", "forbidden") for row in many(10)])
    assert counts(ten.run(**DELETE)) == {"unchanged": 9, "refused": 1}
    assert shop.deleted == []


def test_what_cannot_be_deleted_is_told_and_tried_again(ten, shop):
    ten.run(**DELETE)
    without(shop, "S-003")
    shop.scripts["S-003"] = [Status.REFUSED]
    report = ten.run(**DELETE)
    assert counts(report) == {"unchanged": 9, "refused": 1}
    assert report.notes == ("1 sent earlier was not in the source this time, of which 0 were deleted: S-003",)
    assert report.causes[0].problem.reason == "which is on an order"
    assert counts(ten.run(**DELETE)) == {"unchanged": 9, "deleted": 1}


def test_a_plan_tells_what_would_be_deleted_and_deletes_nothing(ten, shop):
    ten.run(**DELETE)
    without(shop, "S-003")
    report, _ = ten.plan(**DELETE)
    assert report.notes == ("1 sent earlier was not in the source this time, and would be deleted: S-003",)
    assert shop.deleted == []


@pytest.mark.parametrize(
    ("sink", "wanted", "message"),
    [
        ("shop.products", "disable", "'shop.products' has no column that takes a record out of use"),
        ("shop.drafts", "delete", "'shop.drafts' cannot delete; `report` works with every sink"),
        ("shop.feed", "disable", "has no column that takes a record out of use"),
    ],
)
def test_a_sink_that_cannot_says_so_before_anything_is_contacted(bench, shop, sink, wanted, message):
    with pytest.raises(ConfigError, match=message):
        bench.run(sink={"type": sink, "connection": "shop"}, on_missing=wanted)
    assert shop.events == []


def test_many_are_deleted_in_batches(bench, shop):
    table(shop, *many(1203))
    bench.run(**DELETE)
    table(shop, *many(3))
    bench.run(on_missing="delete", guards={"max_missing": "100%"})
    assert len(shop.deleted) == len(set(shop.deleted)) == 1200
    assert bench.sent_records() == 3
