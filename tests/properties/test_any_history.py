"""Whatever happens to source and target, nothing is lost, nothing is sent twice, and nothing stays wrong untold.

A machine of hypothesis plays a source that changes and a target that fails; `ledger` says what must be true then. Few
plays run with the other tests, many with `make soak`.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from pimflow.model import Status
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import open_items
from pimflow.state.database import open_database

from ..core.conftest import Bench  # noqa: TID252 - tests are no package
from .checks import UNSURE, Checks

KEYS = ("A", "B", "C", "D", "E", "F", "")
MORE_KEYS = [f"{letter}{number}" for number in ("", *range(100)) for letter in "ABCDEFGHIJ"]
NAMES = ("Anvil", "Bucket", "Candle", "forbidden", "")
COLOURS = ("red", "blue", "BORD", "?", "")
KINDS = ("before", "after", "silence", "fatal", "defect")
FAULTS = st.builds(lambda batch, kind: {batch: kind}, st.sampled_from((1, 1, 2, 3)), st.sampled_from(KINDS))
YEARS = st.sampled_from([0, 2, 5])
SOME_FAULTS = st.one_of(st.just({}), FAULTS)
FLOWS = st.fixed_dictionaries(
    {
        "sink": st.sampled_from(["shop.products", "shop.lanes", "shop.drafts"]),
        "incremental": st.sampled_from([True, True, False]),
        "empty": st.sampled_from(["keep", "erase"]),
        "on_bad_value": st.sampled_from(["leave_out", "refuse"]),
        "missing": st.booleans(),
        "guarded": st.booleans(),
        "once": st.sampled_from([(), ("colour",)]),
    }
)


class History(Checks, RuleBasedStateMachine):
    """One flow, its source and its target, over many days."""

    def __init__(self, plugin, ledger):
        super().__init__()
        self.ledger = ledger
        self.shop = plugin.SHOPS["main"] = ledger.FickleShop()
        self.source = ledger.Source(self.shop)
        self.folder = Path(tempfile.mkdtemp())
        self.bench = Bench(self.folder, self.shop, self.folder / ".pimflow" / "state.sqlite")
        self.database = open_database(self.bench.state)
        self.shop.now = 2000
        self.number = 0
        self.healed = False
        self.murky = set()

    def teardown(self):
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize(flow=FLOWS, names=st.lists(st.sampled_from(NAMES), max_size=5))
    def begin(self, flow, names):
        for name in names:
            self.add(None, name, "", "", 0)
        self.flow = flow
        drafts = flow["sink"] == "shop.drafts"
        missing = ("disable" if drafts else "delete") if flow["missing"] else "report"
        guards = {"max_missing": "100%"} if flow["missing"] else {}
        self.missing = missing
        self.shop.kept_once = frozenset(flow["once"])
        self.assembly = self.bench.assembly(
            source={"type": "shop.rows", "connection": "shop", "incremental": flow["incremental"]},
            sink={"type": flow["sink"], "connection": "shop"},
            key="sku",
            empty=flow["empty"],
            on_bad_value=flow["on_bad_value"],
            on_missing=missing,
            once=list(flow["once"]),
            guards=guards | ({"max_changed": "100%"} if flow["guarded"] else {}),
        )

    # What people do in the source.

    @rule(
        sku=st.one_of(st.none(), st.sampled_from(KEYS)),
        name=st.sampled_from(NAMES),
        colour=st.sampled_from(COLOURS),
        parent=st.sampled_from(("", "", *KEYS)),
        late=st.integers(0, 1),
    )
    def add(self, sku, name, colour, parent, late):
        """Add a row, with a key that no other has where none is given."""
        taken = {row.sku for row in self.source.rows.values()}
        sku = next(key for key in MORE_KEYS if key not in taken) if sku is None else sku
        self.number += 1
        self.source.rows[self.number] = self.ledger.Row(sku, name, colour, parent, self.shop.now - late)
        self._look()

    @precondition(lambda self: self.source.rows)
    @rule(
        data=st.data(),
        column=st.sampled_from(["sku", "name", "colour", "parent"]),
        late=st.integers(0, 1),
    )
    def change(self, data, column, late):
        number = data.draw(st.sampled_from(sorted(self.source.rows)))
        value = data.draw(st.sampled_from({"sku": KEYS, "name": NAMES, "colour": COLOURS, "parent": KEYS}[column]))
        row = self.source.rows[number]
        cells = {"sku": row.sku, "name": row.name, "colour": row.colour, "parent": row.parent, column: value}
        self.source.rows[number] = self.ledger.Row(**cells, stamp=self.shop.now - late)
        self._look()

    @precondition(lambda self: self.source.rows)
    @rule(data=st.data())
    def remove(self, data):
        del self.source.rows[data.draw(st.sampled_from(sorted(self.source.rows)))]

    # What happens to the target.

    @rule(name=st.sampled_from(["Anvil", "Bucket"]), colour=st.sampled_from(["red", "blue"]), heals=st.booleans())
    def refuse_or_heal(self, name, colour, heals):
        if heals:
            self.shop.refused_names.clear()
            self.shop.lacking_colours.clear()
            self.healed = True
        else:
            self.shop.refused_names.add(name)
            self.shop.lacking_colours.add(colour)

    # What is run.

    @rule(years=YEARS, faults=SOME_FAULTS, breaks=st.sampled_from([None, None, None, 0, 1, 3]))
    def run(self, years, faults, breaks):
        """A run as on any day; the source may break after some rows."""
        self.shop.now += years
        self.source.breaks_after = breaks
        self._run(RunOptions(), faults)
        self.source.breaks_after = None

    @rule(years=YEARS)
    def run_again(self, years):
        self.shop.now += years
        self._run(RunOptions(), {})

    @rule(data=st.data(), how=st.sampled_from(["all", "some", "first", "since", "retry"]))
    def run_otherwise(self, data, how):
        if how == "all":
            self._run(RunOptions(full=True), data.draw(SOME_FAULTS))
        elif how == "some":
            keys = data.draw(st.sets(st.sampled_from(KEYS[:-1]), min_size=1, max_size=3))
            self._run(RunOptions(only=tuple(sorted(keys))), {})
        elif how == "first":
            self._run(RunOptions(limit=data.draw(st.integers(1, 5))), {})
        elif how == "since":
            year = self.shop.now - data.draw(st.integers(0, 8))
            self._run(RunOptions(since=datetime(year, 1, 1, tzinfo=UTC)), {})
        else:
            self._retry()

    def _retry(self):
        """As `pimflow retry` does it."""
        keys = open_items.keys_of_pipeline(self.database, "bench")
        if keys:
            self._run(RunOptions(only=() if "" in keys else tuple(keys), retry=True), {})

    @rule()
    def a_day_passes(self):
        self._yesterday()

    @rule()
    def all_comes_to_rest(self):
        """Without faults, after a day, two complete reads bring everything where it belongs."""
        for _ in range(2):
            self._yesterday()
            report = self._run(RunOptions(full=True), {})
            assert report.complete, report.error
        self.healed = False
        self._check_rest()
        report = self._run(RunOptions(full=True), {})
        assert self.shop.batches == []
        assert not {Status.CREATED, Status.UPDATED, Status.DELETED, *UNSURE} & {
            s for s, n in report.counts.items() if n
        }
        self._check_rest()

    def _yesterday(self):
        with self.database.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE open_items SET tried = '2020-01-01T00:00:00+00:00' WHERE tried IS NOT NULL"
            )
        self.due = True

    due = False

    def _look(self):
        """Keys that several rows have, or had since everything was read: which of them counts, only that can tell."""
        self.murky |= self.ledger.contested(self.source)

    def _run(self, options, faults):
        excused = set(self.murky)
        if self.due or options.retry or self.healed:
            excused |= {item.key for item in self._open().values()}
        if self.missing != "report":
            excused |= self.shop.settled.keys() - {row.sku for row in self.source.rows.values()}
            excused |= self.away if hasattr(self, "away") else set()
        self.shop.begin(faults, excused)
        report = run_pipeline(self.assembly, self.database, options).flows[0]
        assert self.shop.needless == []
        assert self.shop.overlapping == set()
        self._check_counts(options, report)
        if report.complete and not report.error:
            self._conclude(options, report)
        self._check_open_items()
        return report

    def _conclude(self, options, report):
        self._check_removals()
        if report.full:
            present = {row.sku for row in self.source.rows.values()}
            self.away = self.shop.settled.keys() - present
            self.murky = self.ledger.contested(self.source)
        if not options.only and options.limit is None and options.since is None:
            self._check_arrival()
            self.due = False
            if not self.shop.faults:
                doubted = [item for item in self._open().values() if item.status in UNSURE]
                assert doubted == [], "what was in doubt is sent by the next run"


FAST = settings(
    max_examples=20,
    derandomize=True,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.fixture
def play(shop_plugin, small_chunks):
    from . import ledger

    return lambda: History(shop_plugin, ledger)


def test_any_history_ends_well(play):
    run_state_machine_as_test(play, settings=FAST)


@pytest.mark.soak
def test_many_histories_end_well(play):
    run_state_machine_as_test(
        play, settings=settings(FAST, max_examples=250, stateful_step_count=30, derandomize=False)
    )
