"""What is sent, and what is not: fingerprints, `once`, `mode`, `empty`."""

from pimflow.model import Status
from pimflow.running.run import RunOptions

from .shop_rows import counts, table


def test_all_rows_arrive_and_the_second_run_sends_nothing(bench, shop):
    first = bench.run()
    assert (first.read, counts(first), first.exit_code) == (3, {"created": 3}, 0)
    assert shop.records["products", "B"] == {"sku": "B", "name": "Bucket"}
    second = bench.run()
    assert (second.read, counts(second)) == (3, {"unchanged": 3})
    assert len(shop.batches) == 1
    assert shop.sessions == 0


def test_only_the_changed_row_is_sent(bench, shop):
    bench.run()
    shop.tables["products"][2] = ("B", "Barrel")
    assert counts(bench.run()) == {"updated": 1, "unchanged": 2}
    assert shop.sent == ["A", "B", "C", "B"]


def test_the_order_of_columns_does_not_count(bench, shop):
    bench.run()
    table(shop, ("Anvil", "A"), ("Bucket", "B"), ("Candle", "C"), header=("name", "sku"))
    assert counts(bench.run()) == {"unchanged": 3}


def test_a_new_target_address_begins_empty_and_says_so(bench, shop, shop_plugin):
    bench.run()
    other = shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    other.tables = shop.tables
    bench.connections["shop"]["name"] = "other"
    report = bench.run()
    assert counts(report) == {"created": 3}
    assert report.notes == ("products writes to shop://other for the first time: everything is sent there.",)
    bench.connections["shop"]["name"] = "main"
    assert counts(bench.run()) == {"unchanged": 3}


def test_once_columns_are_written_at_creation_only(bench, shop):
    flow = {"once": ["name"]}
    bench.run(**flow)
    assert shop.records["products", "A"] == {"sku": "A", "name": "Anvil"}
    table(shop, ("A", "Other", "1"), ("D", "Drum", "2"), header=("sku", "name", "size"))
    report = bench.run(**flow)
    assert counts(report) == {"created": 1, "updated": 1}
    assert shop.records["products", "A"] == {"sku": "A", "name": "Anvil", "size": "1"}
    assert shop.records["products", "D"] == {"sku": "D", "name": "Drum", "size": "2"}


