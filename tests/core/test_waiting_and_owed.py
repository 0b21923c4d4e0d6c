"""Records that wait for others, and columns of `once` that are still owed."""

from dataclasses import replace

import pytest

from pimflow.model import BadValue, Item, Problem, Status

from .shop_rows import counts, table


def test_a_child_before_its_parent_arrives_in_the_same_run(bench, shop):
    table(shop, ("C", "B"), ("B", "A"), ("A", ""), header=("sku", "parent"))
    shop.prepare = lambda row: [Item("products", row["sku"], dict(row))]
    report = bench.run(sink={"type": "shop.lanes", "connection": "shop"})
    assert (counts(report), report.attention) == ({"created": 3}, 0)
    assert set(shop.records) == {("products", key) for key in "ABC"}
    assert bench.open_items() == []


def test_a_record_that_waits_in_vain_is_refused_with_the_reason(bench, shop):
    table(shop, ("C", "NONE"), ("A", ""), header=("sku", "parent"))
    report = bench.run()
    assert (counts(report), report.exit_code) == ({"created": 1, "refused": 1}, 0)
    assert report.causes[0].problem.reason == "the shop does not have it yet"
    assert [item.status for item in bench.open_items()] == [Status.REFUSED]


def test_a_record_that_waited_in_vain_goes_through_once_its_parent_is_there(bench, shop):
    table(shop, ("C", "P"), ("A", ""), header=("sku", "parent"))
    bench.run()
    table(shop, ("C", "P"), ("A", ""), ("P", ""), header=("sku", "parent"))
    assert counts(bench.run()) == {"created": 2, "unchanged": 1}
    assert bench.open_items() == []


def test_the_duplicate_of_a_waiting_record_is_refused(bench, shop):
    table(
        shop, *(("C", "P"), *((f"S-{n}", "") for n in range(1005)), ("C", "S-1"), ("P", "")), header=("sku", "parent")
    )
    report = bench.run()
    assert counts(report) == {"created": 1007, "refused": 1}
    assert shop.records["products", "C"]["parent"] == "P"


def test_a_record_that_waited_in_vain_is_not_sent_again_while_nothing_new_arrives(bench, shop):
    table(shop, ("C", "P"), ("A", ""), header=("sku", "parent"))
    first = bench.run()
    sent = len(shop.sent)
    again = bench.run()
    assert len(shop.sent) == sent
    assert counts(again) == {"unchanged": 1, "refused": 1}
    assert again.causes == first.causes


def test_a_record_that_waited_in_vain_goes_through_when_another_flow_brings_its_parent(bench, shop):
    shop.tables["parents"] = [("sku", "parent")]
    table(shop, ("C", "P"), header=("sku", "parent"))
    flows = {
        "parents": {"source": {"type": "shop.rows", "connection": "shop", "table": "parents"}},
        "children": {"needs": ["parents"]},
    }
    assert bench.run_all(flows).flows[1].counts[Status.REFUSED] == 1
    shop.tables["parents"].append(("P", ""))
    assert counts(bench.run_all(flows).flows[1]) == {"created": 1}
    assert bench.open_items() == []


@pytest.mark.parametrize("guards", [{}, {"max_changed": 5}])
def test_children_and_parents_behind_guards(bench, shop, guards):
    table(shop, ("C", "P"), ("A", ""), header=("sku", "parent"))
    bench.run(guards=guards)
    table(shop, ("C", "P"), ("A", ""), ("P", ""), header=("sku", "parent"))
    assert counts(bench.run(guards=guards)) == {"created": 2, "unchanged": 1}
    assert counts(bench.run(guards=guards)) == {"unchanged": 3}


def test_a_once_column_that_was_bad_at_creation_is_written_when_it_is_mended_and_never_again(bench, shop):
    bad = BadValue(Problem("which is no name", field="name", value="?"))
    table(shop, ("A", bad))
    bench.run(once=["name"])
    assert shop.records["products", "A"] == {"sku": "A"}
    table(shop, ("A", "Anvil"))
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Anvil"
    table(shop, ("A", "Other"))
    assert counts(bench.run(once=["name"])) == {"unchanged": 1}
    assert shop.records["products", "A"]["name"] == "Anvil"


def test_a_once_column_that_arrived_in_part_is_sent_again_only_when_it_is_whole(bench, shop):
    def partly(row):
        whole = row["name"].rstrip("!")
        problems = () if whole == row["name"] else (Problem("which says too much", field="name", value=row["name"]),)
        yield Item("products", row["sku"], {"sku": row["sku"], "name": whole}, problems)

    shop.prepare = partly
    table(shop, ("A", "Anvil!"))
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Anvil"
    sent = len(shop.sent)
    assert counts(bench.run(once=["name"])) == {"unchanged": 1}
    assert len(shop.sent) == sent
    table(shop, ("A", "Anvils"))
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Anvils"


def test_a_once_column_whose_value_the_target_refused_is_tried_daily(bench, shop):
    table(shop, ("A", "Anvil"))
    refused = Problem("nobody may be called so", field="name", value="Anvil")
    shop.fit = lambda batch: [without_name(change, refused) if change.key == "A" else change for change in batch]
    bench.run(once=["name"])
    sent = len(shop.sent)
    assert counts(bench.run(once=["name"])) == {"unchanged": 1}
    assert len(shop.sent) == sent
    bench.yesterday()
    shop.fit = lambda batch: batch
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Anvil"
    assert bench.open_items() == []


def test_a_once_column_that_the_target_refused_goes_when_its_value_changes(bench, shop):
    table(shop, ("A", "Anvil"))
    refused = Problem("nobody may be called so", field="name", value="Anvil")
    shop.fit = lambda batch: [without_name(change, refused) for change in batch]
    bench.run(once=["name"])
    shop.fit = lambda batch: batch
    table(shop, ("A", "Amboss"))
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Amboss"


def without_name(change, problem):
    payload = {name: value for name, value in change.payload.items() if name != "name"}
    return replace(change, item=replace(change.item, payload=payload, problems=(*change.item.problems, problem)))
