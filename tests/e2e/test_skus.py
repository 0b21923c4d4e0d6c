"""Products that were made in the PIM get their SKU, from YAML through the command line."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from pimflow_akeneo_sandbox.entities import now

LOGIN = "client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox"
NUMBERS = """\
version: 1
connections:
  pim: {type: akeneo, url: "URL", LOGIN}
flows:
  numbers:
    entity: product
    identity: uuid
    source: {type: akeneo.products, connection: pim, by_uuid: true, attributes: []}
    transforms:
      - filter: {field: identifier, present: false}
      - map: {uuid: uuid, identifier: identifier}
    mode: update
    diff: target
    on_missing: ignore
    sku: {from: pimflow, pattern: "{family:3|upper}-{sequence:06d}", start: 1000, per: family}
    sink: {type: akeneo.products, connection: pim}
"""


def uuid(n):
    return f"0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{n:04x}"


def born(served, *numbers, family="mugs", **more):
    """Make products in the PIM that have no SKU."""
    served.seed({"products": [{"uuid": uuid(n), "family": family, "enabled": True, **more} for n in numbers]})


def skus(served):
    return {one.uuid: one.identifier for one in served.store.products.values()}


@pytest.fixture
def write(tmp_path, served, monkeypatch):
    served.reset()
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "pipeline.yaml"

    def write(text):
        file.write_text(text.replace("LOGIN", LOGIN).replace("URL", served.url), "utf-8")
        return str(file)

    return write


def test_products_get_a_sku_once_and_nothing_else_of_them_changes(write, served, command):
    file = write(NUMBERS)
    born(served, *range(250), values={"colour": [{"locale": None, "scope": None, "data": "red"}]})
    served.seed({"products": [{"identifier": "MUG-001001", "family": "mugs"}]})
    plan = command("plan", file)
    assert "change product MUG-001000" in plan.out
    assert "250 products would get SKUs." in plan.out
    assert set(skus(served).values()) == {None, "MUG-001001"}
    ran = command("run", file)
    assert ran.code == 0
    assert "left out by the pipeline's filter; 0 new, 250 updated, 0 already up to date." in ran.out
    assert "250 products got SKUs." in ran.out
    given = skus(served)
    assert set(given.values()) == {f"MUG-{n:06}" for n in range(1000, 1251)}
    assert all(one.enabled and one.values["colour"] for one in served.store.products.values() if one.uuid == uuid(7))
    for options in ((), ("--full",)):
        again = command("run", file, *options)
        assert "0 new, 0 updated" in again.out
        assert "Note" not in again.out
    assert skus(served) == given
    told = command("explain", "MUG-001000", "identifier").out
    assert "sku: gives the SKU that the record has for good" in told


def test_a_product_whose_sku_somebody_took_away_gets_the_same_again(write, served, command):
    file = write(NUMBERS)
    born(served, 1, 2)
    command("run", file)
    first = skus(served)
    served.store.put_product(replace(served.store.products[uuid(2)], identifier=None, values={}, updated=now()))
    born(served, 3)
    command("run", file)
    assert skus(served) == {**first, uuid(3): "MUG-001002"}


def test_a_product_without_family_is_told_and_gets_its_sku_when_it_has_one(write, served, command):
    file = write(NUMBERS)
    born(served, 1)
    born(served, 2, family=None)
    ran = command("run", file)
    assert f"Family: is empty, and the SKU is made of it. 1 product did not go through ({uuid(2)})." in ran.out
    assert "Product manager: Fill it in; the SKU then comes by itself." in ran.out
    served.seed({"products": [{"uuid": uuid(2), "family": "mugs"}]})
    assert "need your attention" not in command("run", file).out
    assert skus(served) == {uuid(1): "MUG-001000", uuid(2): "MUG-001001"}
    assert json.loads(command("problems", file, "--json").out) == []


def test_people_see_who_has_which_sku_and_take_one_away(write, served, command):
    file = write(NUMBERS)
    assert command("state", "numbers").out == "No SKU was given so far.\n"
    born(served, 1, 2)
    command("run", file)
    assert command("state", "numbers").out == "sku: 2 given\n  MUG: 1002 is next\n"
    told = command("state", "numbers", "mug-001001", uuid(1).upper(), "X-1").out
    assert f"MUG-001001 belongs to {uuid(2)} (series sku, given on 20" in told
    assert f"MUG-001000 belongs to {uuid(1)} (series sku" in told
    assert "X-1 is no SKU that was given here, and no record that got one." in told
    assert command("state", "numbers", "--forget").code == 2
    (gone,) = json.loads(command("state", "numbers", "MUG-001000", "--forget", "--yes", "--json").out)["forgotten"]
    assert gone["record"] == uuid(1)
    served.store.put_product(replace(served.store.products[uuid(1)], identifier=None, values={}, updated=now()))
    command("run", file)
    assert skus(served) == {uuid(1): "MUG-001002", uuid(2): "MUG-001001"}
    assert json.loads(command("state", "numbers", "--json").out)["given"] == {"sku": 2}


def test_a_sku_that_somebody_else_got_is_told_until_another_one_is_wanted(write, served, command):
    file = write(NUMBERS)
    born(served, 1)
    command("run", file)
    served.reset()
    born(served, 1)
    served.seed({"products": [{"identifier": "MUG-001000", "family": "mugs"}]})
    ran = command("run", file, "--full")
    assert "1 product did not go through (MUG-001000)" in ran.out
    assert f"MUG-001000 was given to {uuid(1)} when nobody had it, and somebody else has it now." in ran.out
    assert "Note: MUG-001000 was given to" in command("run", file).out
    command("state", "numbers", "MUG-001000", "--forget", "--yes")
    assert "1 updated" in command("run", file, "--full").out
    assert served.store.products[uuid(1)].identifier == "MUG-001001"
    assert "was given to" not in command("run", file).out


GENERATED = """\
version: 1
connections:
  pim: {type: akeneo, url: "URL", LOGIN}
  erp: {type: sql, url: "sqlite:///erp.sqlite"}
