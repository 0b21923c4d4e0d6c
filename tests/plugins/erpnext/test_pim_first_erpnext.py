"""Products born in a served sandbox go to a served ERPNext, and come back, as its how-to says."""

from datetime import timedelta

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ..erp.born import CATALOG, Born, named, renamed  # noqa: TID252 - tests have no name to import by
from .conftest import connection_options
from .frappe_server import served


@pytest.fixture
def site(site):
    site.group("Products", "All Item Groups")
    values = [{"attribute_value": name, "abbr": name[:3].upper()} for name in ("Red", "Blue")]
    site.put("Item Attribute", attribute_name="Colour", item_attribute_values=values)
    for item in site.documents["Item"].values():
        item["custom_pim_uuid"] = None
    site.put("Custom Field", dt="Item", fieldname="custom_pim_uuid", label="PIM", fieldtype="Data", length=0)
    return site


@pytest.fixture
def born(tmp_path, site, command, no_waiting):
    with served(site) as url, serve(CATALOG) as pim:
        yield Born(pim, {"type": "erpnext", **connection_options(url)}, "erpnext.md", tmp_path, command)


def writes(site):
    names = ("insert_many", "bulk_update", "rename_doc")
    return sum(path.endswith(names) for _, path, _ in site.calls)


def test_products_and_variants_go_over_and_come_back_and_the_next_run_sends_nothing(born, site):
    born.create(0, "Cup")
    born.model("plate", "Plate")
    for number, colour in enumerate(("red", "blue"), 1):
        born.create(number, "", parent="plate", colour=colour)
    told = born.run()
    cup = site.get("Item", born.shown(0)["sku"])
    assert (cup["item_name"], cup["item_group"], cup["stock_uom"], cup["is_sales_item"]) == (
        "Cup",
        "Products",
        "Nos",
        0,
    )
    assert (born.shown(0)["sku"], born.shown(0)["hand_over_status"]) == ("CRO-000001", "in_erp"), told
    plates = [site.get("Item", born.shown(number)["sku"]) for number in (1, 2)]
    assert [one["variant_of"] for one in plates] == ["plate", "plate"]
    assert (site.get("Item", "plate")["has_variants"], site.get("Item", "plate")["is_sales_item"]) == (1, 0)
    site.item("CRO-000001", **{**cup, "weight_per_unit": 0.35, "is_sales_item": 1})
    born.run()
    assert born.shown(0)["erp_weight"] == {"amount": "0.35", "unit": "KILOGRAM"}
    before = writes(site)
    assert born.sent() == 0
    assert writes(site) == before
    assert site.get("Item", "CRO-000001")["is_sales_item"] == 1


def test_what_a_family_lacks_is_told_before_the_erp_is_asked(born, site):
    born.create(0, "Lamp", family="lamps")
    born.run()
    assert born.shown(0)["hand_over_status"] == "attention"
    reason = "ERPNext needs an item group, and family 'lamps' has none. Nothing to do for you"
    assert reason in born.shown(0)["hand_over_reason"]
    assert writes(site) == 0


def test_a_sku_changed_in_the_pim_renames_the_item_and_its_data_still_comes_back(born, site):
    born.create(0, "Cup")
    born.run()
    made = site.get("Item", "CRO-000001")["creation"]
    born.change(0, values=renamed("CUP-NEW"))
    born.run()
    assert site.get("Item", "CRO-000001") is None
    assert site.get("Item", "CUP-NEW")["creation"] == made
    assert born.shown(0)["hand_over_status"] == "in_erp"
    assert born.shown(0)["erp_id"] == "CUP-NEW"
    assert born.sent() == 0


def test_an_item_renamed_in_erpnext_stays_that_of_its_product(born, site):
    born.create(0, "Cup")
    born.run()
    count = len(site.documents["Item"])
    site.rename("Item", "CRO-000001", "THEIRS")
    site.item("THEIRS", **{**site.get("Item", "THEIRS"), "weight_per_unit": 0.5})
    born.change(0, values={"ean": [{"locale": None, "scope": None, "data": "4006381333948"}]})
    told = born.run()
    assert "'CRO-000001' is 'THEIRS' there" in told
    assert [row["barcode"] for row in site.get("Item", "THEIRS")["barcodes"]] == ["4006381333948"]
    assert (len(site.documents["Item"]), born.shown(0)["sku"]) == (count, "CRO-000001")
    assert (born.shown(0)["erp_id"], born.shown(0)["erp_weight"]["amount"]) == ("THEIRS", "0.5")
    born.run()
    before = writes(site)
    assert (born.sent(), writes(site)) == (0, before)


def test_what_is_handed_over_once_does_not_follow_but_keeps_its_sku(born, site):
    born.flows["hand_over"]["mode"] = "create"
    born.write()
    born.create(0, "Cup")
    born.run()
    born.change(0, values=named("Cup, large"))
    born.run()
    assert site.get("Item", "CRO-000001")["item_name"] == "Cup"
    made = site.get("Item", "CRO-000001")["creation"]
    born.change(0, values=renamed("CUP-NEW"))
    born.run()
    assert (site.get("Item", "CUP-NEW")["creation"], site.get("Item", "CUP-NEW")["item_name"]) == (made, "Cup")
    assert born.sent() == 0


def test_an_item_deleted_in_erpnext_is_made_anew_not_for_sale_when_its_product_changes(born, site):
    born.create(0, "Cup")
    born.run()
    del site.documents["Item"]["cro-000001"]
    born.change(0, values=named("Cup, large"))
    told = born.run()
    assert "1 new" in told, told
    cup = site.get("Item", "CRO-000001")
    assert (cup["item_name"], cup["item_group"], cup["is_sales_item"]) == ("Cup, large", "Products", 0)
    assert born.shown(0)["hand_over_status"] == "in_erp"
    assert born.sent() == 0


def test_a_run_without_edits_finds_no_conflict_in_texts_that_are_the_same_in_two_languages(born, site):
    born.create(0, "Cup")
    born.run()
    born.change(0, values=named("Cup, large"))
    assert "changed on both sides" not in born.run()


def test_texts_come_back_to_items_by_when_they_were_made(born, site):
    pim = {"type": "akeneo.products", "connection": "pim"}
    born.flows = {
        "products": {
            "entity": "product",
            "source": {"type": "erpnext.products", "connection": "erp", "id_field": "creation"},
            "transforms": [{"map": {"identifier": "item_code", "family": {"constant": "lamps"}}}],
            "sink": pim,
        },
        "texts": {
            "returns": "products",
            "source": pim,
            "transforms": [{"map": {"item_code": "identifier", "item_name": "name-en_US"}}],
            "sink": {"type": "erpnext.products", "connection": "erp"},
        },
    }
    born.write()
    born.run()
    made, uuid = site.get("Item", "LST-003")["creation"], born.pim.store.product("LST-003").uuid
    site.now += timedelta(hours=1)
    site.rename("Item", "LST-003", "THEIRS")
    born.change_of(uuid, values=named("Lamp, bright"))
    told = born.run()
    item = site.get("Item", "THEIRS")
    assert (item["creation"], item["item_name"]) == (made, "Lamp, bright"), told
    assert born.pim.store.products[uuid].identifier == "THEIRS"
    before = writes(site)
    assert (born.sent(), writes(site)) == (0, before)
