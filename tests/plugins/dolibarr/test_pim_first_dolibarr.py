"""Products born in a served sandbox go to a served Dolibarr, and come back, as its how-to says."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from ..erp.born import CATALOG, Born, named, renamed  # noqa: TID252
from .dolibarr_routes import KEY

__all__ = ["command"]


@pytest.fixture
def born(tmp_path, erp, command):
    with serve(CATALOG) as pim:
        yield Born(pim, {"type": "dolibarr", "url": erp.url, "api_key": KEY}, "dolibarr.md", tmp_path, command)


def product(erp, ref):
    return next((one for one in erp.products.values() if one["ref"] == ref), None)


def writes(erp):
    return sum(count for call, count in erp.calls.items() if not call.startswith("GET"))


def test_products_and_variants_go_over_and_come_back_and_the_next_run_sends_nothing(born, erp):
    born.create(0, "Cup")
    born.model("plate", "Plate")
    for number, colour in enumerate(("red", "blue"), 1):
        born.create(number, "", parent="plate", colour=colour)
    told = born.run()
    cup = product(erp, born.shown(0)["sku"])
    assert (cup["label"], cup["status"], cup["status_buy"], cup["tva_tx"]) == ("Cup", "0", "0", "20.0")
    assert cup["multilangs"]["fr_FR"]["label"] == "Cup"
    assert (born.shown(0)["sku"], born.shown(0)["hand_over_status"]) == ("CRO-000001", "in_erp"), told
    plates = [product(erp, born.shown(number)["sku"])["id"] for number in (1, 2)]
    parents = {one["fk_product_child"]: one["fk_product_parent"] for one in erp.combinations.values()}
    assert {parents[number] for number in plates} == {product(erp, "plate")["id"]}
    erp.now += 60
    erp.touch(int(cup["id"]), weight="0.35", weight_units="0", status="1")
    born.run()
    assert born.shown(0)["erp_weight"] == {"amount": "0.35", "unit": "KILOGRAM"}
    assert born.shown(0)["erp_id"] == cup["id"]
    before = writes(erp)
    assert born.sent() == 0
    assert writes(erp) == before
    assert product(erp, "CRO-000001")["status"] == "1"


def test_what_a_family_lacks_is_told_before_the_erp_is_asked(born, erp):
    born.create(0, "Lamp", family="lamps")
    born.run()
    assert born.shown(0)["hand_over_status"] == "attention"
    reason = "Dolibarr needs a rate of tax, and family 'lamps' has none. Nothing to do for you"
    assert reason in born.shown(0)["hand_over_reason"]
    assert writes(erp) == 0


def test_a_sku_changed_in_the_pim_changes_the_reference_and_its_data_still_comes_back(born, erp):
    born.create(0, "Cup")
    born.run()
    number = product(erp, "CRO-000001")["id"]
    born.change(0, values=renamed("CUP-NEW"))
    born.run()
    assert (product(erp, "CRO-000001"), product(erp, "CUP-NEW")["id"]) == (None, number)
    assert born.shown(0)["hand_over_status"] == "in_erp"
    assert born.sent() == 0


def test_a_reference_changed_in_dolibarr_stays_that_of_its_product(born, erp):
    born.create(0, "Cup")
    born.run()
    count, number = len(erp.products), int(product(erp, "CRO-000001")["id"])
    erp.now += 60
    erp.touch(number, ref="THEIRS", weight="0.5", weight_units="0")
    born.change(0, values={"ean": [{"locale": None, "scope": None, "data": "4006381333948"}]})
    told = born.run()
    assert "'CRO-000001' is 'THEIRS' there" in told
    assert product(erp, "THEIRS")["barcode"] == "4006381333948"
    assert (len(erp.products), born.shown(0)["sku"]) == (count, "CRO-000001")
    assert born.shown(0)["erp_weight"]["amount"] == "0.5"
    born.run()
    before = writes(erp)
    assert (born.sent(), writes(erp)) == (0, before)


def test_texts_come_back_to_products_by_their_ids(born, erp):
    pim = {"type": "akeneo.products", "connection": "pim"}
    born.flows = {
        "products": {
            "entity": "product",
            "source": {"type": "dolibarr.products", "connection": "erp"},
            "transforms": [{"map": {"identifier": "ref", "family": {"constant": "lamps"}}}],
            "sink": pim,
        },
        "texts": {
            "returns": "products",
            "source": pim,
            "transforms": [{"map": {"ref": "identifier", "label": "name-en_US"}}],
            "sink": {"type": "dolibarr.products", "connection": "erp"},
        },
    }
    born.write()
    born.run()
    number, uuid = int(product(erp, "BAG-TOT")["id"]), born.pim.store.product("BAG-TOT").uuid
    erp.now += 60
    erp.touch(number, ref="BAG-TOTE")
    born.change_of(uuid, values=named("Tote, bright"))
    told = born.run()
    assert (erp.products[number]["ref"], erp.products[number]["label"]) == ("BAG-TOTE", "Tote, bright"), told
    assert born.pim.store.products[uuid].identifier == "BAG-TOTE"
    before = writes(erp)
    assert (born.sent(), writes(erp)) == (0, before)
