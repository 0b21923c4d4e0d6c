"""A run that goes group by group: what each brings, what is kept between runs, when it concludes."""

from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import ConfigError, GuardError, UnreachableError
from pimflow.model import Outcome, Problem, ProblemKind, Status
from pimflow.notifying.lateness import last_runs
from pimflow.running.by_groups import ByGroups
from pimflow.running.run import RunOptions

from .shop_rows import counts

HEADER = ("sku", "name", "family")
ROWS = [
    ("M1", "Mug", "mugs"),
    ("C1", "Chair", "chairs"),
    ("X1", "Whatever", None),
    ("M2", "Big mug", "mugs"),
    ("C2", "Armchair", "chairs"),
    ("T1", "Table", "Tables"),
]


@pytest.fixture
def families(bench, shop):
    shop.tables["products"] = [HEADER, *ROWS]
    return bench


def by(column="family", groups=1, seen=None, **options):
    """Options of a run that goes on until so many groups are through."""
    brought = []

    def go_on(so_far):
        brought.append(so_far)
        if seen is not None:
            seen.append(so_far)
        return len(brought) < groups

    return RunOptions(by=ByGroups(column, go_on), **options)


def parts(report):
    return [(one.part, one.read, counts(one)) for one in report.flows]


def sent(shop):
    keys = [change.key for batch in shop.batches for change in batch]
    shop.batches.clear()
    return keys


def test_one_group_after_another_in_the_order_of_their_names_and_those_without_one_last(families, shop):
    found = []
    report = families.run_all(options=by(groups=99, seen=found))
    assert parts(report) == [
        ("family chairs", 2, {"created": 2}),
        ("family mugs", 2, {"created": 2}),
        ("family Tables", 1, {"created": 1}),
        ("(no family)", 1, {"created": 1}),
    ]
    assert sent(shop) == ["C1", "C2", "M1", "M2", "T1", "X1"]
    told = [(len(one.flows), one.checkpoint.next, one.checkpoint.rows) for one in found]
    assert told == [(1, "mugs", 2), (2, "Tables", 1), (3, "(no family)", 1)]
    assert report.checkpoint.left == 0


def test_no_record_is_fetched_twice_in_one_run(families, shop):
    fetched = []

    def table():
        yield HEADER
        for row in ROWS:
            fetched.append(row[0])
            yield row

    shop.tables["products"] = table
    families.run_all(options=by(groups=99))
    assert fetched == [row[0] for row in ROWS]


def test_the_next_run_goes_on_behind_the_groups_that_are_through(families, shop):
    first = families.run_all(options=by())
    assert (parts(first), sent(shop)) == ([("family chairs", 2, {"created": 2})], ["C1", "C2"])
    assert first.checkpoint.told() == "By family: 1 of 4 done. Next: 'mugs' (2 products), then 'Tables', (no family)."
    assert parts(families.run_all(options=by())) == [("family mugs", 2, {"created": 2})]
    assert sent(shop) == ["M1", "M2"], "what is through is not sent again"
    assert families.run_all(options=by()).checkpoint.next == "(no family)"
    last = families.run_all(options=by())
    assert parts(last) == [
        ("(no family)", 1, {"created": 1}),
        ("once more, now that all are there", 5, {"unchanged": 5}),
    ]
    assert last.checkpoint.told() == "By family: all 4 done."
    assert sent(shop) == ["T1", "X1"]


def test_what_changed_meanwhile_in_a_group_that_is_through_goes_with_the_last(families, shop):
    for _ in range(3):
        families.run_all(options=by())
    shop.batches.clear()
    shop.tables["products"] = [HEADER, *ROWS[1:], ("M1", "Mug, blue", "mugs"), ("C3", "Stool", "chairs")]
    last = families.run_all(options=by())
    assert parts(last)[1] == ("once more, now that all are there", 6, {"created": 1, "updated": 1, "unchanged": 4})
    assert sorted(sent(shop)) == ["C3", "M1", "X1"]
    assert families.run().counts, "the plain run is free again"


def test_a_changed_mapping_lets_all_groups_come_again(families, shop):
    families.run_all(options=by())
    sent(shop)
    report = families.run_all(options=by(), on_bad_value="refuse")
    assert parts(report) == [("family chairs", 2, {"unchanged": 2})]
    assert sent(shop) == []


