"""What is written to a live Tryton through the command line: variants, templates, categories, attributes, pictures."""

import base64
import json

import httpx
import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD

__all__ = ["command"]
pytestmark = pytest.mark.slow

CONNECTION = 'erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"{more}}}'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture
def write(tmp_path, erp, command):
    """Send rows to a sink of Tryton: `write("categories", rows)`. Sent again with `again`, the state is the same."""

    def send(kind, *rows, options="", keys="", name="writing"):
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        connection = CONNECTION.format(erp=erp.url, password=PASSWORD, more="")
        (tmp_path / f"{kind}.yaml").write_text(
            f"version: 1\nname: {name}-{kind}\nconnections:\n  {connection}\nflows:\n  rows:\n"
            f"    source: {{type: files.jsonl, path: rows.jsonl}}\n    empty: erase\n{keys}"
            f"    sink: {{type: tryton.{kind}, connection: erp{options}}}\n",
            "utf-8",
        )
        return command("run", str(tmp_path / f"{kind}.yaml"), "--full")

    return send


@pytest.fixture
def read(tmp_path, erp, command):
    """Read a source of Tryton into rows by key."""

    def rows(kind, key, more=""):
        connection = CONNECTION.format(erp=erp.url, password=PASSWORD, more=more)
        (tmp_path / "read.yaml").write_text(
            f"version: 1\nconnections:\n  {connection}\nflows:\n  rows:\n"
            f"    source: {{type: tryton.{kind}, connection: erp}}\n"
            f"    sink: {{type: files.jsonl, path: {kind}.jsonl}}\n",
            "utf-8",
        )
        answer = command("run", str(tmp_path / "read.yaml"), "--full")
        assert answer.code == 0, answer.out + answer.err
        found = [json.loads(line) for line in (tmp_path / f"{kind}.jsonl").read_text("utf-8").splitlines()]
        return {row[key]: row for row in found}

    return rows


def test_new_variants_join_their_template_and_a_missing_one_is_made_once(write, erp):
    new = [{"code": f"CUP-{n}", "template_code": "CUP", "name": "Cup", "default_uom": "u"} for n in (1, 2, 3)]
    old = {
        "code": "SET-D",
        "template_code": "SET",
        "name": "Set of cups",
        "name@fr": "Service",
        "attributes.color": "blue",
    }
    answer = write("products", *new, old, {"code": "OTHER", "template_code": "SET", "name": "Other"})
    assert "4 new, 0 updated" in answer.out, answer.out
    assert "a variant's code begins with the code of its template in Tryton" in answer.out
    templates = {erp.product(f"CUP-{n}", "template")["template"] for n in (1, 2, 3)}
    assert len(templates) == 1
    found = erp.product("SET-D", "template.code", "template.name", "suffix_code", "attributes")
    assert (found["template."]["code"], found["suffix_code"]) == ("SET", "-D")
    assert (found["template."]["name"], found["attributes"]) == ("Set of cups", {"color": "blue"})
    assert erp.product("SET-A", "name", language="fr")["name"] == "Service"
    assert "4 already up to date" in write("products", *new, old).out


def test_the_first_variant_that_tryton_takes_makes_the_template(write, erp):
    bad = {"code": "POT-1", "template_code": "POT", "name": "Pot", "default_uom": "u", "list_price": "1.23456"}
    good = {"code": "POT-2", "template_code": "POT", "name": "Pot", "default_uom": "u"}
    answer = write("products", bad, good)
    assert "1 new" in answer.out
    assert "Tryton says: " in answer.out
    assert erp.product("POT-2", "template.code")["template."]["code"] == "POT"


def test_an_archived_template_takes_no_new_variants(write, erp):
    write("templates", {"code": "OLD", "name": "Old", "default_uom": "u", "active": "0"})
    answer = write("products", {"code": "OLD-1", "template_code": "OLD", "name": "Old"})
    assert "its template is archived in Tryton, and takes no new variants" in answer.out
    assert erp.rpc("product.product.search_count", [["code", "=", "OLD-1"]]) == 0


def test_a_variant_stays_with_its_template(write, erp):
    write("products", {"code": "MUG-01", "template_code": "MUG", "description": "Blue"})
    answer = write("products", {"code": "MUG-01", "template_code": "MUG", "description": "Green"})
    assert "cannot be changed once the record is made" in answer.out
    found = erp.product("MUG-01", "template.code", "description")
    assert (found["template."]["code"], found["description"]) == ("MUG-01", "Green")


def test_templates_are_written_by_their_code(write, erp):
    row = {"code": "PAN", "name": "Pan", "name@fr": "Poêle", "default_uom": "u", "categories": "cups"}
    assert "1 new" in write("templates", row).out
    assert "1 updated" in write("templates", {**row, "name": "Frying pan", "categories": "kitchen", "active": "0"}).out
    (found,) = erp.rpc(
        "product.template.search_read",
        [["code", "=", "PAN"], ["active", "=", False]],
        *(0, None, None),
        ["name", "categories.name", "products"],
    )
    assert (found["name"], found["categories."][0]["name"], found["products"]) == ("Frying pan", "Kitchen", [])
    refused = write("templates", {**row, "name": "Another"}, name="another")
    assert "archived templates cannot be changed there" in refused.out
    assert "Tryton needs a default unit for a new template" in write("templates", {"code": "NEW", "name": "New"}).out


