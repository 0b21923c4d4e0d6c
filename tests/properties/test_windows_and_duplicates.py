"""What changed is read, whenever it was committed; of rows with one key the first counts, wherever the others stand."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimflow.model import Status
from pimflow.running.run import RunOptions, run_pipeline

from ..core.conftest import Bench  # noqa: TID252 - tests are no package

FAST = settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FAST, max_examples=300, derandomize=False)
CHANGES = st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from(("x", "y", "z")), st.integers(0, 1))
STEPS = st.lists(st.one_of(CHANGES, st.integers(0, 4)), max_size=40)
"""Changes that are committed so many years after their stamp; or a run, so many years after the one before."""

ROWS = st.lists(st.tuples(st.sampled_from(("A", "B", "C", "D", "E", "forbidden")), st.integers(0, 9)), max_size=25)


@pytest.fixture
def new_shop(shop_plugin, small_chunks, tmp_path):
    """Give a new shop with its source, and what runs a flow into it; the last one is forgotten."""
    from . import ledger

    def make(**flow):
        shop = shop_plugin.SHOPS["main"] = ledger.FickleShop()
        shop.now = 2000
        bench = Bench(tmp_path, shop, tmp_path / ".pimflow" / "state.sqlite")
        shutil.rmtree(tmp_path / ".pimflow", ignore_errors=True)
        assembly = bench.assembly(**flow)

        def run(**options):
            shop.begin({}, frozenset())
            with bench.database() as database:
                return run_pipeline(assembly, database, RunOptions(**options)).flows[0]

        return shop, ledger.Source(shop), run, ledger.Row

    return make


def what_is_committed_late_arrives(new_shop, steps):
    shop, source, run, row = new_shop(
        source={"type": "shop.rows", "connection": "shop", "incremental": True},
        sink={"type": "shop.lanes", "connection": "shop"},
    )
    for step in [*steps, 0]:
        if isinstance(step, tuple):
            key, name, late = step
            source.rows[key] = row(key, name, "", "", shop.now - late)
            continue
        shop.now += step
        before = {key: dict(record) for (_, key), record in shop.records.items()}
        report = run()
        assert {key: record["name"] for (_, key), record in shop.records.items()} == {
            key: one.name for key, one in source.rows.items()
        }
        changed = {key for (_, key), record in shop.records.items() if before.get(key) != record}
        assert sorted(shop.sent) == sorted(changed)
        assert sum(report.counts.values()) == report.read == len(source.given)


def the_first_of_several_counts(new_shop, sink, rows):
    shop, source, run, row = new_shop(sink={"type": sink, "connection": "shop"})
    source.rows = {number: row(key, f"name {name}", "", "", 2000) for number, (key, name) in enumerate(rows)}
    first = {}
    for key, name in rows:
        first.setdefault(key, f"name {name}")
    for expected in (Status.CREATED, Status.UNCHANGED):
        report = run()
        assert {key: record["name"] for (_, key), record in shop.records.items()} == first
        counts = {status: number for status, number in report.counts.items() if number}
        wanted = {expected: len(first), Status.REFUSED: len(rows) - len(first)}
        assert counts == {status: number for status, number in wanted.items() if number}
        if expected is Status.CREATED:
            assert len(shop.sent) == len(set(shop.sent))
        else:
            assert shop.sent == []


@FAST
@given(steps=STEPS)
def test_what_is_committed_late_arrives_with_the_next_run_and_is_sent_once(new_shop, steps):
    what_is_committed_late_arrives(new_shop, steps)


@FAST
@given(sink=st.sampled_from(["shop.products", "shop.lanes"]), rows=ROWS)
def test_the_first_of_several_rows_with_one_key_counts_wherever_chunks_end(new_shop, sink, rows):
    the_first_of_several_counts(new_shop, sink, rows)


@pytest.mark.soak
@MANY
@given(steps=STEPS)
def test_much_that_is_committed_late_arrives_with_the_next_run(new_shop, steps):
    what_is_committed_late_arrives(new_shop, steps)


@pytest.mark.soak
@MANY
@given(sink=st.sampled_from(["shop.products", "shop.lanes"]), rows=ROWS)
def test_the_first_of_many_rows_with_one_key_counts(new_shop, sink, rows):
    the_first_of_several_counts(new_shop, sink, rows)