def test_nothing_counts_as_missing_before_all_groups_are_through(families, shop):
    flow = {"on_missing": "delete", "guards": {"max_missing": 2}}
    families.run(**flow)
    shop.tables["products"] = [HEADER, *(row for row in ROWS if row[0] not in {"C1", "M1"})]
    for _ in range(3):
        assert "deleted" not in str(families.run_all(options=by(), **flow).flows)
    assert shop.deleted == []
    last = families.run_all(options=by(), **flow)
    assert sorted(shop.deleted) == ["C1", "M1"]
    assert last.flows[-1].notes == ("2 sent earlier were not in the source this time, and were deleted: C1, M1",)


def test_missing_records_are_told_where_one_run_brought_all_groups(families, shop):
    families.run(on_missing="delete")
    shop.tables["products"] = [HEADER, *ROWS[1:]]
    report = families.run_all(options=by(groups=99), on_missing="delete")
    assert shop.deleted == ["M1"]
    assert report.flows[-1].part == "once more, now that all are there"


def test_the_cursor_moves_when_all_groups_are_through(families, shop):
    source = {"type": "shop.rows", "connection": "shop", "incremental": True}
    shop.tables["products"] = [(*HEADER, "changed"), *((*row, 2020) for row in ROWS)]
    shop.now = 2024
    for _ in range(3):
        families.run_all(options=by(), source=source)
        assert not families.sql("SELECT cursor FROM cursors")
    shop.now = 2026
    families.run_all(options=by(), source=source)
    assert families.sql("SELECT cursor FROM cursors") == [("2026",)]
    report = families.run(source=source)
    assert (report.full, report.read) == (False, 0)


def test_changes_go_group_by_group_too(families, shop):
    source = {"type": "shop.rows", "connection": "shop", "incremental": True}
    shop.tables["products"] = [(*HEADER, "changed"), *((*row, 2020) for row in ROWS)]
    shop.now = 2024
    families.run(source=source)
    shop.tables["products"] += [("M1", "Red mug", "mugs", 2025), ("C9", "Bench", "chairs", 2025)]
    shop.now = 2026
    sent(shop)
    assert parts(families.run_all(options=by(), source=source)) == [("family chairs", 1, {"created": 1})]
    assert families.sql("SELECT cursor FROM cursors") == [("2024",)]
    assert parts(families.run_all(options=by(), source=source))[0] == ("family mugs", 1, {"updated": 1})
    assert families.sql("SELECT cursor FROM cursors") == [("2026",)]
    assert sent(shop) == ["C9", "M1"]


def test_a_run_of_everything_waits_for_the_checkpoints_unless_it_is_let_pass(families, shop):
    families.run_all(options=by())
    with pytest.raises(GuardError, match="bench is being brought group after group by family, and 1 is through"):
        families.run()
    assert families.run(RunOptions(only=("M1",))).counts, "some records may go"
    assert families.plan()[0].error == ""
    sent(shop)
    assert families.run(RunOptions(allow=frozenset({"first_import"}))).error == ""
    assert sent(shop) == ["X1", "M2", "T1"]
    assert families.run().error == "", "all is through"


def test_who_is_notified_of_runs_is_told_once_that_groups_are_left(families, shop):
    families.settings["notify"] = [{"type": "shop.notice"}]
    families.run_all(options=by())
    for _ in range(2):
        with pytest.raises(GuardError):
            families.run()
    families.run_all(options=by(groups=99))
    families.run()
    assert [message.title for _, message in shop.messages] == [
        "[pimflow] bench failed: bench is being brought group after group by family, and 1 is through",
        "[pimflow] bench works again",
    ]
    assert "`pimflow run --by family` goes on with the next" in shop.messages[0][1].text


def test_the_run_that_brings_the_last_group_is_a_good_one(families):
    def late():
        with families.database() as database:
            (found,) = last_runs(database, ["bench"], timedelta(hours=1), datetime.now(UTC))
        return found.late

    families.run_all(options=by())
    assert late(), "groups are left"
    families.run_all(options=by(groups=99))
    assert not late()


def test_a_group_that_stops_is_not_through_and_no_other_one_is_begun(families, shop):
    shop.scripts["C1"] = shop.scripts["C2"] = [UnreachableError("the shop does not answer")] * 3
    report = families.run_all(options=by(groups=99), guards={"max_failed": 1})
    assert [one.part for one in report.flows] == ["family chairs"]
    assert report.flows[0].error
    assert (report.exit_code, report.checkpoint.done, report.checkpoint.next) == (3, 0, "chairs")
    shop.scripts.clear()
    sent(shop)
    assert parts(families.run_all(options=by(), guards={"max_failed": 1})) == [("family chairs", 2, {"created": 2})]


