"""A run undone: old values put back where those of the run still stand, and what it created taken out of use."""

import pytest

from pimflow.explain import explain
from pimflow.model import Status
from pimflow.state import history
from pimflow.undo import plan_undo, undo_run

from .shop_rows import counts, table

FLOW = {"sink": {"type": "shop.drafts", "connection": "shop"}}


@pytest.fixture
def send(bench, shop):
    def sent(*rows, **flow):
        table(shop, *rows)
        return bench.run_all(None, None, **{**FLOW, **flow}).run.id

    return sent


@pytest.fixture
def undo(bench):
    def undone(run_id, act=undo_run, **flow):
        assembly = bench.assembly(**{**FLOW, **flow})
        with bench.database() as database:
            return act(assembly, database, history.find_run(database, run_id))

    return undone


def name(shop, key):
    return shop.records["products", key].get("name")


def reasons(report):
    return [(cause.problem.field, cause.problem.reason.partition(",")[0], cause.keys) for cause in report.causes]


def test_old_values_come_back_and_what_was_created_is_taken_out_of_use(bench, shop, send, undo):
    send(("A", "Anvil"), ("B", "Bucket"))
    run = send(("A", "Wrong"), ("B", "Bucket"), ("C", "Candle"))
    shop.records["products", "C"]["enabled"] = True
    report = undo(run)
    assert (name(shop, "A"), name(shop, "B"), shop.records["products", "C"]["enabled"]) == ("Anvil", "Bucket", False)
    assert counts(report.flows[0]) == {"updated": 2}
    assert (report.flows[0].read, report.exit_code, report.run.undoes) == (2, 0, run)


def test_what_somebody_changed_since_is_left_and_told(bench, shop, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"))
    shop.records["products", "A"]["name"] = "by hand"
    (report,) = undo(run).flows
    assert name(shop, "A") == "by hand"
    assert reasons(report) == [("name", "which is not what the run wrote: somebody changed it since", ("A",))]


def test_what_a_later_run_changed_is_left(bench, shop, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"))
    send(("A", "Later"))
    undo(run)
    assert name(shop, "A") == "Later"


def test_later_runs_can_be_undone_before(bench, shop, send, undo):
    send(("A", "Anvil"))
    first = send(("A", "Wrong"))
    undo(send(("A", "Later")))
    assert name(shop, "A") == "Wrong"
    undo(first)
    assert name(shop, "A") == "Anvil"


def test_an_undo_can_be_undone(bench, shop, send, undo):
    send(("A", "Anvil"))
    report = undo(send(("A", "Right after all")))
    undo(report.run.id)
    assert name(shop, "A") == "Right after all"


def test_a_second_undo_finds_everything_done(bench, shop, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"))
    undo(run)
    sent = len(shop.sent)
    (report,) = undo(run).flows
    assert (counts(report), len(shop.sent), report.causes) == ({"unchanged": 1}, sent, ())


def test_what_was_undone_is_sent_again_only_when_it_changes(bench, shop, send, undo):
    send(("A", "Anvil"))
    undo(send(("A", "Wrong")))
    send(("A", "Wrong"))
    assert name(shop, "A") == "Anvil"
    send(("A", "Right"))
    assert name(shop, "A") == "Right"


def test_a_value_that_was_empty_is_emptied_again(bench, shop, send, undo):
    shop.records["products", "A"] = {"sku": "A"}
    run = send(("A", "Anvil"), mode="update")
    undo(run, mode="update")
    assert shop.records["products", "A"]["name"] is None


def test_what_was_deleted_by_hand_stays_so(bench, shop, send, undo):
    send(("A", "Anvil"), ("B", "Bucket"))
    run = send(("A", "Wrong"), ("B", "Bucket"))
    del shop.records["products", "A"]
    (report,) = undo(run).flows
    assert ("products", "A") not in shop.records
    assert reasons(report) == [(None, "it is no longer there", ("A",))]


def test_what_the_run_took_out_of_use_comes_back(bench, shop, send, undo):
    flow = {"on_missing": "disable", "guards": {"max_missing": 5}}
    send(("A", "Anvil"), ("B", "Bucket"), **flow)
    for record in shop.records.values():
        record["enabled"] = True
    run = send(("A", "Anvil"), **flow)
    assert shop.records["products", "B"]["enabled"] is False
    undo(run, **flow)
    assert shop.records["products", "B"]["enabled"] is True


def test_what_the_run_deleted_is_told(bench, shop, send, undo):
    flow = {
        "on_missing": "delete",
        "guards": {"max_missing": 5},
        "sink": {"type": "shop.products", "connection": "shop"},
    }
    send(("A", "Anvil"), ("B", "Bucket"), **flow)
    (report,) = undo(send(("A", "Anvil"), **flow), **flow).flows
    assert reasons(report) == [(None, "the run deleted it", ("B",))]


def test_a_record_that_cannot_be_taken_out_of_use_is_told(bench, shop, send, undo):
    flow = {"sink": {"type": "shop.products", "connection": "shop"}}
    (report,) = undo(send(("A", "Anvil"), **flow), **flow).flows
    assert counts(report) == {"refused": 1}
    assert ("products", "A") in shop.records


def test_what_the_target_refuses_is_told_and_can_be_tried_again(bench, shop, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"))
    shop.scripts["A"] = [Status.REFUSED]
    assert counts(undo(run).flows[0]) == {"refused": 1}
    assert name(shop, "A") == "Wrong"
    undo(run)
    assert name(shop, "A") == "Anvil"


def test_a_preview_writes_nothing(bench, shop, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"), ("B", "Bucket"))
    planned = []
    report = undo(run, lambda assembly, database, past: plan_undo(assembly, database, past, planned.append))
    assert (name(shop, "A"), report.run.dry) == ("Wrong", True)
    assert {(one.key, value.column, value.old, value.new) for one in planned for value in one.values} >= {
        ("A", "name", "Wrong", "Anvil")
    }


def test_many_are_undone_in_batches(bench, shop, send, undo):
    rows = [(f"S-{n:04}", f"Name {n}") for n in range(450)]
    send(*rows)
    run = send(*((key, f"{text}!") for key, text in rows))
    shop.batches.clear()
    undo(run)
    assert {name(shop, key) for key, _ in rows} == {text for _, text in rows}
    assert [len(batch) for batch in shop.batches] == [5] * 90


def test_what_was_put_back_over_a_change_by_hand_is_still_undone(bench, shop, send, undo):
    flow = {"diff": "target"}
    send(("A", "Anvil"), **flow)
    run = send(("A", "Wrong"), **flow)
    shop.records["products", "A"]["name"] = "by hand"
    send(("A", "Wrong"), **flow)
    undo(run, **flow)
    assert name(shop, "A") == "Anvil"


def test_a_value_that_was_put_back_tells_which_run_was_undone(bench, send, undo):
    send(("A", "Anvil"))
    run = send(("A", "Wrong"))
    undo(run)
    with bench.database() as database:
        (record,) = explain(database, "A", "name", lambda _: None)
        latest = history.past_runs(database, None, 1)[0]
    (value,) = record.values
    assert [(one.value, one.undid) for one in value.past] == [("Anvil", run), ("Wrong", ""), ("Anvil", "")]
    assert latest.undid == run


def test_flows_in_which_the_run_did_nothing_are_not_told(send, undo):
    send(("A", "Anvil"))
    assert undo(send(("A", "Anvil"))).flows == ()
    (flow,) = undo(send(("A", "Wrong"))).flows
    assert counts(flow) == {"updated": 1}
