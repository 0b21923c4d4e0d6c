"""From a live Tryton into the PIM and back, through the command line."""

import copy
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...e2e.conftest import CATALOG, Project, command  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD, template

__all__ = ["command"]
pytestmark = pytest.mark.slow

PIPELINE = """\
version: 1
connections:
  erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: tryton.products, connection: erp, page_size: 8, overlap: {overlap}}}
    transforms:
      - map:
          identifier: code
          family: {{constant: mugs}}
          categories: category_codes
          enabled: active
          name-en_US: name@en
          name-fr_FR: name@fr
          colour: attributes.color
          weight: {{from: weight, unit: KILOGRAM}}
    sink: {{type: akeneo.products, connection: pim}}
"""
BACK = """\
version: 1
name: back
connections:
  erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"}}
flows:
  texts:
    source: {{type: files.csv, path: texts.csv}}
    transforms:
      - map: {{code: sku, name: name, "name@fr": name_fr, ean: ean, categories: category, attributes.material: material,
               list_price: price, weight: weight, weight_uom: unit, attribute_set: set, active: active}}
    sink: {{type: tryton.products, connection: erp, default_unit: u}}
"""
HEADER = "sku;name;name_fr;ean;category;material;set;price;weight;unit;active"


def catalog() -> dict[str, Any]:
    found = copy.deepcopy(CATALOG)
    found["locales"].append({"code": "fr_FR", "enabled": True})
    found["channels"][0]["locales"].append("fr_FR")
    return found


@pytest.fixture
def erp(untouched):
    return untouched


@pytest.fixture(scope="module")
def pim():
    with serve(catalog()) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class Sync:
    """A project from the ERP to the PIM, and one for the way back."""

    project: Project
    erp: Any
    pim: Any

    def write(self, *, password: str = PASSWORD, overlap: int = 0) -> None:
        words = {"erp": self.erp.url, "pim": self.pim.url, "password": password, "overlap": overlap}
        (self.project.folder / "pipeline.yaml").write_text(PIPELINE.format(**words), "utf-8")
        (self.project.folder / "back.yaml").write_text(BACK.format(**words), "utf-8")

    def back(self, *rows: str):
        (self.project.folder / "texts.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        return self.project.command("run", str(self.project.folder / "back.yaml"))

    def lines(self) -> int:
        return self.pim.stats()["routes"]["PATCH /api/rest/v1/products"]["lines"]


@pytest.fixture
def sync(tmp_path, erp, pim, command):
    pim.reset()
    found = Sync(Project(tmp_path, pim, command), erp, pim)
    found.write()
    return found


@pytest.fixture
def calls(monkeypatch, erp):
    """Collect the methods called on Tryton. `before` does something first, a call in `lost` gets no answer."""
    collected = Calls([], {}, set())
    send = httpx.HTTPTransport.handle_request

    def handle(transport, request):
        if request.url.port == erp.port:
            method = httpx.Response(200, content=request.content).json()["method"]
            collected.methods.append(method)
            act = collected.before.pop(f"{method} {collected.methods.count(method)}", None)
            if act is not None:
                act(request)
            if f"{method} {collected.methods.count(method)}" in collected.lost:
                send(transport, request).read()
                raise httpx.ReadError("the connection was cut", request=request)
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    return collected


@dataclass(frozen=True)
class Calls:
    methods: list
    before: dict
    lost: set


SEARCH = "model.product.product.search_read"
LOGIN = "common.db.login"


def test_a_full_load_arrives_then_nothing_then_three_changes_are_three_lines(sync, erp):
    first = sync.project.run()
    assert first.code == 0, first.out + first.err
    assert "32 products read; 32 new" in first.out
    mug = sync.project.product("MUG-01")
    names = {one["locale"]: one["data"] for one in mug["values"]["name"]}
    assert names == {"en_US": "Mug 1", "fr_FR": "Chope 1"}
    assert mug["categories"] == ["cups"]
    assert mug["enabled"] is True
    assert mug["values"]["weight"][0]["data"] == {"amount": "0.3500", "unit": "KILOGRAM"}
    assert sync.project.product("SET-B")["values"]["colour"][0]["data"] == "red"

    lines = sync.lines()
    second = sync.project.run()
    assert "0 new, 0 updated, 1 already up to date" in second.out  # one shares the last stamp of the first read
    assert sync.lines() == lines

    erp.rpc("product.template.write", [2], {"name": "Mug two"})
    erp.rpc("product.template.write", [3], {"name": "Chope 3"}, language="fr")
    erp.rpc("product.product.write", [31], {"attributes": {"color": "blue"}})
    third = sync.project.run()
    assert "4 products read; 0 new, 3 updated, 1 already up to date" in third.out
    assert sync.lines() == lines + 3
    assert sync.project.product("SET-B")["values"]["colour"][0]["data"] == "blue"
    assert sync.project.product("SET-A")["values"]["colour"][0]["data"] == "red"

    erp.rpc("product.template.write", [4], {"active": False})
    fourth = sync.project.run()
    assert "1 updated" in fourth.out
    assert sync.project.product("MUG-04")["enabled"] is False
    again = sync.project.run("--full")
    assert "32 products read; 0 new, 0 updated, 32 already up to date" in again.out
    erp.rpc("product.template.write", [4], {"active": True})


def test_an_identifier_written_alone_is_a_change(sync, erp):
    sync.project.run()
    erp.rpc("product.identifier.create", [{"product": 7, "type": "ean", "code": "5901234123457"}])
    assert "2 products read" in sync.project.run().out


def test_a_code_that_changes_renames_the_product_in_the_pim(sync, erp):
    file = sync.project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("  products:\n", "  products:\n    entity: product\n"), "utf-8")
    sync.project.run()
    uuid = sync.project.product("MUG-05")["uuid"]
    (number,) = [row["id"] for row in [erp.product("MUG-05")]]
    erp.rpc("product.product.write", [number], {"suffix_code": "-NEW"})
    try:
        assert "0 new, 1 updated" in sync.project.run().out
        assert (sync.project.product("MUG-05-NEW")["uuid"], sync.project.product("MUG-05")) == (uuid, None)
    finally:
        erp.rpc("product.product.write", [number], {"suffix_code": ""})


