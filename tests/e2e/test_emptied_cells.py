"""`empty: erase` takes away what the flow wrote, and only where the PIM has a place for it: the rest is told once."""

import copy
import json
from dataclasses import replace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG, PIPELINE, Project

MUGS = ["sku", "name", "colour", "weight", "care"]
ERASING = PIPELINE.replace("          colour: colour\n", "          colour: colour\n          care: care\n") + (
    "    empty: erase\n"
)
FULL, EMPTIED = "MUG-1;mugs;cups;Mug;red;0.5;Wash me", "MUG-1;mugs;cups;Mug;red;0.5;"


def catalog():
    made = copy.deepcopy(CATALOG)
    made["attributes"].append(ATTRIBUTE | {"code": "care", "type": "pim_catalog_text", "labels": {"en_US": "Care"}})
    made["families"][0]["attributes"] = MUGS
    made["family_variants"] = [
        {
            "code": "by_colour",
            "family": "mugs",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["colour"], "attributes": ["sku", "weight", "care"]}],
        }
    ]
    made["product_models"] = [
        {"code": "mug", "family": "mugs", "family_variant": "by_colour", "parent": None, "values": {}}
    ]
    return made


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


@pytest.fixture
def erasing(project: Project):
    put(project, ERASING)
    return project


def put(project, pipeline):
    (project.folder / "pipeline.yaml").write_text(pipeline.format(url=project.pim.url), "utf-8")


def rows(project, *lines, header="sku;family;category;name;colour;weight;care"):
    (project.folder / "products.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")


def family_without(project, attribute):
    family = project.pim.store.need("families", "mugs")
    project.pim.store.put("families", {**family, "attributes": [one for one in MUGS if one != attribute]})


def values(project, identifier="MUG-1"):
    return project.product(identifier)["values"]


def sent(project):
    return project.pim.stats()["routes"].get("PATCH /api/rest/v1/products", {}).get("lines", 0)


def test_an_emptied_cell_takes_away_what_the_flow_wrote(erasing):
    rows(erasing, FULL)
    erasing.run()
    rows(erasing, EMPTIED)
    ran = erasing.run()
    assert ran.code == 0
    assert "1 updated" in ran.out
    assert "Note" not in ran.out
    assert "care" not in values(erasing)


def test_an_attribute_that_left_the_family_is_left_alone_and_told_once(erasing):
    rows(erasing, FULL, FULL.replace("MUG-1", "MUG-2"))
    erasing.run()
    family_without(erasing, "care")
    rows(erasing, EMPTIED, EMPTIED.replace("MUG-1", "MUG-2").replace("0.5", "0.6"))
    plan = erasing.command("plan", str(erasing.folder / "pipeline.yaml"), "--json")
    assert "Wash me" not in plan.out
    ran = erasing.run()
    assert ran.code == 0
    assert "2 updated" in ran.out
    assert "attention" not in ran.out
    assert (
        "Care was emptied in the source, and stays as it is in MUG-1, MUG-2: the family does not have this attribute. "
        "If nobody needs the value, remove it in the PIM."
    ) in " ".join(ran.out.split())
    assert values(erasing)["care"][0]["data"] == "Wash me"
    assert values(erasing, "MUG-2")["weight"][0]["data"]["amount"] == "0.6000"
    before = sent(erasing)
    again = erasing.run()
    assert "2 already up to date." in again.out
    assert "Care" not in again.out
    assert sent(erasing) == before


def test_the_families_of_emptied_products_cost_no_call_of_their_own(erasing):
    rows(erasing, FULL)
    erasing.run()
    rows(erasing, FULL.replace("Wash me", "Wash"))
    before = erasing.pim.stats()["calls"]
    erasing.run()
    changed = erasing.pim.stats()["calls"] - before
    rows(erasing, EMPTIED)
    before = erasing.pim.stats()["calls"]
    erasing.run()
    assert erasing.pim.stats()["calls"] - before == changed


def test_an_attribute_of_the_product_model_is_left_alone_in_the_row_of_a_variant(erasing):
    rows(erasing, FULL)
    erasing.run()
    store = erasing.pim.store
    product = store.product("MUG-1")  # becomes a variant: its name is now that of the model
    own = {code: entries for code, entries in product.values.items() if code != "name"}
    store.put_product(replace(product, parent="mug", values=own))
    store.put_model(replace(store.model("mug"), values={"name": product.values["name"]}))
    rows(erasing, "MUG-1;mugs;cups;;red;0.6;Wash me")
    ran = erasing.run()
    assert ran.code == 0
    assert "1 updated" in ran.out
    assert "attention" not in ran.out
    assert (
        "name (en_US) was emptied in the source, and stays as it is in MUG-1: by the family variant, the attribute "
        "belongs to another level."
    ) in " ".join(ran.out.split())
    assert store.model("mug").values["name"]
    assert "emptied" not in erasing.run().out


def test_what_another_owner_has_is_not_emptied(erasing):
    rows(erasing, FULL)
    erasing.run()
    put(erasing, ERASING.replace("    empty: erase\n", "    empty: erase\n    owner: erp\n"))
    (erasing.folder / "pimflow.yaml").write_text(
        "version: 1\nownership:\n  others: erp\n  attributes: {care: pim}\n", "utf-8"
    )
    rows(erasing, EMPTIED.replace("0.5", "0.7"))
    ran = erasing.run()
    assert ran.code == 0
    assert "it belongs to 'pim', and pimflow writes for 'erp' here; it was left alone" in " ".join(ran.out.split())
    assert values(erasing)["care"][0]["data"] == "Wash me"
    assert values(erasing)["weight"][0]["data"]["amount"] == "0.7000"


def test_a_new_product_is_sent_without_its_empty_cells(erasing):
    rows(erasing, EMPTIED)
    plan = erasing.command("plan", str(erasing.folder / "pipeline.yaml"), "--json")
    assert "care" not in json.dumps(json.loads(plan.out))
    ran = erasing.run()
    assert "1 new" in ran.out
    assert "Care" not in ran.out


def test_what_people_filled_in_stays_where_the_flow_never_wrote_it(erasing):
    rows(erasing, EMPTIED)
    erasing.run()
    product = erasing.pim.store.product("MUG-1")
    erasing.pim.store.put_product(replace(product, values={**product.values, "care": {(None, None): "By hand"}}))
    rows(erasing, EMPTIED.replace("0.5", "0.8"))
    erasing.run()
    assert values(erasing)["care"][0]["data"] == "By hand"
