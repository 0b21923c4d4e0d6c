"""A flow that is held against its target: what people changed there is put back and told, what is equal is not sent."""

import pytest

from pimflow.errors import ConfigError
from pimflow.model import Status
from pimflow.running.run import RunOptions

from .shop_rows import counts, many, table

FLOW = {"diff": "target"}


@pytest.fixture
def run(bench, shop):
    def go(*rows, options=None, **flow):
        if rows:
            table(shop, *rows)
        return bench.run(options, **{**FLOW, **flow})

    return go


def name(shop, key):
    return shop.records["products", key].get("name")


def test_a_value_changed_by_hand_is_put_back_and_told(shop, run):
    run(("A", "Anvil"), ("B", "Bucket"))
    shop.records["products", "A"]["name"] = "by hand"
    shop.batches.clear()
    report = run()
    assert (name(shop, "A"), shop.sent) == ("Anvil", ["A"])
    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert report.notes == ("1 product was changed in shop since sent, and was put back: A (name 'by hand')",)
    assert run().notes == ()


def test_what_the_flow_does_not_send_is_left_alone(shop, run):
    run(("A", "Anvil"))
    shop.records["products", "A"]["text"] = "by hand"
    assert counts(run()) == {"unchanged": 1}
    assert shop.records["products", "A"]["text"] == "by hand"


def test_columns_of_once_are_left_alone(shop, run):
    run(("A", "Anvil"), once=["name"])
    shop.records["products", "A"]["name"] = "by hand"
    assert counts(run(once=["name"])) == {"unchanged": 1}
    assert name(shop, "A") == "by hand"


def test_a_target_that_has_everything_is_sent_nothing_even_at_first(shop, run):
    shop.records["products", "A"] = {"sku": "A", "name": "Anvil"}
    assert counts(run(("A", "Anvil"))) == {"unchanged": 1}
    assert shop.sent == []
    assert counts(run()) == {"unchanged": 1}


def test_a_change_of_the_source_is_no_change_by_hand(shop, run):
    run(("A", "Anvil"))
    report = run(("A", "Hammer"))
    assert (counts(report), report.notes) == ({"updated": 1}, ())


def test_what_was_deleted_comes_back_whole(shop, run):
    run(("A", "Anvil"), once=["name"])
    del shop.records["products", "A"]
    report = run(once=["name"])
    assert (counts(report), name(shop, "A")) == ({"created": 1}, "Anvil")
    assert report.notes == ("1 product was deleted in shop since sent, and was created again: A",)


def test_a_preview_shows_all_that_a_deleted_record_would_get(bench, shop, run):
    flow = {"once": ["name"], "stamp": {"touched": "changed"}}
    run(("A", "Anvil"), **flow)
    del shop.records["products", "A"]
    _, (planned,) = bench.plan(RunOptions(), **FLOW, **flow)
    run(**flow)
    made = shop.records["products", "A"]
    assert {one.column: one.new for one in planned.values}.items() <= made.items()
    assert {"name", "touched"} <= {one.column for one in planned.values}


def test_an_amount_by_hand_is_told_as_a_person_would(shop, run):
    run(("A", "Anvil"))
    shop.records["products", "A"]["name"] = {"amount": "9", "unit": "KILOGRAM"}
    assert run().notes == ("1 product was changed in shop since sent, and was put back: A (name '9 KILOGRAM')",)


def test_what_was_deleted_is_left_where_the_flow_says_so(shop, run):
    run(("A", "Anvil"), ("B", "Bucket"))
    del shop.records["products", "A"]
    for _ in range(2):
        report = run(on_deleted="leave")
        assert counts(report) == {"unchanged": 2}
        assert report.notes == ("1 product was deleted in shop since sent, and left so: A",)
    assert ("products", "A") not in shop.records


def test_a_changed_record_that_was_deleted_is_left_too(shop, run):
    run(("A", "Anvil"))
    del shop.records["products", "A"]
    run(("A", "Hammer"), on_deleted="leave")
    assert ("products", "A") not in shop.records


def test_the_target_is_asked_once_a_batch(shop, run):
    run(*many(20))
    shop.asked.clear()
    run()
    assert [len(keys) for keys in shop.asked] == [5, 5, 5, 5]


def test_a_preview_tells_what_would_be_put_back(bench, shop, run):
    run(("A", "Anvil"), ("B", "Bucket"))
    shop.records["products", "A"]["name"] = "by hand"
    report, planned = bench.plan(RunOptions(), **FLOW)
    assert [(one.key, [(v.column, v.old, v.new) for v in one.values]) for one in planned] == [
        ("A", [("name", "by hand", "Anvil")])
    ]
    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert report.notes == ("1 product was changed in shop since sent, and would be put back: A (name 'by hand')",)
    assert name(shop, "A") == "by hand"


def test_many_are_told_by_the_first_twenty(shop, run):
    run(*many(30))
    for record in shop.records.values():
        record["name"] = "by hand"
    (note,) = run().notes
    assert note.startswith("30 products were changed in shop since sent, and were put back: S-001 (name 'by hand'); ")
    assert (note.count("S-"), note.endswith("; …")) == (20, True)


def test_guards_count_what_the_source_changed_not_what_is_only_looked_at(run):
    guards = {"max_changed": 1}
    run(*many(10))
    assert not run(guards=guards).error
    assert "10 would change" in run(*many(10, "Other"), guards=guards).error


def test_what_the_target_refuses_stays_open_and_is_not_sent_each_time(shop, run):
    run(("A", "Anvil"))
    shop.scripts["A"] = [Status.REFUSED]
    run(("A", "Hammer"))
    shop.batches.clear()
    assert counts(run()) == {"refused": 1}
    assert shop.sent == []


def test_the_history_knows_what_people_had_written(bench, shop, run):
    from pimflow.explain import explain

    run(("A", "Anvil"))
    shop.records["products", "A"]["name"] = "by hand"
    run()
    assembly = bench.assembly(**FLOW)
    with bench.database() as database:
        (record,) = explain(database, "A", "name", lambda _: assembly)
    assert [(one.value, one.run is None) for one in record.values[0].past] == [
        ("Anvil", False),
        ("by hand", True),
        ("Anvil", False),
    ]


def test_files_cannot_be_held_against(bench):
    with pytest.raises(ConfigError, match="is written as a whole; `mode`, `once` and `diff`"):
        bench.assembly(sink={"type": "shop.feed", "connection": "shop"}, **FLOW)
