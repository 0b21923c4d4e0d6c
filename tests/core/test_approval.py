"""A plan that was saved is carried out exactly as it was, or not at all."""

import pytest

from pimflow.approval import apply_plan, save_plan
from pimflow.errors import ConfigError, GuardError, StateError
from pimflow.model import Status
from pimflow.running.run import RunOptions
from pimflow.state.plans import new_plan, saved_plan

from .shop_rows import counts, many, table


def no_progress(*_):
    pass


@pytest.fixture
def save(bench, shop):
    def saved(*rows, options=None, name="a.plan", **flow):
        if rows:
            table(shop, *rows)
        assembly, planned = bench.assembly(**flow), []
        with bench.database() as database, new_plan(bench.folder / name) as plan:
            report = save_plan(assembly, database, options or RunOptions(), plan, planned.append, no_progress)
        return report, planned

    return saved


@pytest.fixture
def apply(bench):
    def applied(name="a.plan", **flow):
        assembly = bench.assembly(**flow)
        with bench.database() as database, saved_plan(bench.folder / name) as plan:
            return apply_plan(assembly, database, plan, no_progress)

    return applied


def test_a_plan_is_carried_out_as_the_run_would_have(bench, shop, save, apply):
    bench.run()
    save(("A", "Hammer"), ("B", "Bucket"), ("D", "Drill"))
    assert shop.records["products", "A"]["name"] == "Anvil"
    (report,) = apply().flows
    assert counts(report) == {"created": 1, "updated": 1, "unchanged": 1}
    assert shop.records["products", "A"]["name"] == "Hammer"
    shop.batches.clear()
    assert counts(bench.run()) == {"unchanged": 3}
    assert shop.sent == []


def test_cursors_are_kept_as_the_run_keeps_them(bench, shop, save, apply):
    source = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}
    shop.tables["products"] = [("sku", "name", "changed"), ("A", "Anvil", 1)]
    save(**source)
    apply(**source)
    assert bench.sql("SELECT cursor FROM cursors") == [("100",)]


def test_a_plan_is_refused_when_the_target_moved(bench, shop, save, apply):
    bench.run()
    save(("A", "Hammer"), ("B", "Barrel"))
    shop.records["products", "A"]["name"] = "by hand"
    shop.batches.clear()
    with pytest.raises(GuardError, match=r"A name: 'Anvil' -> 'Hammer' in the plan, 'by hand' -> 'Hammer' now"):
        apply()
    assert shop.sent == []


def test_a_plan_is_refused_when_the_source_moved(bench, shop, save, apply):
    save(("A", "Hammer"), ("B", "Barrel"))
    table(shop, ("A", "Hammer"), ("B", "Barrel"), ("C", "Candle"))
    with pytest.raises(GuardError, match="1 record differs: C is not in the plan"):
        apply()
    table(shop, ("A", "Hammer"))
    with pytest.raises(GuardError, match="1 record differs: 1 of the plan has nothing to do any longer"):
        apply()
    assert shop.sent == []


def test_a_plan_is_refused_after_another_run(bench, save, apply):
    save(("A", "Hammer"))
    bench.run()
    with pytest.raises(ConfigError, match="the pipeline ran since it was made"):
        apply()


def test_a_plan_is_refused_after_its_mapping_changed(save, apply):
    save(("A", "Hammer"))
    with pytest.raises(ConfigError, match="the mapping, an option or a table changed"):
        apply(once=["name"])


def test_a_plan_is_carried_out_once(save, apply):
    save(("A", "Hammer"))
    apply()
    with pytest.raises(ConfigError, match="the pipeline ran since it was made"):
        apply()


def test_options_of_the_plan_are_those_of_the_run(shop, save, apply):
    save(*many(10), options=RunOptions(only=("S-003",)))
    apply()
    assert shop.sent == ["S-003"]


def test_what_changes_while_the_plan_is_carried_out_stops_it(shop, save, apply):
    rows = many(30)
    reads = []

    def source():
        reads.append(None)
        last = ("S-030", "Other") if len(reads) == 3 else rows[-1]
        return iter([("sku", "name"), *rows[:-1], last])

    shop.tables["products"] = source
    save()
    (report,) = apply().flows
    assert "S-030 changed in the source while the plan was carried out" in report.error
    assert "S-030" not in shop.sent


def test_values_that_would_be_emptied_are_counted(bench, shop, save):
    bench.run(empty="erase")
    _, planned = save(("A", ""), ("B", "Bucket"), empty="erase")
    assert [(one.key, one.cleared) for one in planned] == [("A", 1)]


def test_records_that_are_missing_are_taken_out_of_use_with_it(bench, shop, save, apply):
    flow = {
        "sink": {"type": "shop.drafts", "connection": "shop"},
        "on_missing": "disable",
        "guards": {"max_missing": 5},
    }
    bench.run(**flow)
    save(("A", "Anvil"), **flow)
    assert counts(apply(**flow).flows[0]) == {"unchanged": 1, "updated": 2}
    assert shop.records["products", "B"]["enabled"] is False


def test_a_plan_that_could_not_be_finished_leaves_no_file(bench, save):
    report, _ = save(("A", "Anvil"), guards={"min_rows": 5})
    assert report.flows[0].error
    assert not (bench.folder / "a.plan").exists()


def test_a_plan_never_overwrites_a_file(bench, save):
    (bench.folder / "a.plan").write_text("mine")
    with pytest.raises(StateError, match="is there already"):
        save()
    assert (bench.folder / "a.plan").read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000])
def test_a_file_that_is_no_plan_is_told(bench, apply, content):
    (bench.folder / "a.plan").write_bytes(content)
    with pytest.raises(StateError, match=r"a\.plan"):
        apply()


def test_refused_records_are_refused_again(bench, shop, save, apply):
    save(("A", "forbidden"), ("B", "Bucket"))
    (report,) = apply().flows
    assert (counts(report), report.counts[Status.REFUSED]) == ({"created": 1, "refused": 1}, 1)