def test_what_a_long_transaction_commits_late_is_read_within_the_overlap(sync, erp):
    erp.rpc("product.template.write", [11], {"weight": 0.62})
    sync.project.run()
    before = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(erp.folder / "db" / "erp.sqlite", timeout=30)) as database, database:
        late = (0.75, before, "MUG-12")
        database.execute("UPDATE product_template SET weight = ?, write_date = ? WHERE code = ?", late)
    assert "0 new, 0 updated" in sync.project.run().out
    sync.write(overlap=10)
    assert "0 new, 1 updated" in sync.project.run().out
    assert sync.project.product("MUG-12")["values"]["weight"][0]["data"]["amount"] == "0.7500"


def test_what_was_stamped_in_the_same_instant_is_read_and_not_sent_twice(sync, erp):
    erp.rpc("product.template.write", [9], {"weight": 0.61})
    sync.project.run()
    with closing(sqlite3.connect(erp.folder / "db" / "erp.sqlite", timeout=30)) as database, database:
        tie = database.execute("SELECT write_date FROM product_template WHERE id = 9").fetchone()
        database.execute("UPDATE product_template SET weight = 0.71, write_date = ? WHERE id = 10", tie)
    assert "0 new, 1 updated" in sync.project.run().out
    assert "0 new, 0 updated" in sync.project.run().out


def test_an_archived_product_gives_its_code_to_its_successor(sync, erp):
    erp.rpc("product.template.create", [template("OLD", "Old", {})])
    old = erp.product("OLD")
    erp.rpc("product.product.write", [old["id"]], {"active": False})
    erp.rpc("product.template.create", [template("OLD", "Its successor", {})])
    answer = sync.project.run("--only", "OLD")
    assert "1 new" in answer.out
    assert sync.project.product("OLD")["values"]["name"][0]["data"] == "Its successor"
    assert sync.project.product("OLD")["enabled"] is True


def test_a_server_that_restarts_in_mid_read_is_asked_again_and_costs_nothing(sync, erp, calls, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: erp.start() if erp._process.poll() is not None else None)
    calls.before[f"{SEARCH} 6"] = lambda _: erp.stop()
    answer = sync.project.run("--full")
    assert answer.code == 0, answer.out + answer.err
    assert len(sync.project.products()) >= 32