flows:
  handover:
    source: {type: akeneo.products, connection: pim, by_uuid: true, attributes: []}
    transforms: [{map: {uuid: uuid, item_no: identifier, family: family}}]
    sku: {from: GIVER, column: item_no, record: uuid}
    sink: {type: sql.table, connection: erp, table: items, key_columns: [KEY]}
"""
BACK = """\
  back:
    needs: [handover]
    source: {type: sql.query, connection: erp, query: "SELECT uuid, item_no FROM items"}
    transforms: [{map: {uuid: uuid, identifier: item_no}}]
    mode: update
    sink: {type: akeneo.products, connection: pim}
"""


@pytest.fixture
def erp(tmp_path):
    """The database of an ERP, which gives numbers of its own to items that come without one."""
    with closing(sqlite3.connect(tmp_path / "erp.sqlite", isolation_level=None)) as database:
        database.execute("CREATE TABLE items (uuid TEXT UNIQUE, item_no TEXT UNIQUE, family TEXT)")
        database.execute(
            "CREATE TRIGGER numbers AFTER INSERT ON items WHEN new.item_no IS NULL BEGIN "
            "UPDATE items SET item_no = 'E-' || (70000 + new.rowid) WHERE rowid = new.rowid; END"
        )
        yield database


def items(erp):
    return dict(erp.execute("SELECT uuid, item_no FROM items").fetchall())


def test_the_erp_is_asked_too_whether_a_sku_is_free(write, served, command, erp):
    asked = "also_free_in: [{type: sql.table, connection: erp, table: items, key_columns: [item_no]}]"
    connection = 'connections:\n  erp: {type: sql, url: "sqlite:///erp.sqlite"}'
    file = write(NUMBERS.replace("per: family", asked).replace("connections:", connection))
    erp.executemany("INSERT INTO items VALUES (?, ?, '')", [(str(n), f"MUG-{n:06}") for n in range(1000, 1350)])
    born(served, 1, 2)
    assert command("run", file).code == 0
    assert skus(served) == {uuid(1): "MUG-001350", uuid(2): "MUG-001351"}
    assert len(items(erp)) == 350


def test_products_wait_for_the_number_of_the_pim_and_go_then(write, served, command, erp):
    file = write(GENERATED.replace("GIVER", "akeneo").replace("KEY", "item_no"))
    born(served, 1, 2)
    served.seed({"products": [{"identifier": "MUG-1", "family": "mugs"}]})
    ran = command("run", file)
    assert list(items(erp).values()) == ["MUG-1"]
    assert "2 products have no SKU yet and wait" not in ran.out, "the table calls them records"
    assert f"2 records have no SKU yet and wait ({uuid(1)}, {uuid(2)}): the PIM's identifier generator" in ran.out
    served.seed({"products": [{"uuid": uuid(2), "identifier": "GEN-2", "family": "mugs"}]})
    assert "1 record has no SKU yet and waits" in command("run", file).out
    assert sorted(items(erp).values()) == ["GEN-2", "MUG-1"]


def test_products_go_without_and_come_back_with_the_number_of_the_erp(write, served, command, erp):
    file = write(GENERATED.replace("GIVER", "erp").replace("KEY", "uuid") + BACK)
    born(served, 1, 2)
    ran = command("run", file)
    assert f"2 records have no SKU yet and went without ({uuid(1)}, {uuid(2)}): the ERP gives it" in ran.out
    assert skus(served) == items(erp) == {uuid(1): "E-70001", uuid(2): "E-70002"}
    for _ in range(2):
        again = command("run", file)
        assert "1 new" not in again.out
        assert again.code == 0
    assert skus(served) == items(erp) == {uuid(1): "E-70001", uuid(2): "E-70002"}


def test_one_product_is_asked_for_by_its_uuid(write, served, command):
    file = write(NUMBERS)
    born(served, 1, 2)
    assert "1 updated" in command("run", file, "--only", uuid(2)).out
    assert skus(served) == {uuid(1): None, uuid(2): "MUG-001000"}