def test_once_spares_a_record_that_was_there_before_the_first_run(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Named by Julia"}
    bench.run(once=["name"])
    assert shop.records["products", "A"]["name"] == "Named by Julia"
    assert shop.records["products", "B"]["name"] == "Bucket"


def test_a_changed_once_column_alone_sends_nothing(bench, shop):
    bench.run(once=["name"])
    table(shop, ("A", "Other"), ("B", "Bucket"), ("C", "Candle"))
    assert counts(bench.run(once=["name"])) == {"unchanged": 3}


def test_mode_create_leaves_what_is_there(bench, shop):
    shop.records["products", "A"] = {"sku": "A", "name": "Mine"}
    assert counts(bench.run(mode="create")) == {"created": 2, "unchanged": 1}
    assert shop.records["products", "A"]["name"] == "Mine"
    table(shop, ("A", "x"), ("B", "y"), ("C", "z"))
    assert counts(bench.run(mode="create")) == {"unchanged": 3}
    assert shop.sent == ["B", "C"]


def test_mode_update_creates_nothing_and_says_so(bench, shop):
    shop.records["products", "A"] = {"sku": "A"}
    report = bench.run(mode="update")
    assert counts(report) == {"updated": 1, "refused": 2}
    (cause,) = report.causes
    assert cause.problem.reason == "shop has no such product, and pimflow creates none there"
    assert cause.count == 2
    assert ("products", "B") not in shop.records


def test_mode_update_sends_a_record_once_it_exists(bench, shop):
    bench.run(mode="update")
    shop.records["products", "B"] = {"sku": "B"}
    bench.run(RunOptions(retry=True), mode="update")
    assert shop.records["products", "B"]["name"] == "Bucket"
    assert [item.key for item in bench.open_items()] == ["A", "C"]


def test_creation_defaults_are_for_new_records_only(bench, shop):
    drafts = {"sink": {"type": "shop.drafts", "connection": "shop"}}
    shop.records["products", "A"] = {"sku": "A", "enabled": True}
    bench.run(**drafts)
    assert shop.records["products", "A"] == {"sku": "A", "name": "Anvil", "enabled": True}
    assert shop.records["products", "B"] == {"sku": "B", "name": "Bucket", "enabled": False}
    shop.records["products", "B"]["enabled"] = True
    shop.tables["products"][2] = ("B", "Barrel")
    bench.run(**drafts)
    assert shop.records["products", "B"] == {"sku": "B", "name": "Barrel", "enabled": True}


def test_creation_defaults_give_way_to_what_the_flow_maps(bench, shop):
    table(shop, ("A", True), header=("sku", "enabled"))
    bench.run(sink={"type": "shop.drafts", "connection": "shop"})
    assert shop.records["products", "A"] == {"sku": "A", "enabled": True}


def test_creation_defaults_give_way_to_a_mapped_once_column(bench, shop):
    table(shop, ("A", True), header=("sku", "enabled"))
    bench.run(sink={"type": "shop.drafts", "connection": "shop"}, once=["enabled"])
    assert shop.records["products", "A"] == {"sku": "A", "enabled": True}


def test_an_empty_cell_is_not_sent_unless_the_flow_erases(bench, shop):
    table(shop, ("A", "Anvil"), ("B", ""), ("C", None))
    bench.run()
    assert shop.records["products", "B"] == {"sku": "B"}
    table(shop, ("A", ""), ("B", ""), ("C", None))
    bench.run()
    assert shop.records["products", "A"] == {"sku": "A", "name": "Anvil"}


def test_erase_empties_only_what_this_flow_wrote(bench, shop):
    erase = {"empty": "erase"}
    shop.records["products", "B"] = {"sku": "B", "name": "Named by Julia"}
    table(shop, ("A", "Anvil"), ("B", ""))
    bench.run(**erase)
    table(shop, ("A", ""), ("B", ""))
    assert counts(bench.run(**erase)) == {"updated": 1, "unchanged": 1}
    assert shop.records["products", "A"]["name"] is None
    assert shop.records["products", "B"]["name"] == "Named by Julia"
    assert counts(bench.run(**erase)) == {"unchanged": 2}
    table(shop, ("A", "Anvil"), ("B", ""))
    assert counts(bench.run(**erase)) == {"updated": 1, "unchanged": 1}
    assert shop.records["products", "A"]["name"] == "Anvil"


def test_erase_remembers_what_was_written_while_the_flow_kept(bench, shop):
    bench.run()
    table(shop, ("A", ""), ("B", "Bucket"), ("C", "Candle"))
    bench.run(empty="keep")
    bench.run(empty="erase")
    assert shop.records["products", "A"]["name"] is None


def test_values_that_count_as_empty(bench, shop):
    header = ("sku", "weight", "stock")
    table(shop, ("A", "-", "5"), ("B", "0", "0"), ("C", 0, 0), ("D", "3", False), header=header)
    bench.run(empty_when={"weight": [0, "-"]})
    payloads = {key: record for (_, key), record in shop.records.items()}
    assert payloads["A"] == {"sku": "A", "stock": "5"}
    assert payloads["B"] == {"sku": "B", "stock": "0"}
    assert payloads["C"] == {"sku": "C", "stock": 0}
    assert payloads["D"] == {"sku": "D", "weight": "3", "stock": False}


def test_false_is_not_the_empty_number_zero(bench, shop):
    table(shop, ("A", False), header=("sku", "active"))
    bench.run(empty_when={"active": [0]})
    assert shop.records["products", "A"] == {"sku": "A", "active": False}


def test_a_column_that_is_no_longer_delivered_is_left_alone_even_with_erase(bench, shop):
    bench.run(empty="erase")
    table(shop, ("A",), ("B",), ("C",), header=("sku",))
    bench.run(empty="erase")
    assert shop.records["products", "A"]["name"] == "Anvil"


def test_a_key_column_of_its_own(bench, shop):
    shop.prepare = lambda row: [__import__("pimflow").Item("things", row["name"], dict(row))]
    report = bench.run(RunOptions(only=("Anvil",)), key="name")
    assert counts(report) == {"created": 1}
    assert list(shop.records) == [("things", "Anvil")]


def test_an_empty_key_is_one_problem_and_the_others_go_on(bench, shop):
    table(shop, ("A", "Anvil"), ("", "Bucket"), (None, "Candle"))
    report = bench.run(key="sku")
    assert counts(report) == {"created": 1, "refused": 2}
    (cause,) = report.causes
    assert (cause.problem.field, cause.problem.reason) == ("sku", "is empty, and it is the key of the record")
    assert cause.keys == ("row 2", "row 3")


def test_rows_that_the_source_no_longer_has_are_told_and_stay(bench, shop):
    bench.run()
    table(shop, ("A", "Anvil"))
    report = bench.run()
    assert report.notes == ("2 sent earlier were not in the source this time, and stay: B, C",)
    table(shop, ("A", "Anvil"), ("B", "Bolt"))
    assert bench.run().notes == ("1 sent earlier was not in the source this time, and stays: C",)
    assert Status.DELETED not in report.counts
    assert ("products", "B") in shop.records
