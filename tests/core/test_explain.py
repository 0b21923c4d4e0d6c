"""Where values came from: what is kept of them, and how it is told."""

import zlib

import orjson
import pytest
import sqlalchemy as sa

from pimflow.explain import explain
from pimflow.model import BadValue, Problem, Status
from pimflow.plain import to_json
from pimflow.running.run import RunOptions
from pimflow.sheets import as_cell
from pimflow.state.changes import Deed
from pimflow.state.tables import changes

from .shop_rows import table

FLOW = {"transforms": [{"map": {"sku": "sku", "name": "title", "group": {"constant": "all"}}}]}


@pytest.fixture
def told(bench):
    def tell(key, column=None, **flow):
        assembly = bench.assembly(**(flow or FLOW))
        with bench.database() as database:
            return explain(database, key, column, lambda _: assembly)

    return tell


def send(bench, shop, *rows, header=("sku", "title"), **flow):
    table(shop, *rows, header=header)
    return bench.run(**(flow or FLOW))


def test_a_value_tells_its_row_its_rule_and_its_run(bench, shop, told):
    send(bench, shop, ("B-0", "other"), ("A-1", "Cup"))
    (record,) = told("A-1", "name")
    (value,) = record.values
    assert (record.resource, record.key, record.row, record.noun) == ("products", "A-1", 2, "product")
    assert (value.column, value.value) == ("name", "Cup")
    assert dict(value.trace.source) == {"title": "Cup"}
    (step,) = value.trace.steps
    assert (step.transform, dict(step.cells)) == ("map", {"name": "Cup"})
    line = bench.write(**FLOW).read_text().splitlines()[int(step.place.rpartition(":")[2]) - 1]
    assert line.strip() == '"name": "title",'
    (past,) = value.past
    assert (past.value, past.deed, past.run) == ("Cup", Deed.CREATED, record.run)


def test_a_cell_that_could_not_be_read_is_told_as_it_was_found(bench, shop, told):
    send(bench, shop, ("A-1", BadValue(Problem("which is no title", field="title", value="ca. 2"))))
    (record,) = told("A-1")
    assert as_cell(record.source_row["title"]) == str(record.source_row["title"]) == "ca. 2"


def test_values_before_are_told_the_latest_first(bench, shop, told):
    for title in ("Cup", "Mug", "Mug", "Beaker"):
        send(bench, shop, ("A-1", title))
    (value,) = told("A-1", "name")[0].values
    assert [(one.value, one.deed) for one in value.past] == [
        ("Beaker", Deed.UPDATED),
        ("Mug", Deed.UPDATED),
        ("Cup", Deed.CREATED),
    ]
    assert len({one.run for one in value.past}) == 3
    (group,) = told("A-1", "group")[0].values
    assert [(one.value, one.deed) for one in group.past] == [("all", Deed.CREATED)]
    assert dict(group.trace.source) == {}


def test_a_run_that_changes_nothing_keeps_nothing(bench, shop):
    send(bench, shop, ("A-1", "Cup"))
    before = rows(bench, "changes")
    send(bench, shop, ("A-1", "Cup"))
    assert rows(bench, "changes") == before == 1


def rows(bench, name):
    return bench.sql(f"SELECT count(*) FROM {name}")[0][0]


def test_what_the_target_had_before_the_first_write_is_known_where_it_was_asked(bench, shop, told):
    shop.records["products", "A-1"] = {"sku": "A-1", "name": "by hand"}
    flow = {**FLOW, "mode": "update"}
    send(bench, shop, ("A-1", "Cup"), **flow)
    (value,) = told("A-1", "name", **flow)[0].values
    assert [(one.value, one.deed) for one in value.past] == [("Cup", Deed.UPDATED), ("by hand", None)]


def test_a_column_that_the_flow_sends_for_the_first_time_is_asked_for(bench, shop, told):
    plain = {"transforms": [{"map": {"sku": "sku", "name": "title"}}]}
    send(bench, shop, ("A-1", "Cup"), **plain)
    shop.records["products", "A-1"]["group"] = "by hand"
    send(bench, shop, ("A-1", "Cup"))
    (value,) = told("A-1", "group")[0].values
    assert [one.value for one in value.past] == ["all", "by hand"]


def test_days_of_zero_keep_no_values(bench, shop, told):
    bench.settings["history"] = {"days": 0}
    send(bench, shop, ("A-1", "Cup"))
    assert told("A-1") == []
    assert (rows(bench, "sent"), rows(bench, "changes"), rows(bench, "runs")) == (0, 0, 1)


def test_old_runs_are_forgotten_with_what_they_changed_and_their_logs(bench, shop, told):
    bench.settings["history"] = {"runs": 2}
    for number in range(5):
        send(bench, shop, ("A-1", f"Cup {number}"))
    assert (rows(bench, "runs"), rows(bench, "changes"), rows(bench, "sent")) == (2, 2, 1)
    assert len(list((bench.folder / ".pimflow" / "logs").glob("*.jsonl"))) == 2
    (value,) = told("A-1", "name")[0].values
    assert [(one.value, one.deed) for one in value.past] == [
        ("Cup 4", Deed.UPDATED),
        ("Cup 3", Deed.UPDATED),
        ("Cup 2", None),
    ]


def test_a_record_that_did_not_arrive_is_not_told_as_sent(bench, shop, told):
    shop.scripts["A-1"] = [Status.REFUSED]
    send(bench, shop, ("A-1", "Cup"))
    assert told("A-1") == []


def test_a_preview_keeps_nothing(bench, shop):
    table(shop, ("A-1", "Cup"), header=("sku", "title"))
    bench.plan(RunOptions(), **FLOW)
    assert rows(bench, "changes") == 0


def test_a_record_that_the_source_no_longer_has_is_told_as_taken_out_of_use(bench, shop, told):
    flow = {
        "sink": {"type": "shop.drafts", "connection": "shop"},
        "on_missing": "disable",
        "guards": {"max_missing": 1},
    }
    send(bench, shop, ("A-1", "Cup"), ("B-0", "Mug"), header=("sku", "name"), **flow)
    send(bench, shop, ("B-0", "Mug"), header=("sku", "name"), **flow)
    assert [told(key, **flow)[0].disabled for key in ("A-1", "B-0")] == ["enabled", ""]
    send(bench, shop, ("A-1", "Cup"), ("B-0", "Mug"), header=("sku", "name"), **flow)
    assert told("A-1", **flow)[0].disabled == ""


def test_a_history_that_was_begun_before_it_kept_what_others_had_changed_is_read(bench, shop, told):
    for title in ("Cup", "Mug"):
        send(bench, shop, ("A-1", title))
    with bench.database() as database, database.writing() as connection:
        for row in connection.execute(sa.select(changes)).all():
            old = zlib.compress(to_json(orjson.loads(zlib.decompress(row.content, wbits=-15))[:2]), wbits=-15)
            connection.execute(changes.update().where(changes.c.id == row.id).values(content=old))
    (value,) = told("A-1", "name")[0].values
    assert [one.value for one in value.past] == ["Mug", "Cup"]
