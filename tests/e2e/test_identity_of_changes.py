"""A SKU that two records claim, where a run reads only what changed since the one before."""

import sqlite3

import pytest

PIPELINE = """\
version: 1
connections:
  erp: {{type: sql, url: "sqlite:///erp.db"}}
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    entity: product
    identity: id
    source: {{type: sql.query, connection: erp, table: item, cursor: updated, overlap: 0}}
    transforms: [{{map: {{identifier: sku, family: {{constant: mugs}}, name-en_US: name}}}}]
    sink: {{type: akeneo.products, connection: pim}}
"""


@pytest.fixture
def erp(project):
    """An ERP in which two items have one SKU."""
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url), "utf-8")
    with sqlite3.connect(project.folder / "erp.db") as base:
        base.execute("create table item (id integer primary key, sku text, name text, updated integer)")
        rows = [(1, "A-1", "First", 1), (2, "A-1", "Second", 1), (3, "B-1", "Third", 1), (4, "C-1", "Fourth", 9)]
        base.executemany("insert into item values (?, ?, ?, ?)", rows)
    yield base
    base.close()


def names(project):
    return {one["identifier"]: one["values"]["name"][0]["data"] for one in project.products()}


def change(erp, number, sku, now):
    with erp:
        erp.execute("update item set sku = ?, updated = ? where id = ?", (sku, now, number))


def test_neither_is_written_by_a_run_that_meets_none_of_them(project, erp):
    told = project.run().out
    assert "A-1 belongs to two products in table item: '1' and '2'. Neither was updated." in told
    for _ in range(2):
        told = project.run().out
        assert "changes only" in told
        assert names(project) == {"B-1": "Third", "C-1": "Fourth"}
    project.command("retry", str(project.folder / "pipeline.yaml"))
    assert set(names(project)) == {"B-1", "C-1"}


@pytest.mark.parametrize(("changed", "moved", "stays"), [(1, "First", "Second"), (2, "Second", "First")])
def test_the_other_goes_by_itself_once_one_of_them_is_changed(project, erp, changed, moved, stays):
    project.run()
    change(erp, changed, "A-2", 20)
    told = project.run().out
    assert "attention" not in told
    assert names(project) == {"A-2": moved, "A-1": stays, "B-1": "Third", "C-1": "Fourth"}
    shown = project.command("problems", str(project.folder / "pipeline.yaml")).out
    assert "A-1" not in shown


def test_both_are_among_the_problems_under_their_own_sku(project, erp):
    project.run()
    shown = project.command("problems", str(project.folder / "pipeline.yaml")).out
    assert "A-1 belongs to two products" in shown
    assert "(id" not in shown


def test_an_older_row_of_a_record_never_overwrites_a_newer_one(project, erp):
    project.run()
    change(erp, 1, "A-2", 20)
    change(erp, 2, "A-3", 20)
    project.run()
    project.run("--full")
    assert names(project) == {"A-2": "First", "A-3": "Second", "B-1": "Third", "C-1": "Fourth"}


def test_a_third_one_is_refused_beside_those_that_were_not_met(project, erp):
    project.run()
    change(erp, 4, "A-1", 20)
    told = project.run().out
    assert "A-1 belongs to three products in table item: '1', '2' and '4'. None of them was updated." in told
    change(erp, 4, "C-1", 30)
    change(erp, 2, "A-3", 30)
    project.run()
    assert names(project) == {"A-1": "First", "A-3": "Second", "B-1": "Third", "C-1": "Fourth"}


def test_what_was_deleted_is_forgotten_by_the_next_complete_read(project, erp):
    project.run()
    with erp:
        erp.execute("delete from item where id = 1")
    project.run()
    assert "A-1" not in names(project)
    project.run("--full")
    assert names(project)["A-1"] == "Second"


def test_a_row_that_a_transform_stops_is_one_open_item_however_often_it_is_read(project, erp):
    pipeline = project.folder / "pipeline.yaml"
    needed = "transforms: [{defaults: {by: sku, values: {'*': {}}, needed: [name]}}, {map:"
    pipeline.write_text(pipeline.read_text("utf-8").replace("transforms: [{map:", needed), "utf-8")
    with erp:
        erp.execute("update item set name = null where id = 3")
    assert "Name is needed" in project.run().out
    for now in (20, 30):
        change(erp, 3, "B-1", now)
        told = project.run().out
        assert "1 product did not go through (3)." in told, told
    with erp:
        erp.execute("update item set name = 'Third', updated = 40 where id = 3")
    told = project.run().out
    assert "Name is needed" not in told
    assert "Name is needed" not in project.command("problems", str(pipeline)).out
    assert names(project).get("B-1") == "Third", told
