"""Which columns belong to which level of a family variant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Level
from pimflow_akeneo.columns import parse_column
from pimflow_akeneo.kinds import PRODUCTS
from pimflow_akeneo.model import Attribute, Channel, FamilyVariant, Model
from pimflow_akeneo.products.levels import Tree, spread

KINDS = {"sku": "identifier", "name": "text", "color": "simpleselect", "weight": "metric", "price": "price_collection"}
ATTRIBUTES = {code: Attribute(code, f"pim_catalog_{kind}", localizable=code == "name") for code, kind in KINDS.items()}
MODEL = Model(ATTRIBUTES, {"shop": Channel("shop", ("en_US",), ("EUR",))}, {"X_SELL": False}, ("EUR",))
TWO = Tree(
    FamilyVariant(
        "two",
        "shoes",
        (
            (("color",), frozenset({"color", "price"})),
            (("weight",), frozenset({"weight", "sku"})),
        ),
    ),
    frozenset({"sku", "color", "name", "weight", "price"}),
)


def columns(*names):
    return {name: parse_column(name, MODEL, PRODUCTS) for name in names}


def test_each_column_belongs_to_the_level_of_its_attribute():
    found = spread(TWO, columns("name-en_US", "color", "price-EUR", "weight", "weight-unit"))
    assert found == (
        Level((), frozenset({"name-en_US"})),
        Level(("color",), frozenset({"color", "price-EUR"})),
        Level(("weight", "weight-unit"), frozenset({"weight", "weight-unit"})),
    )


def test_properties_categories_and_associations_belong_to_no_level():
    found = spread(TWO, columns("identifier", "sku", "enabled", "family", "categories", "X_SELL-products"))
    assert [level.columns for level in found] == [frozenset()] * 3


def test_columns_outside_the_family_and_unknown_ones_belong_to_no_level():
    tree = Tree(TWO.variant, TWO.attributes - {"name"})
    found = spread(tree, {**columns("name-en_US"), "whatever": None})
    assert [level.columns for level in found] == [frozenset()] * 3


def test_an_axis_without_a_column_is_named_by_its_attribute():
    assert [level.axes for level in spread(TWO, columns("name-en_US"))] == [(), ("color",), ("weight",)]


@given(st.lists(st.sampled_from(["name-en_US", "color", "price-EUR", "weight", "weight-unit", "sku"]), unique=True))
def test_no_column_belongs_to_two_levels(names):
    found = spread(TWO, columns(*names))
    assert sum(len(level.columns) for level in found) == len({*names} - {"sku"})


@pytest.mark.parametrize(("attribute", "level"), [("name", 0), ("color", 1), ("weight", 2), ("other", None)])
def test_the_level_of_an_attribute(attribute, level):
    assert TWO.level(attribute) == level