def test_a_column_that_no_flow_has_is_a_mistake_before_anything_is_written(families, shop):
    with pytest.raises(ConfigError, match="no flow hands on a column 'famly'; did you mean 'family'"):
        families.run_all(options=by("famly"))
    assert shop.batches == []


def test_guards_are_asked_for_each_group_and_of_all_rows(families, shop):
    assert "the least allowed is 7" in families.run_all(options=by(), guards={"min_rows": 7}).flows[0].error
    assert families.run_all(options=by(groups=99), guards={"min_rows": 6}).exit_code == 0
    shop.tables["products"] = [HEADER, *((sku, f"{name}!", family) for sku, name, family in ROWS)]
    stopped = families.run_all(options=by(groups=99), guards={"max_changed": 1})
    assert parts(stopped) == [("family chairs", 2, {})]
    assert "the most allowed is 1" in stopped.flows[0].error


def flow_of(table, **more):
    return {"source": {"type": "shop.rows", "connection": "shop", "table": table}, **more}


@pytest.fixture
def several(families, shop):
    """Labels and models before the products, prices after them; models and products have the column."""
    shop.tables["labels"] = [("sku", "name"), ("L1", "New")]
    shop.tables["models"] = [HEADER, ("MM", "Mugs of all kinds", "mugs"), ("MC", "Chairs of all kinds", "chairs")]
    shop.tables["prices"] = [("sku", "price"), ("C1", "5"), ("M1", "6")]
    shop.tables["stamps"] = [("sku", "stamp"), ("S1", "x")]
    return {
        "labels": flow_of("labels"),
        "prices": flow_of("prices", needs=["products"]),
        "products": flow_of("products", needs=["models", "stamps"]),
        "models": flow_of("models"),
        "stamps": flow_of("stamps"),
    }


def test_a_group_goes_through_all_flows_and_those_without_the_column_go_before_or_after(families, shop, several):
    first = families.run_all(several, by())
    assert [(one.name, one.part) for one in first.flows] == [
        ("labels", ""),
        ("stamps", ""),
        ("models", "family chairs"),
        ("products", "family chairs"),
    ]
    assert sent(shop) == ["L1", "S1", "MC", "C1", "C2"]
    assert first.checkpoint.waiting == ("prices",)
    assert first.checkpoint.told().endswith("After the last: prices.")
    last = families.run_all(several, by(groups=99))
    assert last.flows[-1].name == "prices"
    assert sent(shop) == ["MM", "M1", "M2", "T1", "X1", "C1", "M1"]


def test_a_flow_that_stops_keeps_those_that_need_it_and_the_next_groups_from_being_begun(families, shop, several):
    shop.tables["models"] = [HEADER, ("MA", "one", "chairs"), ("MB", "another", "chairs")]
    shop.scripts["MA"] = [UnreachableError("the shop does not answer")] * 3
    several["models"]["guards"] = {"max_failed": 1}
    report = families.run_all(several, by(groups=99))
    assert [(one.name, bool(one.error)) for one in report.flows][-1] == ("models", True)
    assert report.checkpoint.done == 0


def test_rows_that_a_transform_made_of_one_source_row_go_together(families, shop):
    shop.tables["products"] = [("sku", "family"), ("M-1", "mugs"), ("C-1", "chairs"), ("C-2", "chairs")]
    transforms = [{"shop.grouped": {}}]
    sinks = [{"type": "shop.models", "connection": "shop"}, {"type": "shop.products", "connection": "shop"}]
    report = families.run_all(options=by(), transforms=transforms, sink=sinks)
    assert {one.part for one in report.flows} == {"family chairs"}
    assert sent(shop) == ["C", "C-1", "C-2"]


def test_a_key_of_two_groups_goes_to_the_first_and_is_told(families, shop):
    shop.tables["products"] = [HEADER, *ROWS, ("C1", "Mug of the same key", "mugs")]
    report = families.run_all(options=by(groups=99))
    mugs = report.flows[1]
    assert counts(mugs) == {"created": 2, "refused": 1}
    assert "which an earlier row has too" in mugs.causes[0].problem.reason


def test_a_row_that_waits_for_one_of_a_later_group_goes_at_the_end(families, shop):
    lacks = Problem("the shop lacks what it refers to", ProblemKind.REFERENCE)
    shop.scripts["C1"] = [Outcome("products", "C1", Status.REFUSED, (lacks,))]
    report = families.run_all(options=by(groups=99))
    assert counts(report.flows[0]) == {"created": 1, "refused": 1}
    assert parts(report)[-1] == ("once more, now that all are there", 1, {"created": 1})
    assert families.open_items() == []
