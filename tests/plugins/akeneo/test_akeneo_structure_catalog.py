"""What the catalogue tells about families and family variants."""

import pytest

FAMILIES = [
    {"code": "Shirts", "attributes": ["sku", "name", "color", "pieces"], "attribute_as_label": "name"},
    {"code": "mugs", "attributes": ["sku", "name", "color"], "attribute_as_label": "name"},
]
VARIANT = {
    "code": "by_Color_Pieces",
    "family": "Shirts",
    "labels": {},
    "variant_attribute_sets": [
        {"level": 1, "axes": ["color"], "attributes": ["color"]},
        {"level": 2, "axes": ["fragile"], "attributes": ["fragile", "pieces", "sku"]},
    ],
}


@pytest.fixture
def split(pim):
    shirts = {**FAMILIES[0], "attributes": [*FAMILIES[0]["attributes"], "fragile"]}
    pim.seed({"families": [shirts, FAMILIES[1]], "family_variants": [VARIANT]})
    return pim


def test_a_family_variant_is_found_in_any_case_with_its_levels(split, session):
    found = session.catalog.family_variant("BY_color_pieces")
    assert (found.code, found.family) == ("by_Color_Pieces", "Shirts")
    assert found.levels == (
        (("color",), frozenset({"color"})),
        (("fragile",), frozenset({"fragile", "pieces", "sku"})),
    )
    assert session.catalog.family_variant("by_Color_Pieces", "shirts") == found
    assert session.catalog.family_variant("by_Color_Pieces", "mugs") is None
    assert session.catalog.family_variant("by_Color_Pieces", "no_family") is None


def test_the_attributes_of_a_family_are_found_in_any_case(split, session):
    assert session.catalog.family_attributes("SHIRTS") == {"sku", "name", "color", "pieces", "fragile"}
    assert session.catalog.family_attributes("none") == frozenset()


def test_what_was_written_is_read_anew_and_nothing_else(pim, session):
    catalog = session.catalog
    assert "price" in catalog.model.attributes
    pieces = (catalog.options("color"), catalog.families, catalog.locales)
    before = calls(pim)
    catalog.forget("families")
    assert (catalog.options("color"), catalog.locales) == (pieces[0], pieces[2])
    assert "price" in catalog.model.attributes
    assert calls(pim) == before
    pim.seed({"attributes": [{"code": "depth", "type": "pim_catalog_number", "group": "erp"}]})
    catalog.forget("attributes")
    assert "depth" in catalog.model.attributes
    assert catalog.locales["fr_FR"] is True


def calls(pim):
    return sum(figures["calls"] for figures in pim.stats()["routes"].values())
