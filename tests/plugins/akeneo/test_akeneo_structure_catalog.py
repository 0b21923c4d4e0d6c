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
