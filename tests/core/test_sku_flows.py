"""Rows without a SKU get one of their own, wait for one, or go without, as their flow says."""

import pytest

from pimflow.errors import ConfigError
from pimflow.running.by_groups import ByGroups
from pimflow.running.run import RunOptions

from .shop_rows import counts, table

HEADER = ("id", "sku", "name", "family")
OURS = {"from": "pimflow", "record": "id", "pattern": "{family:3|upper}-{sequence:04d}", "start": 10}


def put(shop, *rows):
    table(shop, *rows, header=HEADER)


def skus(shop):
    return {row["id"]: row.get("sku") for row in shop.records.values()}


def test_rows_without_a_sku_get_the_next_one_and_keep_it(bench, shop):
    put(shop, ("u1", None, "Mug", "mugs"), ("u2", "OLD-1", "Jug", "mugs"), ("u3", "", "Möbel", "Möbel"))
    report = bench.run(sku=OURS)
    assert counts(report) == {"created": 3}
    assert skus(shop) == {"u1": "MUG-0010", "u2": "OLD-1", "u3": "MOB-0011"}
    assert "2 products got SKUs." in report.notes
    put(shop, ("u4", " ", "Cup", "cups"), ("u3", "", "Shelf", "shelves"), ("u1", "", "Mug", "mugs"))
    report = bench.run(sku=OURS)
    assert counts(report) == {"created": 1, "updated": 1, "unchanged": 1}
    assert skus(shop)["u4"] == "CUP-0012"
    assert "1 product got a SKU." in report.notes
    assert "products got" not in " ".join(bench.run(sku=OURS).notes)