def test_categories_are_made_renamed_and_moved(write, read):
    leaf = {"code": "espresso", "parent": "coffee", "name": "Espresso cups", "name@fr": "Tasses à espresso"}
    answer = write("categories", leaf, {"code": "coffee", "parent": "cups", "name": "Coffee"})
    assert "2 new" in answer.out, answer.out
    found = read("categories", "code")
    assert found["espresso"]["path"] == "Kitchen / Cups / Coffee / Espresso cups"
    assert found["espresso"]["name@fr"] == "Tasses à espresso"
    moved = write(
        "categories",
        {**leaf, "name": "Small cups", "parent": "kitchen"},
        {"code": "coffee", "parent": None, "name": "Coffee"},
    )
    assert "2 updated" in moved.out, moved.out
    found = read("categories", "code")
    assert (found["espresso"]["path"], found["coffee"]["path"]) == ("Kitchen / Small cups", "Coffee")
    assert found["espresso"]["name@fr"] == "Tasses à espresso"


def test_a_category_without_its_parent_waits_and_one_below_itself_is_refused(write, read):
    lost = write("categories", {"code": "lost", "parent": "nowhere", "name": "Lost"})
    assert "Tryton has no such category, and it did not come in this run" in lost.out
    assert "Tryton says: " in write("categories", {"code": "kitchen", "parent": "cups", "name": "Kitchen"}).out
    found = read("categories", "code")
    assert "lost" not in found
    assert "parent" not in found["kitchen"]


def test_products_take_categories_that_the_same_run_made(erp, tmp_path, command):
    rows = {
        "categories": {"code": "jars", "name": "Jars"},
        "products": {"code": "JAR", "name": "Jar", "categories": "jars"},
    }
    for kind, row in rows.items():
        (tmp_path / f"{kind}.jsonl").write_text(json.dumps(row), "utf-8")
    connection = CONNECTION.format(erp=erp.url, password=PASSWORD, more="")
    (tmp_path / "both.yaml").write_text(
        f"version: 1\nconnections:\n  {connection}\nflows:\n"
        "  first:\n    source: {type: files.jsonl, path: categories.jsonl}\n"
        "    sink: {type: tryton.categories, connection: erp}\n"
        "  second:\n    needs: [first]\n    source: {type: files.jsonl, path: products.jsonl}\n"
        "    sink: {type: tryton.products, connection: erp, default_unit: u}\n",
        "utf-8",
    )
    answer = command("run", str(tmp_path / "both.yaml"))
    assert answer.code == 0, answer.out
    assert erp.product("JAR", "categories.code")["categories."][0]["code"] == "jars"


def test_attributes_and_their_options_are_written_and_read(write, read):
    row = {"name": "finish", "string": "Finish", "string@fr": "Finition", "type_": "selection", "sets": "Crockery"}
    answer = write(
        "attributes", {**row, "selection": ["matt:Matt", "gloss:Gloss"], "selection@fr": "matt:Mat\ngloss:Brillant"}
    )
    assert "1 new" in answer.out, answer.out
    assert (
        "1 updated"
        in write("attributes", {**row, "selection": {"matt": "Matt", "satin": "Satin"}, "type_": "char"}).out
    )
    definition = read("attributes", "name")["finish"]
    assert (definition["string@fr"], definition["type_"], definition["sets"]) == ("Finition", "selection", ["Crockery"])
    options = read("attribute_options", "code")
    assert (options["matt"]["label"], options["matt"]["position"], options["satin"]["label"]) == ("Matt", 1, "Satin")
    assert "gloss" not in options
    told = write("products", {"code": "MUG-02", "attributes.finish": "gloss"}).out
    assert "Tryton knows: matt, satin" in told
    assert "1 updated" in write("products", {"code": "MUG-02", "attributes.finish": "Satin"}).out


def test_attributes_without_an_attribute_set_are_left_out_and_go_once_it_is_chosen(write, erp):
    bowl = {"code": "BOWL", "name": "Bowl", "default_uom": "u", "attributes.color": "red"}
    joins = [{**bowl, "code": f"DISH-{n}", "template_code": "DISH"} for n in (1, 2)]
    answer = write("products", bowl, *joins)
    assert "3 new" in answer.out, answer.out
    assert (
        "Tryton takes attributes only where a product has an attribute set. 3 products arrived without it" in answer.out
    )
    assert not erp.product("BOWL", "attributes")["attributes"]
    assert "1 updated" in write("products", {**bowl, "attribute_set": "Crockery"}).out
    assert erp.product("BOWL", "attributes")["attributes"] == {"color": "red"}
    erp.rpc("product.template.write", [erp.product("DISH-1", "template")["template"]], {"attribute_set": 1})
    again = write("products", *(dict(row, description="Deep") for row in joins))
    assert "2 updated" in again.out, again.out
    assert erp.product("DISH-2", "attributes")["attributes"] == {"color": "red"}