def test_a_server_that_stays_down_in_mid_read_fails_the_run_and_the_next_one_loses_nothing(
    sync, erp, calls, monkeypatch
):
    sync.project.run()
    erp.rpc("product.template.write", [13], {"name": "Mug thirteen"})
    erp.rpc("product.template.write", [14], {"name": "Mug fourteen"})
    monkeypatch.setattr("time.sleep", lambda _: None)
    calls.before[f"{SEARCH} {calls.methods.count(SEARCH) + 2}"] = lambda _: erp.stop()
    failed = sync.project.run()
    assert failed.code == 3, failed.out
    monkeypatch.undo()
    erp.start()
    again = sync.project.run()
    assert again.code == 0, again.out
    names = [sync.project.product(f"MUG-{n}")["values"]["name"][0]["data"] for n in (13, 14)]
    assert names == ["Mug thirteen", "Mug fourteen"]


def test_what_is_deleted_in_the_erp_is_disabled_by_a_complete_read(sync, erp):
    ids = erp.rpc("product.template.create", [template("DEL", "Deleted", {})])
    file = sync.project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8") + "    on_missing: disable\n", "utf-8")
    sync.project.run("--full")
    erp.rpc("product.template.delete", ids)
    assert "disabled" not in sync.project.run().out
    answer = sync.project.run("--full")
    assert "and was disabled: DEL" in answer.out
    assert sync.project.product("DEL")["enabled"] is False


def test_a_session_that_dies_in_mid_write_is_renewed_and_nothing_is_written_twice(sync, erp, calls):
    calls.before["model.product.template.create 1"] = lambda request: erp.end_session(request.headers["Authorization"])
    answer = sync.back("DIES-1;Dies;Meurt;;;;;;;;1")
    assert "1 new" in answer.out, answer.out
    assert calls.methods.count(LOGIN) == 2
    assert erp.product("DIES-1", "name", language="fr")["name"] == "Meurt"


def test_a_session_that_dies_in_mid_read_is_renewed_once(sync, erp, calls):
    calls.before[f"{SEARCH} 6"] = lambda request: erp.end_session(request.headers["Authorization"])
    answer = sync.project.run("--full")
    assert answer.code == 0, answer.out
    assert calls.methods.count(LOGIN) == 2
    assert len(sync.project.products()) >= 32


def test_a_wrong_password_is_sent_once_and_told(sync, calls):
    sync.write(password="hush-wrong-pw")
    answer = sync.project.run()
    assert answer.code == 3
    assert "refused user 'admin' or the password; it was tried once" in answer.out
    assert "hush-wrong-pw" not in answer.out + answer.err
    assert calls.methods.count(LOGIN) == 1
    assert sync.project.products() == []


def test_texts_are_written_back_and_a_second_time_nothing_is_sent(sync, erp, calls):
    row = "MUG-05;Mug five;Chope 5;4006381333931;Kitchen / Cups;clay;;12.5;400;g;1"
    answer = sync.back(row)
    assert answer.code == 0, answer.out
    assert "0 new, 1 updated" in answer.out
    fields = ("name", "identifiers.code", "attributes", "list_price_used", "weight", "weight_uom.symbol")
    found = erp.product("MUG-05", *fields)
    assert (found["name"], found["identifiers."][0]["code"]) == ("Mug five", "4006381333931")
    assert found["attributes"] == {"material": "clay"}
    assert (found["weight"], found["weight_uom."]["symbol"]) == (400.0, "g")
    assert found["list_price_used"]["decimal"] == "12.5"
    assert erp.product("MUG-05", "name", language="fr")["name"] == "Chope 5"
    writes = [method for method in calls.methods if method.endswith((".write", ".create"))]
    assert "1 already up to date" in sync.back(row).out
    assert [method for method in calls.methods if method.endswith((".write", ".create"))] == writes


