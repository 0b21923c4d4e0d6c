"""One outcome for each record, whatever the target answers, and what is kept open."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimflow.errors import RowProblem
from pimflow.model import BadValue, Outcome, Problem, ProblemKind, Status
from pimflow.running.run import RunOptions

from .shop_rows import LOST, counts, many, table


def test_a_refused_record_is_told_kept_and_not_sent_again_while_unchanged(bench, shop):
    shop.scripts["B"] = [Status.REFUSED, Status.REFUSED]
    first = bench.run()
    assert (counts(first), first.attention, first.exit_code) == ({"created": 2, "refused": 1}, 1, 0)
    (item,) = bench.open_items()
    assert (item.key, item.row, item.status) == ("B", 2, Status.REFUSED)
    assert item.source_row == {"sku": "B", "name": "Bucket"}
    second = bench.run()
    assert counts(second) == {"unchanged": 2, "refused": 1}
    assert second.causes == first.causes
    assert shop.sent.count("B") == 1


def test_a_refused_record_is_sent_again_when_its_row_changes(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    shop.tables["products"][2] = ("B", "Barrel")
    assert counts(bench.run()) == {"unchanged": 2, "created": 1}
    assert bench.open_items() == []


def test_a_new_record_is_sent_again_when_a_column_of_once_changes_that_it_was_refused_with(bench, shop):
    shop.scripts["B"] = [Status.REFUSED, Status.REFUSED]
    bench.run(once=["name"])
    assert counts(bench.run(once=["name"])) == {"unchanged": 2, "refused": 1}
    assert shop.sent.count("B") == 1
    shop.tables["products"][2] = ("B", "Barrel")
    bench.run(once=["name"])
    assert shop.sent.count("B") == 2
    shop.tables["products"][2] = ("B", "Bin")
    assert counts(bench.run(once=["name"])) == {"unchanged": 2, "created": 1}
    assert shop.records["products", "B"]["name"] == "Bin"


def test_a_refused_record_is_sent_again_when_the_mapping_changes(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    report = bench.run(transforms=[{"map": {"sku": "sku", "name": "name", "brand": {"constant": "x"}}}])
    assert counts(report) == {"updated": 2, "created": 1}


def test_a_refused_record_is_sent_again_when_an_option_changes_that_leaves_its_row_as_it_is(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    bench.run()
    assert shop.sent.count("B") == 1
    source = {"type": "shop.rows", "connection": "shop", "cut": 1}
    assert counts(bench.run(source=source)) == {"unchanged": 2, "created": 1}


def test_a_refused_record_is_sent_again_after_a_day(bench, shop):
    shop.scripts["B"] = [Status.REFUSED, Status.REFUSED]
    bench.run()
    bench.yesterday()
    bench.run()
    assert shop.sent.count("B") == 2
    bench.run()
    assert shop.sent.count("B") == 2
    bench.yesterday()
    assert counts(bench.run()) == {"unchanged": 2, "created": 1}
    assert bench.open_items() == []


def test_a_record_for_which_a_right_was_missing_is_sent_again_by_each_run(bench, shop):
    about_it = Problem("the account may not edit this product", ProblemKind.PERMISSION)
    about_a_value = Problem("only its owner may change it", ProblemKind.PERMISSION, "name")
    refusals = {"A": about_a_value, "B": about_it}
    for key, problem in refusals.items():
        shop.scripts[key] = [Outcome("products", key, Status.REFUSED, (problem,))] * 2
    assert counts(bench.run()) == {"created": 1, "refused": 2}
    assert counts(bench.run()) == {"unchanged": 1, "refused": 2}
    assert counts(bench.run()) == {"unchanged": 1, "refused": 1, "created": 1}
    assert [shop.sent.count(key) for key in ("A", "B")] == [1, 3]


def test_a_refused_record_is_sent_again_on_request(bench, shop):
    shop.scripts["B"] = [Status.REFUSED]
    bench.run()
    report = bench.run(RunOptions(only=("B",), retry=True))
    assert counts(report) == {"created": 1}
    assert bench.open_items() == []


def test_an_open_item_keeps_the_time_when_it_began(bench, shop):
    shop.scripts["B"] = [Status.REFUSED] * 3
    bench.run()
    bench.sql("UPDATE open_items SET first = '2020-01-01', last = '2020-01-01'")
    bench.run()
    bench.yesterday()
    bench.run()
    ((first, last),) = bench.sql("SELECT first, last FROM open_items")
    assert first == "2020-01-01"
    assert last > "2020-01-01"


def test_a_value_that_the_target_would_not_take_is_told_in_every_run_until_mended(bench, shop):
    table(shop, ("A", "red"), ("B", "BORD"), header=("sku", "colour"))
    first = bench.run()
    assert (counts(first), first.attention) == ({"created": 2}, 1)
    assert shop.records["products", "B"] == {"sku": "B"}
    for _ in range(2):
        again = bench.run()
        assert (counts(again), again.attention) == ({"unchanged": 2}, 1)
        assert [cause.problem.value for cause in again.causes] == ["BORD"]
    assert len(shop.batches) == 1
    shop.tables["products"][2] = ("B", "blue")
    mended = bench.run()
    assert (counts(mended), mended.attention) == ({"unchanged": 1, "updated": 1}, 0)
    assert bench.open_items() == []


def test_a_value_that_the_target_refused_while_loading_is_told_until_mended_and_tried_daily(bench, shop):
    problem = Problem("the shop has no such colour", ProblemKind.REFERENCE, "colour", "BORD")
    shop.scripts["A"] = [(problem,), (problem,)]
    bench.run()
    again = bench.run()
    assert (counts(again), again.attention) == ({"unchanged": 3}, 1)
    assert shop.sent.count("A") == 1
    bench.yesterday()
    assert bench.run().attention == 1
    assert shop.sent.count("A") == 2
    bench.yesterday()
    assert bench.run().attention == 0
    assert bench.open_items() == []


def test_bad_cells_cost_themselves_only(bench, shop):
    bad = BadValue(Problem("which is no number", field="weight", value="heavy"))
    table(shop, ("A", bad), ("B", "2"), header=("sku", "weight"))
    report = bench.run()
    assert (counts(report), report.attention) == ({"created": 2}, 1)
    assert shop.records["products", "A"] == {"sku": "A"}
    shop.tables["products"][1] = ("A", "1")
    assert (counts(bench.run()), bench.open_items()) == ({"updated": 1, "unchanged": 1}, [])


def test_bad_cells_cost_their_record_where_the_flow_says_so(bench, shop):
    bad = BadValue(Problem("which is no number", field="weight", value="heavy"))
    table(shop, ("A", bad, ""), ("B", "2", "BORD"), ("C", "2", "red"), header=("sku", "weight", "colour"))
    report = bench.run(on_bad_value="refuse")
    assert counts(report) == {"created": 1, "refused": 2}
    assert list(shop.records) == [("products", "C")]
    assert {cause.keys for cause in report.causes} == {("A",), ("B",)}
    table(shop, ("A", "1", ""), ("B", "2", "blue"), ("C", "2", "red"), header=("sku", "weight", "colour"))
    assert counts(bench.run(on_bad_value="refuse")) == {"created": 2, "unchanged": 1}
    assert bench.open_items() == []


def test_a_bad_cell_in_the_key_column_is_a_refused_record(bench, shop):
    table(shop, (BadValue(Problem("row has 3 cells", detail="line 2")), "Anvil"), ("B", "Bucket"))
    report = bench.run()
    assert counts(report) == {"created": 1, "refused": 1}
    assert report.causes[0].keys == ("row 1",)


def test_a_row_that_the_writer_refuses_is_kept_with_its_key_and_closed_when_mended(bench, shop):
    shop.tables["products"][2] = ("B", "forbidden")
    assert counts(bench.run()) == {"created": 2, "refused": 1}
    (item,) = bench.open_items()
    assert (item.key, item.problems[0].reason) == ("B", "which nobody may be called")
    shop.tables["products"][2] = ("B", "Bucket")
    assert counts(bench.run()) == {"created": 1, "unchanged": 2}
    assert bench.open_items() == []


def test_a_known_record_whose_row_is_refused_still_counts_as_seen(bench, shop):
    bench.run()
    shop.tables["products"][2] = ("B", "forbidden")
    report = bench.run()
    assert counts(report) == {"unchanged": 2, "refused": 1}
    assert report.notes == ()


def test_a_defect_in_prepare_costs_one_row(bench, shop):
    plain = shop.prepare

    def prepare(row):
        if row["sku"] == "B":
            raise KeyError("price")
        return plain(row)

    shop.prepare = prepare
    report = bench.run()
    assert counts(report) == {"created": 2, "refused": 1}
    (cause,) = report.causes
    assert "plugin" in cause.problem.reason
    assert "KeyError" in cause.problem.detail
    assert cause.keys == ("B",)


def test_the_second_of_two_rows_with_one_key_is_refused(bench, shop):
    table(shop, ("A", "Anvil"), ("B", "Bucket"), ("A", "Old anvil"))
    report = bench.run()
    assert counts(report) == {"created": 2, "refused": 1}
    assert shop.records["products", "A"]["name"] == "Anvil"
    (cause,) = report.causes
    assert (cause.problem.kind, cause.problem.reason) == (ProblemKind.DUPLICATE, "which row 1 has too")
    assert cause.keys == ("A",)
    again = bench.run()
    assert counts(again) == {"unchanged": 2, "refused": 1}
    table(shop, ("A", "Anvil"), ("B", "Bucket"))
    bench.run()
    assert bench.open_items() == []


@pytest.mark.parametrize("sink", ["shop.products", "shop.lanes"])
def test_duplicates_across_chunks_and_with_the_first_row_under_way(bench, shop, sink):
    rows = many(1003)
    table(shop, *rows, ("S-001", "Other"), ("S-1003", "Other"), *((f"N-{n}", "x") for n in range(2000)), ("S-002", "O"))
    report = bench.run(sink={"type": sink, "connection": "shop"})
    assert counts(report) == {"created": 3003, "refused": 3}
    assert max(Counter(shop.sent).values()) == 1


def test_a_duplicate_in_the_chunk_in_which_its_first_row_comes_back(bench, shop):
    """The first row settles while the chunk with the second is on its way."""
    table(shop, *many(1000), *((f"N-{n}", "x") for n in range(500)), ("S-1000", "Other"))
    report = bench.run()
    assert counts(report) == {"created": 1500, "refused": 1}
    assert shop.records["products", "S-1000"]["name"] == "Name 1000"


def test_transform_problems_cost_one_row(bench, shop):
    report = bench.run(transforms=[{"shop.spoil": {"row": "B"}}])
    assert counts(report) == {"created": 2, "refused": 1}
    assert report.causes[0].problem.reason == "which spoils"
    assert [item.source_row for item in bench.open_items()] == [{"sku": "B", "name": "Bucket"}]
    assert counts(bench.run()) == {"created": 1, "unchanged": 2}
    assert bench.open_items() == []


def test_a_defect_in_a_transform_costs_one_row_and_is_told_as_a_defect(bench, shop):
    report = bench.run(transforms=[{"shop.spoil": {"row": "B", "how": "defect"}}])
    assert (counts(report), report.error) == ({"created": 2, "refused": 1}, "")
    (cause,) = report.causes
    assert "plugin" in cause.problem.reason
    assert cause.problem.who == "administrator"
    assert "KeyError" in cause.problem.detail


def test_rows_that_a_transform_drops_are_counted(bench, shop):
    report = bench.run(transforms=[{"shop.spoil": {"row": "B", "how": "drop"}}])
    assert (report.read, report.dropped, counts(report)) == (3, 1, {"created": 2})


def test_columns_that_the_target_cannot_take_are_told_once_and_left_out(bench, shop):
    table(shop, ("A", "x"), ("B", "y"), header=("sku", "colour"))
    shop.unknown_columns["colour"] = RowProblem("colour", None, "the shop has no such attribute", remedy="Create it.")
    report = bench.run()
    assert counts(report) == {"created": 2}
    assert shop.records["products", "A"] == {"sku": "A"}
    (cause,) = report.causes
    assert (cause.count, cause.keys) == (0, ())


@pytest.mark.parametrize(
    "value",
    [2**70, "\ud800", float("nan"), {"b": 1, "a": [2**65]}, b"bytes", {"x", "y"}],
    ids=["huge number", "lone surrogate", "nan", "huge number inside", "bytes", "set"],
)
def test_any_value_of_a_source_can_be_sent_remembered_and_kept_open(bench, shop, value):
    table(shop, ("A", value), ("B", value), header=("sku", "data"))
    problem = Problem("the shop does not like it", field="data", value=value)
    shop.scripts["B"] = [Outcome("products", "B", Status.REFUSED, (problem,))]
    report = bench.run()
    assert (counts(report), report.error) == ({"created": 1, "refused": 1}, "")
    assert counts(bench.run()) == {"unchanged": 1, "refused": 1}
    assert [item.key for item in bench.open_items()] == ["B"]


ANSWERS = st.sampled_from(
    [None, None, None, Status.REFUSED, Status.WAITING, Status.FAILED, "silence", LOST, ValueError("defect")]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scripts=st.dictionaries(st.integers(1, 17), st.lists(ANSWERS, max_size=3), max_size=12),
    sink=st.sampled_from(["shop.products", "shop.lanes"]),
)
def test_every_record_has_one_outcome_and_all_arrive_in_the_end(bench, shop_plugin, scripts, sink):
    bench.forget_all()
    shop = shop_plugin.SHOPS["main"] = bench.shop = shop_plugin.Shop()
    table(shop, *many(17))
    for number, script in scripts.items():
        shop.scripts[f"S-{number:03}"] = list(script)
    to = {"sink": {"type": sink, "connection": "shop"}}
    report = bench.run(**to)
    assert sum(report.counts.values()) == report.read == 17
    assert set(report.counts) <= set(Status) - {Status.WAITING}
    assert report.counts.get(Status.CREATED, 0) == bench.sent_records()
    for _ in range(10):
        bench.yesterday()
        report = bench.run(**to)
        assert sum(report.counts.values()) == 17
        if report.counts.get(Status.UNCHANGED) == 17:
            break
    assert (len(shop.records), bench.open_items(), report.attention) == (17, [], 0)