def test_identifiers_of_all_kinds_are_written_beside_each_other(write, read):
    row = {"code": "MUG-03", "ean": "036000291452", "identifiers.mpn": "M 3", "identifiers.isbn": "9780306406157"}
    assert "1 updated" in write("products", row).out
    assert "1 updated" in write("products", {**row, "identifiers.mpn": "M 4", "identifiers.isbn": None}).out
    found = read("products", "code")["MUG-03"]
    assert (found["ean"], found["identifiers.mpn"]) == ("036000291452", "M 4")
    assert [one["type"] for one in found["identifiers"]] == ["ean", "mpn"]
    assert "which is no ISBN" in write("products", {"code": "MUG-03", "identifiers.isbn": "12"}).out


def test_a_picture_is_written_once_and_replaced_when_it_changes(write, read, erp, tmp_path):
    (tmp_path / "mug.png").write_bytes(base64.b64decode(PIXEL))
    row, folder = {"code": "MUG-04", "image": "mug.png"}, ", picture_folder: ."
    assert "1 updated" in write("products", row, options=folder).out
    assert "1 already up to date" in write("products", row, options=folder).out
    address = read("products", "code")["MUG-04"]["image"]
    assert httpx.get(address, trust_env=False).headers["content-type"] == "image/jpeg"
    (tmp_path / "mug.png").write_bytes(base64.b64decode(PIXEL) + b"changed")
    assert "1 updated" in write("products", row, options=folder).out
    assert len(erp.product("MUG-04", "images")["images"]) == 1
    assert (
        "there is no such file in the folder of pictures"
        in write("products", {**row, "image": "../x"}, options=folder).out
    )
    (tmp_path / "bad.png").write_bytes(b"no picture")
    assert "Tryton says: " in write("products", {**row, "image": "bad.png"}, options=folder).out
    assert "1 updated" in write("products", {**row, "image": None}, options=folder).out
    assert erp.product("MUG-04", "images")["images"] == []


def test_prices_are_those_of_the_company_that_the_connection_names(erp, read):
    party = erp.rpc("party.party.create", [{"name": "Westlicht"}])
    (south,) = erp.rpc("company.company.create", [{"party": party[0], "currency": 1, "timezone": "Europe/Rome"}])
    erp.rpc("res.user.write", [1], {"companies": [["add", [south]]]})
    erp.rpc("product.template.write", [5], {"list_price": "11.50"}, company=south)
    assert read("products", "code", ", company: Westlicht")["MUG-05"]["list_price"] == "11.50"
    assert read("products", "code", ", company: Nordlicht")["MUG-05"]["list_price"] == "9.90"


def test_fifty_products_are_looked_up_in_one_call_and_made_in_one(write, monkeypatch, erp):
    methods, send = [], httpx.HTTPTransport.handle_request

    def handle(transport, request):
        methods.append(json.loads(request.content)["method"])
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    rows = [{"code": f"BULK-{n}", "name": f"Bulk {n}", "name@fr": f"Lot {n}", "default_uom": "u"} for n in range(50)]
    assert "50 new" in write("products", *rows).out
    assert methods.count("model.product.template.create") == 1
    # what is there, in two languages, so that it can be put back; the keys; then the ids, for the French names
    assert methods.count("model.product.product.search_read") == 4
    assert methods.count("model.product.template.write") == 1
    methods.clear()
    again = write("products", *rows, name="without-memory")
    assert "50 updated" in again.out
    assert not [method for method in methods if method.endswith(".create")]
    assert methods.count("model.product.product.search_read") == 3


def test_what_is_gone_from_the_source_is_archived(write, erp):
    rows = [{"code": f"GONE-{n}", "name": "Gone", "default_uom": "u"} for n in range(4)]
    write("products", *rows)
    answer = write("products", *rows[:3], keys="    on_missing: disable\n    guards: {max_missing: 50}\n")
    assert "and was disabled: GONE-3" in answer.out
    assert not erp.product("GONE-3", "active")["active"]
    assert erp.product("GONE-2", "active")["active"]


def test_values_that_tryton_had_before_the_first_write_come_back_with_an_undo(
    write, erp, command, monkeypatch, tmp_path
):
    before = erp.product("MUG-21", "name", "weight", "identifiers", "attributes")
    row = {"code": "MUG-21", "name": "Wrong", "weight": 9, "weight_uom": "kg", "attributes.color": "red"}
    assert "1 new, 1 updated" in write("products", row, {"code": "WRONG-1", "name": "N", "default_uom": "u"}).out
    assert erp.product("MUG-21", "name")["name"] == "Wrong"
    monkeypatch.chdir(tmp_path)
    answer = command("undo", "last", "--yes")
    assert "2 were put back or taken out of use, 0 needed nothing." in answer.out
    after = erp.product("MUG-21", "name", "weight", "identifiers", "attributes")
    assert {**after, "attributes": {}} == {**before, "attributes": {}}
    assert (after["attributes"] or {}).get("color") is None
    assert erp.product("WRONG-1", "active")["active"] in (0, False)