def test_a_plan_shows_the_sku_and_gives_none(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"))
    report, planned = bench.plan(sku=OURS)
    assert [change.key for change in planned] == ["MUG-0010"]
    assert "1 product would get a SKU." in report.notes
    put(shop, ("u2", "", "Cup", "cups"))
    bench.run(sku=OURS)
    assert skus(shop) == {"u2": "CUP-0010"}


def test_a_sku_that_the_target_has_is_passed_over_however_many_there_are(bench, shop):
    for n in range(10, 700):
        shop.records["products", f"MUG-{n:04}"] = {"id": f"old{n}", "sku": f"MUG-{n:04}"}
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Jug", "mugs"))
    bench.run(sku=OURS)
    assert skus(shop)["u1"], skus(shop)["u2"] == ("MUG-0700", "MUG-0701")
    assert max(map(len, shop.asked_free)) <= 5, "the sink takes batches of five"


def test_each_value_counts_for_itself_and_reserved_places_are_left_out(bench, shop):
    put(shop, *((f"u{n}", "", "Mug", "mugs") for n in range(3)), ("c1", "", "Cup", "cups"))
    bench.run(sku={**OURS, "per": "family", "reserved": ["11-14", "16"]})
    assert skus(shop) == {"u0": "MUG-0010", "u1": "MUG-0015", "u2": "MUG-0017", "c1": "CUP-0010"}


def test_who_has_no_family_is_told_and_the_others_go(bench, shop):
    put(shop, ("u1", "", "Mug", None), ("u2", "", "Jug", "mugs"), ("u3", "", "Dot", "…"), (None, "", "Tin", "tins"))
    report = bench.run(sku=OURS)
    assert counts(report) == {"created": 1, "refused": 3}
    told = {(cause.problem.field, cause.problem.reason): cause.keys for cause in report.causes}
    assert told == {
        ("family", "is empty, and the SKU is made of it"): ("u1",),
        ("family", "of which no SKU can be made: it has neither letters nor digits"): ("u3",),
        ("id", "is empty, and a SKU is given only to what can be known again by it"): ("row 4",),
    }
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Jug", "mugs"))
    assert counts(bench.run(sku=OURS)) == {"created": 1, "unchanged": 1}
    assert bench.open_items() == []


def test_a_sequence_without_room_is_told_until_it_has_some(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Jug", "mugs"), ("u3", "", "Cup", "cups"))
    report = bench.run(sku={**OURS, "last": 11})
    assert counts(report) == {"created": 2, "refused": 1}
    assert [cause.problem.reason for cause in report.causes] == [
        "no SKU is left: 11 was the last number of '{family:3|upper}-{sequence:04d}'"
    ]
    assert report.causes[0].keys == ("u3",)
    bench.run(sku=OURS)
    assert skus(shop)["u3"] == "CUP-0012"


def test_two_flows_of_one_series_never_give_one_sku(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"))
    shop.tables["parts"] = [HEADER, ("p1", "", "Handle", "mugs"), ("u1", "", "Mug", "mugs")]
    parts = {"source": {"type": "shop.rows", "connection": "shop", "table": "parts"}, "sku": {**OURS, "start": 1}}
    bench.run_all({"products": {"sku": OURS}, "parts": parts})
    assert sorted(row["sku"] for row in shop.records.values()) == ["MUG-0010", "MUG-0011"]


def test_others_are_asked_whether_a_sku_is_free(bench, shop, shop_plugin):
    other = shop_plugin.SHOPS["erp"] = type(shop)()
    other.records["products", "MUG-0010"] = {}
    bench.connections["erp"] = {"type": "shop", "name": "erp"}
    put(shop, ("u1", "", "Mug", "mugs"))
    bench.run(sku={**OURS, "also_free_in": ["erp"]})
    assert skus(shop) == {"u1": "MUG-0011"}
    put(shop, ("u2", "", "Mug", "mugs"))
    bench.run(sku={**OURS, "also_free_in": [{"type": "shop.lanes", "connection": "erp"}]})
    assert (other.asked_free[:2], other.asked_free[-1]) == (
        [["MUG-0010"], ["MUG-0011", "MUG-0012", "MUG-0013", "MUG-0014", "MUG-0015"]],
        ["MUG-0012"],
    )
    assert all(run.dry for run in other.runs), "it is looked at only"


def test_who_cannot_be_asked_ends_the_flow_and_nothing_is_written(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"))
    report = bench.run(sku={**OURS, "also_free_in": [{"type": "shop.blind", "connection": "shop"}]})
    assert "cannot tell which keys exist" in report.error
    assert shop.records == {}


def test_rows_wait_for_the_sku_of_the_pim(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "A", "Jug", "mugs"))
    report = bench.run(sku={"from": "akeneo", "record": "id"})
    assert counts(report) == {"created": 1}
    assert report.notes[-1].startswith(
        "1 product has no SKU yet and waits (u1): the PIM's identifier generator gives one when"
    )
    put(shop, ("u1", "G-1", "Mug", "mugs"), ("u2", "A", "Jug", "mugs"))
    assert counts(bench.run(sku={"from": "akeneo"})) == {"created": 1, "unchanged": 1}
    assert "SKU" not in " ".join(bench.run(sku={"from": "akeneo"}).notes)


def test_rows_go_without_the_sku_that_the_erp_gives(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "A", "Jug", "mugs"))
    shop.prepare = lambda row: shop.prepare_plainly({**row, "sku": row["id"]})
    report = bench.run(key="id", sku={"from": "erp", "column": "sku", "record": "id"})
    assert counts(report) == {"created": 2}
    assert report.notes == (
        "1 product has no SKU yet and went without (u1): the ERP gives it, and the way back brings it.",
    )


def test_one_record_that_was_asked_for_gets_its_sku(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Jug", "mugs"))
    assert counts(bench.run(RunOptions(only=("mugs",)), sku=OURS)) == {}
    report = bench.run(RunOptions(only=("u2",)), sku=OURS)
    assert counts(report) == {"created": 1}
    assert skus(shop) == {"u2": "MUG-0010"}


def test_groups_are_numbered_as_they_are_brought(bench, shop):
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Cup", "cups"), ("u3", "", "Jug", "mugs"))
    bench.run_all({"products": {"sku": OURS}}, RunOptions(by=ByGroups("family", lambda _report: True)))
    assert skus(shop) == {"u1": "MUG-0010", "u2": "CUP-0011", "u3": "MUG-0012"}


def test_all_sinks_of_a_flow_get_one_sku(bench, shop, shop_plugin):
    other = shop_plugin.SHOPS["erp"] = type(shop)()
    other.records["products", "MUG-0010"] = {"id": "old", "sku": "MUG-0010"}
    bench.connections["erp"] = {"type": "shop", "name": "erp"}
    put(shop, ("u1", "", "Mug", "mugs"))
    sinks = [{"type": "shop.products", "connection": name} for name in ("shop", "erp")]
    bench.run_all({"products": {"sku": OURS, "sink": sinks}})
    assert skus(shop) == {"u1": "MUG-0011"}
    assert skus(other) == {"old": "MUG-0010", "u1": "MUG-0011"}


def test_a_row_that_was_put_aside_is_numbered_when_it_is_tried_again(bench, shop):
    put(shop, ("u1", "", "forbidden", "mugs"), ("u2", "", "Jug", "mugs"))
    assert counts(bench.run(sku=OURS)) == {"created": 1, "refused": 1}
    put(shop, ("u1", "", "Mug", "mugs"), ("u2", "", "Jug", "mugs"))
    bench.run(RunOptions(retry=True), sku=OURS)
    assert skus(shop) == {"u1": "MUG-0010", "u2": "MUG-0011"}


def test_two_rows_of_one_record_share_their_sku_and_are_told(bench, shop):
    put(
        shop,
        ("u1", "", "Mug", "mugs"),
        ("u1", "", "Mug again", "mugs"),
        ("u2", "", "Cup", None),
        ("u2", "", "Cup", "c"),
    )
    report = bench.run(sku=OURS)
    assert counts(report) == {"created": 1, "refused": 3}
    assert skus(shop) == {"u1": "MUG-0010"}
    assert {cause.problem.reason for cause in report.causes} == {
        "which row 1 has too",
        "is empty, and the SKU is made of it",
    }


@pytest.mark.parametrize(
    ("sku", "told"),
    [
        ({"from": "pimflow", "record": "id"}, "sku: `pattern` is missing"),
        ({**OURS, "pattern": "A B{sequence}"}, "sku.pattern: a blank cannot stand in a SKU"),
        ({**OURS, "per": "famly"}, "sku.per: the pattern has no {famly}"),
        ({**OURS, "start": 10000}, "sku.start: the pattern has room for 9999 at most"),
        ({**OURS, "last": 9}, "sku.last: it is less than `start`, which is 10"),
        ({**OURS, "reserved": ["5-3"]}, "sku.reserved.0: the last place of a range comes before its first"),
        ({**OURS, "record": None}, "sku: `record` is missing"),
        ({**OURS, "also_free_in": ["erb"]}, "sku.also_free_in.0: no connection is called 'erb'"),
        ({**OURS, "also_free_in": [{"type": "shop.nothing"}]}, "sku.also_free_in.0.type: "),
        ({"from": "akeneo", "start": 3}, "sku.start: it is for `from: pimflow`; with `from: akeneo` remove it"),
        ({"from": "erp"}, "sku.from: 'shop.products' knows records by 'sku', so none can go there without it"),
        ({"from": "odoo"}, "sku.from: 'pimflow', 'akeneo' or 'erp' was expected"),
        ({**OURS, "check_digit": "lun"}, "sku.check_digit: "),
    ],
)
def test_a_mistake_is_told_with_its_place_before_anything_runs(bench, sku, told):
    with pytest.raises(ConfigError) as caught:
        bench.assembly(sku=sku)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("sku", "told"),
    [
        ({**OURS, "record": "uuid"}, "sku.record: no column is called 'uuid'"),
        ({**OURS, "pattern": "{famly}{sequence}"}, "sku.pattern: no column is called 'famly'; did you mean 'family'?"),
        ({**OURS, "column": "code"}, "sku.column: no column is called 'code'"),
    ],
)
def test_a_column_that_is_not_there_is_told_before_anything_is_written(bench, shop, sku, told):
    put(shop, ("u1", "", "Mug", "mugs"))
    with pytest.raises(ConfigError) as caught:
        bench.run(sku=sku)
    assert told in str(caught.value)
    assert shop.records == {}


def test_who_was_told_of_an_empty_family_is_not_told_twice_once_it_is_filled(bench, shop):
    source = {"type": "shop.rows", "connection": "shop", "incremental": True}
    header = (*HEADER, "changed")
    table(shop, ("u1", "", "Mug", None, 1), ("u2", "", "Jug", "mugs", 1), header=header)
    assert counts(bench.run(source=source, sku=OURS)) == {"created": 1, "refused": 1}
    assert counts(bench.run(source=source, sku=OURS)) == {"refused": 1}
    table(shop, ("u1", "", "Mug", "mugs", 200), ("u2", "", "Jug", "mugs", 1), header=header)
    shop.now = 300
    report = bench.run(source=source, sku=OURS)
    assert counts(report) == {"created": 1}
    assert skus(shop)["u1"] == "MUG-0011"
    assert bench.open_items() == []
    assert counts(bench.run(source=source, sku=OURS)) == {}


def test_an_id_counts_with_its_system_and_a_uuid_wherever_it_comes_from(bench, shop, shop_plugin):
    uuid = "0A4B1C2D-3E4F-4A5B-8C6D-7E8F9A0B1C2D"
    other = shop_plugin.SHOPS["erp"] = type(shop)()
    bench.connections["erp"] = {"type": "shop", "name": "erp"}
    put(shop, ("1", "", "Mug", "mugs"), (uuid, "", "Jug", "mugs"))
    other.tables["products"] = [HEADER, ("1", "", "Bolt", "mugs"), (uuid.lower(), "", "Jug", "mugs")]
    of_erp = {
        "source": {"type": "shop.rows", "connection": "erp"},
        "sink": {"type": "shop.products", "connection": "erp"},
    }
    bench.run_all({"products": {"sku": OURS}, "of_erp": {"sku": OURS, **of_erp}})
    assert skus(shop) == {"1": "MUG-0010", uuid: "MUG-0011"}
    assert skus(other) == {"1": "MUG-0012", uuid.lower(): "MUG-0011"}
