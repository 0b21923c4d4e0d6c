"""What is new to a flow goes side by side, and ends as if each record had been looked at by itself."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pimflow import Outcome, Status, rows
from pimflow.delivering import delivery
from pimflow.delivering.new_records import Arrived
from pimflow.delivering.sifting import Sifting

from .shop_rows import counts, many, table

KEYS = ["A", "B", "C", "D", "E", "F", "G", "H"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from([*KEYS, None, "x" * 1200]),
        st.sampled_from(["Anvil", "Bucket", "forbidden", None, ""]),
        st.sampled_from(["red", "green", "BORD", None]),
    ),
    max_size=12,
)
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    st.sampled_from([Status.REFUSED, Status.WAITING, Status.FAILED, "silence"]).map(lambda answer: [answer]),
    max_size=2,
)


@pytest.fixture
def arrived(monkeypatch):
    """Count the records that arrived side by side."""
    found = []
    plain = delivery.Delivery._settle_arrived

    def settle(self, replies):
        found.append(len(replies))
        plain(self, replies)

    monkeypatch.setattr(delivery.Delivery, "_settle_arrived", settle)
    return found


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(rows, "CHUNK_ROWS", 4)
    monkeypatch.setattr(rows, "_LOOKED_AT", 2)


def without_history(bench):
    bench.settings = {"history": {"days": 0}}


def test_new_records_arrive_side_by_side(bench, shop, arrived):
    without_history(bench)
    table(shop, *many(1500))
    assert counts(bench.run()) == {"created": 1500}
    assert sum(arrived) == 1500
    assert bench.sent_records() == 1500
    assert len(shop.records) == 1500
    assert counts(bench.run()) == {"unchanged": 1500}


def test_one_that_has_a_problem_lets_those_beside_it_be_looked_at(bench, shop, arrived):
    without_history(bench)
    table(shop, *many(3), ("S-004", "forbidden"), ("S-002", "Twin"))
    report = bench.run()
    assert counts(report) == {"created": 3, "refused": 2}
    assert not arrived
    assert shop.records["products", "S-002"]["name"] == "Name 2"


def test_a_batch_of_which_the_target_refuses_one_is_told_one_by_one(bench, shop, arrived):
    without_history(bench)
    table(shop, *many(7))
    shop.scripts["S-002"] = [Status.REFUSED]
    report = bench.run()
    assert counts(report) == {"created": 6, "refused": 1}
    assert arrived == [2]
    assert [item.key for item in bench.open_items()] == ["S-002"]


def test_an_open_item_of_another_record_does_not_keep_new_ones_apart(bench, shop, arrived):
    without_history(bench)
    table(shop, ("A", "forbidden"))
    bench.run()
    table(shop, ("A", "Anvil"), header=("sku", "name"))
    bench.run()
    assert arrived == [], "what is open is looked at"
    assert bench.open_items() == []
    table(shop, ("A", "Anvil"), ("B", "forbidden"))
    bench.run()
    table(shop, ("A", "Anvil"), *many(5))
    assert counts(bench.run()) == {"created": 5, "unchanged": 1}
    assert arrived == [5]


def test_outcomes_in_another_order_are_not_taken_for_each_other(bench, shop, arrived):
    without_history(bench)
    table(shop, *many(2))
    bench.run()
    records = [Outcome("products", "B", Status.CREATED), Outcome("products", "A", Status.CREATED)]
    assert Arrived.of(_new("A", "B"), records) is None
    assert Arrived.of(_new("B", "A"), records) is not None


def _new(*keys):
    from pimflow import Change, Item
    from pimflow.delivering.new_records import NewRecords

    changes = [Change(Item("products", key, {}), 1, False, b"1") for key in keys]
    return NewRecords(changes, [()] * len(keys), None)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(first=ROWS, then=ROWS, answers=ANSWERS, days=st.sampled_from([0, 90]))
def test_side_by_side_or_one_by_one_is_the_same(bench, shop_plugin, small_chunks, first, then, answers, days):
    bench.settings = {"history": {"days": days}}

    def carried_out():
        bench.forget_all()
        made = shop_plugin.SHOPS["main"] = shop_plugin.Shop()
        made.scripts.update({key: list(answer) for key, answer in answers.items()})
        told = []
        for some in (first, then, then):
            table(made, *some, header=("sku", "name", "colour"))
            report = bench.run(guards={"max_failed": 100})
            told.append((counts(report), report.attention, set(report.causes), report.notes, report.error))
        last = "(SELECT max(number) FROM runs)"
        kept = bench.sql(
            f"SELECT resource, key, fingerprint, columns IS NULL, {last} - seen FROM records ORDER BY 1, 2"
        )
        sets = bench.sql("SELECT names FROM column_sets ORDER BY 1")
        return told, made.records, sorted(made.sent), kept, sets, bench.open_items()

    together = carried_out()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sifting, "without_usual", lambda _self, ready, **_: ready.made)
        alone = carried_out()
    assert together[:-1] == alone[:-1]
    assert _plain(together[-1]) == _plain(alone[-1])


def _plain(items):
    return [(item.resource, item.key, item.row, item.status, item.problems, item.fingerprint) for item in items]
