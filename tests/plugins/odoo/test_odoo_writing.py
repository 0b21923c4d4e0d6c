"""What is written to a served Odoo through the command line: products, categories, attributes, pictures."""

import base64
import json

import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .conftest import fill
from .odoo_database import KEY, Erp
from .odoo_fields import FIELDS, STAMPS, f
from .odoo_server import serve

__all__ = ["command"]

PIPELINE = """\
version: 1
name: {name}-{kind}
connections:
  erp: {{type: odoo, url: "{url}", database: shop, username: connector, api_key: "{key}"}}
flows:
  rows:
    source: {{type: files.jsonl, path: rows.jsonl}}
    empty: erase{keys}
    sink: {{type: odoo.{kind}, connection: erp{options}}}
"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture(params=[(18, 0), (19, 0)], ids=["json-rpc", "json-2"])
def erp(request, no_waiting):
    with serve(fill(Erp(series=request.param))) as running:
        running.calls.clear()
        yield running


@pytest.fixture
def write(tmp_path, erp, command):
    """Send rows to a sink of Odoo: `write("products", *rows)`; `command_name` may be `plan` or `check`."""

    def send(kind, *rows, options="", keys="", name="writing", command_name="run"):
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        text = PIPELINE.format(kind=kind, url=erp.url, key=KEY, options=options, keys=keys, name=name)
        (tmp_path / f"{kind}.yaml").write_text(text, "utf-8")
        answer = command(command_name, str(tmp_path / f"{kind}.yaml"), *(["--full"] if command_name == "run" else []))
        assert "Traceback" not in answer.out + answer.err
        return type(answer)(answer.code, " ".join(answer.out.split()), " ".join(answer.err.split()))

    return send


def methods(erp, *names):
    return [(method, named) for _, method, named in erp.calls if method in names]


WRITES = ("create", "write", "update_field_translations", "action_archive", "action_unarchive")


def test_new_products_are_made_in_one_call_and_a_second_time_nothing_is_sent(write, erp):
    rows = [
        {
            "default_code": "NEW-1",
            "name": "New mug",
            "name@fr_FR": "Nouvelle chope",
            "barcode": "5901234123457",
            "category": "All / Kitchen / Cups",
            "list_price": "12.505",
            "weight": "0.4",
            "product_tag_ids": ["Dishwasher safe"],
        },
        {"default_code": "NEW-2", "name": "Plain", "name@fr_FR": "Plain", "active": False},
    ]
    answer = write("products", *rows)
    assert "2 new, 0 updated" in answer.out, answer.out + answer.err
    variant, template = erp.named("NEW-1")
    assert template["name"] == {"en_US": "New mug", "fr_FR": "Nouvelle chope"}
    assert (variant["barcode"], variant["weight"], template["list_price"]) == ("5901234123457", 0.4, 12.51)
    assert template["product_tag_ids"] == [1]
    assert erp.named("NEW-2")[0]["active"] is False
    assert [name for name, _ in methods(erp, *WRITES)] == ["create", "update_field_translations"]
    assert "2 already up to date" in write("products", *rows).out
    again = write("products", *rows, name="another")  # a pipeline without memory of them
    assert "0 new, 0 updated, 2 already up to date" in again.out
    assert len(methods(erp, *WRITES)) == 2


def test_a_new_product_is_bought_in_the_unit_in_which_it_is_sold(write, erp, monkeypatch):
    unit = FIELDS["product.product"]["uom_id"]
    monkeypatch.setitem(FIELDS, "product.product", {**FIELDS["product.product"], "uom_po_id": unit})
    write("products", {"default_code": "SACK", "name": "Sack", "uom_id": "kg"})
    assert erp.named("SACK")[0]["uom_po_id"] == erp.named("SACK")[1]["uom_id"] == 2


def test_only_what_is_different_is_written(write, erp):
    before = erp.named("MUG-01")[0]["write_date"]
    erp.tick()
    same = {"default_code": "MUG-01", "name": "Mug 1", "name@fr_FR": "Chope 1", "weight": "0.35"}
    assert "1 already up to date" in write("products", same).out
    assert erp.named("MUG-01")[0]["write_date"] == before  # else it would come back as a change
    assert "1 updated" in write("products", {**same, "weight": "0.5", "name@fr_FR": "La chope"}).out
    (write_call,) = [named for _, named in methods(erp, "write")]
    assert write_call["vals"] == {"weight": 0.5}
    variant, template = erp.named("MUG-01")
    assert template["name"] == {"en_US": "Mug 1", "fr_FR": "La chope"}
    assert variant["barcode"] == "4006381333948"


def test_products_that_get_the_same_values_share_a_call(write, erp):
    rows = [{"default_code": f"MUG-{n:02}", "type": "service"} for n in range(2, 9)]
    assert "7 updated" in write("products", *rows).out
    assert len(methods(erp, "write")) == 1


def test_an_empty_cell_neither_archives_nor_clears_what_the_flow_did_not_write(write, erp):
    variant, template = erp.named("MUG-01")
    template["sale_ok"], variant["weight"] = True, 0.35
    row = {"default_code": "MUG-01", "active": None, "sale_ok": None, "weight": None, "list_price": None, "type": None}
    write("products", row, {"default_code": "MUG-02", "name": "Two", "weight": "1", "sale_ok": "1", "active": "1"})
    assert (variant["active"], template["sale_ok"], variant["weight"]) == (True, True, 0.35)
    assert (template["list_price"], template["type"]) == (9.9, "consu")
    write("products", row, {"default_code": "MUG-02", "name": "Two", "weight": None, "sale_ok": None, "active": None})
    variant, template = erp.named("MUG-02")
    assert (variant["active"], template["sale_ok"], variant["weight"]) == (True, False, 0.0)


def test_a_number_of_zero_is_none(write, erp):
    assert "1 updated" in write("products", {"default_code": "MUG-01", "weight": "0"}).out
    assert erp.named("MUG-01")[0]["weight"] == 0.0
    again = write("products", {"default_code": "MUG-01", "weight": "0.0"}, name="another")
    assert "1 already up to date" in again.out


def test_a_translation_is_taken_away_and_a_text_is_emptied(write, erp):
    row = {"default_code": "MUG-01", "description_sale": "For tea", "description_sale@fr_FR": "Pour le thé"}
    write("products", row)
    assert "1 updated" in write("products", {**row, "description_sale@fr_FR": None}).out
    assert erp.named("MUG-01")[1]["description_sale"] == {"en_US": "For tea"}
    assert "1 updated" in write("products", {**row, "description_sale": None, "description_sale@fr_FR": None}).out
    assert not erp.named("MUG-01")[1]["description_sale"]["en_US"]


def test_a_sku_of_two_products_is_told_and_neither_is_written(write, erp):
    erp.product("MUG-02", "Mug 2 (old)")
    answer = write("products", {"default_code": "MUG-02", "name": "Which"}, {"default_code": "MUG-03", "name": "Three"})
    told = "SKU MUG-02 belongs to two products in Odoo: 'Mug 2' and 'Mug 2 (old)'. Neither was updated."
    assert told in answer.out, answer.out
    assert "The ERP team must change or archive one." in answer.out
    assert erp.named("MUG-03")[1]["name"]["en_US"] == "Three"
    old = next(one for one in erp.data["product.product"].values() if one["default_code"] == "MUG-02")
    erp.change("product.product", old["id"], active=False)
    assert "1 updated" in write("products", {"default_code": "MUG-02", "name": "That one"}).out


def test_a_barcode_that_is_taken_is_told_with_its_owner(write, erp):
    rows = [
        {"default_code": "MUG-04", "barcode": "4006381333948"},
        {"default_code": "TWIN-1", "name": "Twin 1", "barcode": "5901234123457"},
        {"default_code": "TWIN-2", "name": "Twin 2", "barcode": "5901234123457"},
    ]
    answer = write("products", *rows)
    assert "Odoo refused this product: barcode 4006381333948 already belongs to MUG-01 'Mug 1'" in answer.out
    assert "Odoo refused this product: barcode 5901234123457 already belongs to TWIN-1" in answer.out
    assert "1 new" in answer.out
    assert len(methods(erp, "create")) == 1


def test_a_barcode_of_an_archived_product_or_of_another_company_is_free(write, erp):
    erp.named("MUG-01")[0]["active"] = False
    assert "1 updated" in write("products", {"default_code": "MUG-04", "barcode": "4006381333948"}).out
    other = erp.put("res.company", name="Sister")
    erp.named("MUG-05")[1]["company_id"], erp.named("MUG-06")[1]["company_id"] = 1, other
    erp.named("MUG-05")[0]["barcode"] = "5901234123457"
    assert "1 updated" in write("products", {"default_code": "MUG-06", "barcode": "5901234123457"}).out


def test_what_odoo_refuses_costs_its_record_alone_and_few_calls(write, erp):
    rows = [{"default_code": f"BULK-{n}", "name": f"Bulk {n}"} for n in range(60)]
    erp.forbidden = "BULK-17"
    answer = write("products", *rows)
    assert "59 new" in answer.out
    assert "Odoo says: BULK-17 is not allowed here" in answer.out
    assert len(methods(erp, "create")) <= 1 + 2 * 6 + 1


def test_bad_values_cost_themselves(write, erp):
    row = {
        "default_code": "MUG-05",
        "name": "Five",
        "weight": "heavy",
        "volume": "0.002",
        "type": "gadget",
        "category": "All / Nowhere",
        "uom_id": "stone",
        "product_tag_ids": "unheard of",
        "sale_ok": "perhaps",
    }
    write("products", {"default_code": "MUG-06", "name": "Mug 6"})
    answer = write("products", row, {"default_code": "NEW-3"}, {"default_code": "MUG-06", "name": None})
    assert erp.named("MUG-05")[1]["name"]["en_US"] == "Five"
    for words in (
        "which is no number",
        "which Odoo would round to 0: it keeps 2 decimals there",
        "Odoo knows: consu, service",
        "Odoo has no such category",
        "Odoo has no such unit",
        "Odoo has no such tag",
        "which is neither yes (1) nor no (0)",
        "Odoo needs a name for a new product",
        "is empty, and Odoo needs it: what it has there was left",
    ):
        assert words in answer.out, words
    assert erp.named("MUG-06")[1]["name"]["en_US"] == "Mug 6"


def test_a_product_whose_creation_got_no_answer_is_not_made_twice(write, erp):
    erp.faults["create"] = ["cut"]
    lost = write("products", {"default_code": "LOST-1", "name": "Lost"})
    assert lost.code == 1, lost.out
    again = write("products", {"default_code": "LOST-1", "name": "Lost"})
    assert again.code == 0
    assert erp.named("LOST-1")[1]["name"]["en_US"] == "Lost"
    assert len(methods(erp, "create")) == 1


def test_products_are_archived_and_taken_back(write, erp):
    assert "1 updated" in write("products", {"default_code": "MUG-07", "name": "Seven", "active": "0"}).out
    assert (erp.named("MUG-07")[0]["active"], erp.named("MUG-07")[1]["name"]["en_US"]) == (False, "Seven")
    assert "1 updated" in write("products", {"default_code": "MUG-07", "name": "Seven", "active": "1"}).out
    assert erp.named("MUG-07")[0]["active"] is True


def test_a_picture_is_written_again_when_the_file_changes(write, erp, tmp_path):
    file = tmp_path / "mug.png"
    file.write_bytes(base64.b64decode(PIXEL))
    row = {"default_code": "MUG-08", "image": "mug.png"}
    options = ", picture_folder: ."
    assert "1 updated" in write("products", row, options=options).out
    assert erp.named("MUG-08")[1]["image_1920"] == PIXEL
    assert "1 already up to date" in write("products", row, options=options).out
    file.write_bytes(base64.b64decode(PIXEL) + b"more")
    assert "1 updated" in write("products", row, options=options).out
    assert "no such file in the folder" in write("products", {**row, "image": "../x.png"}, options=options).out


def test_a_user_who_may_only_read_is_told_the_right_that_is_missing(write, erp):
    erp.readers_only = True
    answer = write("products", {"default_code": "MUG-01", "name": "One"})
    assert answer.code == 3
    assert (
        "User 'connector' of Odoo may not write products: product.product. Tick 'Product Creation' under Extra Rights"
        in answer.out
    )
    check = write("products", {"default_code": "MUG-01", "name": "One"}, command_name="check")
    assert "may not write product.product, product.template, product.category" in check.out


def test_check_tells_that_archiving_needs_more_rights_where_inventory_is_installed(write, erp, monkeypatch):
    row, rules = {"default_code": "MUG-01", "name": "One"}, "stock.warehouse.orderpoint"
    monkeypatch.setitem(FIELDS, rules, STAMPS)
    monkeypatch.setitem(FIELDS["product.product"], "orderpoint_ids", f("one2many", "Minimum Stock Rules", rules))
    assert "may not archive" not in write("products", row, command_name="check").out
    erp.unreadable = frozenset({rules})
    told = write("products", row, command_name="check").out
    assert "may not archive products, nor take them back: with the app Inventory that needs 'Inventory / User'" in told


def test_columns_that_cannot_be_written_are_told_with_what_to_do(write, erp):
    row = {"default_code": "MUG-01", "name@es_ES": "x", "attributes.Material": "Oak", "image": "x", "nope": "x"}
    answer = write("products", row)
    for words in (
        "the language 'es_ES' is not active in Odoo",
        "Odoo has no attribute 'Material' that makes variants",
        "pictures are written from a folder only",
        "Odoo has no field 'nope' of products that can be written",
    ):
        assert words in answer.out + answer.err, words


def test_a_plan_tells_old_and_new_without_writing(write, erp):
    answer = write("products", {"default_code": "MUG-01", "name": "One", "list_price": "9.9"}, command_name="plan")
    assert "Mug 1 -> One" in answer.out, answer.out
    assert methods(erp, *WRITES) == []


def test_categories_are_made_below_their_parents_in_whatever_order_they_come(write, erp):
    rows = [{"path": "All / Garden / Tools / Rakes"}, {"path": "All / Garden / Tools"}, {"path": "All / Garden"}]
    assert "3 new" in write("categories", *rows, {"path": "All / Kitchen"}).out
    rakes = next(one for one in erp.data["product.category"].values() if one["name"] == "Rakes")
    assert erp.data["product.category"][rakes["parent_id"]]["name"] == "Tools"
    lost = write("categories", {"path": "Nowhere / Lost"})
    assert "Odoo has no such category, and it did not come in this run" in lost.out


def test_attributes_are_written_by_their_name(write, erp):
    row = {"name": "Material", "name@fr_FR": "Matière", "create_variant": "Never"}
    assert "1 new" in write("attributes", row).out
    found = next(one for one in erp.data["product.attribute"].values() if one["name"]["en_US"] == "Material")
    assert (found["name"]["fr_FR"], found["create_variant"]) == ("Matière", "no_variant")
    assert "1 updated" in write("attributes", {**row, "display_type": "color"}).out


def test_a_run_is_undone(write, erp, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = {
        "default_code": "MUG-01",
        "name": "One",
        "name@fr_FR": "Un",
        "description_sale@fr_FR": "Autre",
        "volume": "2",
    }
    assert "1 new, 1 updated" in write("products", row, {"default_code": "WRONG-1", "name": "Wrong"}).out
    undone = command("undo", "last", "--yes")
    assert undone.code == 0, undone.out + undone.err
    variant, template = erp.named("MUG-01")
    assert template["name"] == {"en_US": "Mug 1", "fr_FR": "Chope 1"}
    assert template["description_sale"] == {"en_US": "For tea", "fr_FR": "Pour le thé"}
    assert variant["volume"] == 0.0
    assert erp.named("WRONG-1")[0]["active"] is False


def test_what_is_gone_from_the_source_is_archived(write, erp):
    rows = [{"default_code": f"GONE-{n}", "name": "Gone"} for n in range(4)]
    keys = "\n    on_missing: disable\n    guards: {max_missing: 50}"
    write("products", *rows)
    answer = write("products", *rows[:3], keys=keys)
    assert "and was disabled: GONE-3" in answer.out
    assert [erp.named(f"GONE-{n}")[0]["active"] for n in (2, 3)] == [True, False]
