"""Corrected cells in the engine: rows found again however the source is read, and by what."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.errors import ConfigError
from pimflow.model import Outcome, Problem, ProblemKind, Status
from pimflow.problems.causes import Wanted, by_cause
from pimflow.problems.correcting import correct, source_row
from pimflow.rows import Carried, Passed
from pimflow.running.by_groups import ByGroups
from pimflow.running.correcting import Correcting, _by_cells
from pimflow.running.run import RunOptions
from pimflow.state import attention, corrections, open_items
from pimflow.state.corrections import Correction

from .shop_rows import counts, table

INCREMENTAL = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}
HEADER = ("sku", "name", "changed")
DISLIKED = Problem("which the shop does not like", ProblemKind.VALUE, "name", "Anvl")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(params=[{}, INCREMENTAL], ids=["full", "changes"])
def flow(request):
    return request.param


@pytest.fixture
def disliked(bench, shop, flow):
    """A record that the shop refused for its name."""
    table(shop, ("A", "Anvl", 10), header=HEADER)
    shop.now = 20
    shop.scripts["A"] = [Outcome("products", "A", Status.REFUSED, (DISLIKED,))]
    bench.run(**flow)
    assert len(bench.open_items()) == 1
    shop.batches.clear()
    shop.now = 1000
    return bench


def put(bench, key="A", column="name", becomes="Anvil", **flow):
    """Correct a cell, as a person does."""
    assembly = bench.assembly(**flow)
    with bench.database() as database:
        row = source_row(assembly, database, "products", key)
        assert row is not None
        return correct(assembly, database, row, {column: becomes}, "Julia", datetime.now(UTC))


def kept(bench):
    with bench.database() as database:
        return corrections.find(database)


def test_the_next_run_sends_what_was_corrected_also_where_the_source_does_not_give_the_row_again(disliked, shop, flow):
    put(disliked, **flow)
    report = disliked.run(**flow)
    assert counts(report) == {"created": 1}
    assert [change.payload["name"] for batch in shop.batches for change in batch] == ["Anvil"]
    assert disliked.open_items() == []
    assert len(kept(disliked)) == 1


def test_a_row_that_another_run_could_not_take_is_not_sent_again_at_each_run(disliked, shop, flow):
    put(disliked, **flow)
    shop.scripts["A"] = [Outcome("products", "A", Status.REFUSED, (DISLIKED,))] * 2
    disliked.run(**flow)
    shop.batches.clear()
    disliked.run(**flow)
    assert shop.batches == []


def test_the_value_of_the_source_counts_once_it_is_another_one(disliked, shop, flow):
    put(disliked, **flow)
    disliked.run(**flow)
    table(shop, ("A", "Amboss", 1500), header=HEADER)
    shop.now = 2000
    report = disliked.run(**flow)
    assert kept(disliked) == []
    assert any("'Amboss' now, in place of 'Anvl'" in note for note in report.notes)
    assert shop.batches[-1][0].payload["name"] == "Amboss"


def test_groups_have_their_rows_corrected(bench, shop):
    shop.tables["products"] = [("sku", "name", "family"), ("A", "Anvl", "tools"), ("B", "Bowl", "ware")]
    bench.run()
    put(bench)
    shop.batches.clear()
    bench.run_all(options=RunOptions(full=True, by=ByGroups("family", lambda _so_far: True)))
    assert [change.payload["name"] for batch in shop.batches for change in batch] == ["Anvil"]


def test_a_row_without_anything_that_tells_it_apart_is_not_corrected_here(bench, shop):
    table(shop, (None, "Anvl"))
    bench.run(key="sku")
    (item,) = bench.open_items()
    with pytest.raises(ConfigError, match="nothing tells its row apart"):
        put(bench, key=item.key)


def test_what_is_alike_is_told_together_and_what_was_dismissed_is_not(bench, shop):
    table(shop, *[(f"S{n}", "Anvl") for n in range(5)])
    shop.scripts |= {f"S{n}": [Outcome("products", f"S{n}", Status.REFUSED, (DISLIKED,))] for n in range(5)}
    bench.run()
    assembly = bench.assembly()
    with bench.database() as database:
        ((cause,),) = (one.causes for one in by_cause(assembly, database, Wanted()))
        assert (cause.cause.count, cause.cause.keys) == (5, ("S0", "S1", "S2", "S3", "S4"))
        scope = next(iter(open_items.scopes_of(database, "bench").values()))
        assert attention.dismiss(database, scope, [("products", "S1")], "Julia", NOW) == 1
        ((cause,),) = (one.causes for one in by_cause(assembly, database, Wanted()))
        assert cause.cause.keys == ("S0", "S2", "S3", "S4")
        assert attention.dismissed(database, scope) == [("products", "S1")]
        attention.take_back(database, scope)
        ((cause,),) = (one.causes for one in by_cause(assembly, database, Wanted()))
        assert cause.cause.count == 5


class Plain:
    """Stands for a source whose cells are text."""

    title = "the ERP"

    def typed(self, _column, text):
        return text


CELLS = st.sampled_from(["", "a", "b", " a", "ä", "1", "'"])


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), CELLS, CELLS, st.booleans())
def test_a_correction_changes_just_the_cells_of_the_rows_that_it_is_about(rows, key, found, apart):
    one = Correction("p", "f", key, "name", {"sku": key.strip()}, found, "NEW", "Julia", NOW)
    header = ("sku", "name", "rest")
    stage = Correcting(Plain(), header, _by_cells([one], header))
    chunk = Carried(range(1, len(rows) + 1), rows, rows)
    (after,) = stage.run(iter([list(chunk) if apart else chunk]))
    for row, passed in zip(rows, after, strict=True):
        assert isinstance(passed, Passed)
        assert passed.source == row
        is_meant = row[0].strip() == key.strip() and row[1] == found
        assert list(passed.result) == ([row[0], "NEW", row[2]] if is_meant else list(row))