def test_new_products_are_created_once_with_all_their_values(sync, erp):
    answer = sync.back("NEW-1;New mug;Nouvelle;5901234123457;cups;glass;Crockery;3;;;1", "NEW-2;Plain;;;;;;;;;0")
    assert "2 new, 0 updated" in answer.out, answer.out
    found = erp.product("NEW-1", "name", "attributes", "identifiers.code", "categories", "default_uom.symbol")
    assert (found["name"], found["attributes"], found["categories"]) == ("New mug", {"material": "glass"}, [2])
    assert found["identifiers."][0]["code"] == "5901234123457"
    assert found["default_uom."]["symbol"] == "u"
    assert erp.product("NEW-1", "name", language="fr")["name"] == "Nouvelle"
    assert not erp.product("NEW-2", "active")["active"]
    (sync.project.folder / "back.yaml").write_text(
        (sync.project.folder / "back.yaml").read_text("utf-8").replace("name: back", "name: another"), "utf-8"
    )
    again = sync.back("NEW-1;New mug;Nouvelle;;;;;;;;1")  # a pipeline without memory of it
    assert "0 new, 1 updated" in again.out
    assert erp.product("NEW-1", "name")["name"] == "New mug"


def test_a_bad_value_costs_itself_and_a_refused_record_itself_alone(sync, erp):
    answer = sync.back(
        "MUG-06;Six;;4006381333932;cups;;;;;;1",
        "MUG-07;Seven;;;no such;;;;;;1",
        "MUG-08;Eight;;;;;;1.23456;;;1",
        "MUG-09;Nine;;;;;;;;;1",
        "NEW-3;;;;;;;;;;1",
    )
    assert "which is no GTIN: its length or check digit is wrong" in answer.out
    assert "Tryton has no such category" in answer.out
    assert "Tryton says: " in answer.out
    assert "Tryton needs a name for a new product" in answer.out
    assert [erp.product(f"MUG-0{n}", "name")["name"] for n in (6, 7, 8, 9)] == ["Six", "Seven", "Mug 8", "Nine"]


def test_check_and_plan_tell_without_writing(sync, erp):
    check = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    assert check.code == 0, check.out + check.err
    assert "Tryton 8.2, database erp, user admin, company Nordlicht (used), languages en, fr" in check.out
    (sync.project.folder / "texts.csv").write_text(f"{HEADER}\nMUG-10;Ten;;;;;;;;;1\n", "utf-8")
    plan = sync.project.command("plan", str(sync.project.folder / "back.yaml"))
    assert "Mug 10 -> Ten" in plan.out
    assert erp.product("MUG-10", "name")["name"] == "Mug 10"


def test_archived_products_are_taken_back_into_use_before_they_are_changed(sync, erp):
    assert "1 updated" in sync.back("MUG-11;Eleven;;;;;;;;;0").out
    assert (erp.product("MUG-11", "name", "active")["name"], erp.product("MUG-11", "active")["active"]) == ("Eleven", 0)
    refused = sync.back("MUG-11;Eleven and more;;;;;;;;;")
    assert "archived products cannot be changed there" in refused.out
    assert "1 updated" in sync.back("MUG-11;Eleven again;;;;;;;;;1").out
    found = erp.product("MUG-11", "name", "active")
    assert (found["name"], found["active"]) == ("Eleven again", 1)


def test_a_product_whose_creation_got_no_answer_is_not_created_twice(sync, erp, calls):
    calls.lost.add("model.product.template.create 1")
    lost = sync.back("LOST-1;Lost;Perdu;;;;;;;;1")
    assert lost.code == 1, lost.out
    again = sync.back("LOST-1;Lost;Perdu;;;;;;;;1")
    assert (again.code, calls.methods.count("model.product.template.create")) == (0, 1)
    assert erp.product("LOST-1", "name", language="fr")["name"] == "Perdu"


def test_a_read_makes_one_call_a_page_and_one_for_each_further_language(sync, calls):
    file = sync.project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("page_size: 8,", "page_size: 8, archived: false,"), "utf-8")
    answer = sync.project.run("--full")
    read = int(answer.out.partition(" products read")[0].rpartition(" ")[2])
    stamps = 1
    assert calls.methods.count(SEARCH) == (read // 8 + 1) + -(-read // 8) + stamps


def test_one_bad_record_costs_few_calls(sync, erp, calls):
    rows = [f"BULK-{n};Bulk {n};;;;;;{'1.23456' if n == 17 else '1'};;;1" for n in range(60)]
    answer = sync.back(*rows)
    assert "59 new" in answer.out
    assert calls.methods.count("model.product.template.create") <= 1 + 2 * 6 + 1
