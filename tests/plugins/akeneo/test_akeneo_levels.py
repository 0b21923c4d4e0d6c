"""Which columns belong to which level of a family variant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Change, Item, Level
from pimflow_akeneo.columns import parse_column
from pimflow_akeneo.kinds import PRODUCTS
from pimflow_akeneo.model import Attribute, Channel, FamilyVariant, Model
from pimflow_akeneo.products.levels import ancestors
from pimflow_akeneo.products.levels.ancestors import Ancestor, Ancestors
from pimflow_akeneo.products.levels.place import Place, fitted
from pimflow_akeneo.products.levels.tree import Tree, spread

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


CELLS = {
    "identifier": st.just("s-1"),
    "enabled": st.booleans(),
    "name-en_US": st.none() | st.sampled_from(["Shirt", "Other"]),
    "color": st.none() | st.sampled_from(["red", "blue"]),
    "price-EUR": st.none() | st.sampled_from(["5", "7"]),
    "weight": st.none() | st.just({"amount": "1", "unit": "GRAM"}),
}
ABOVE = Ancestor("sub", "two", "shoes", "root", {"name-en_US": "Shirt", "color": "red"})


@given(st.fixed_dictionaries({}, optional=CELLS), st.sampled_from([0, 1, 2]), st.sampled_from([None, ABOVE]))
def test_nothing_of_another_level_is_left_and_what_differs_is_told(payload, level, parent):
    before = Change(Item("products", "s-1", payload), 1, known=False, fingerprint=b"")
    place = Place(TWO, level, parent)
    after = fitted(before, place, lambda name: parse_column(name, MODEL, PRODUCTS), lambda one, other: one == other)
    told = {problem.field for problem in after.item.problems}
    for name, value in payload.items():
        own = TWO.level(name.partition("-")[0])
        if name in {"identifier", "enabled"} or own == level:
            assert after.payload[name] == value
            assert name not in told
        else:
            assert name not in after.payload
            repeated = parent is not None and own < level and parent.values.get(name) == value
            assert (name in told) == (value is not None and not repeated)


def test_a_model_is_known_as_the_run_writes_it_and_its_parent_too():
    known = Ancestors()
    known.put([Ancestor("Sub", "two", "shoes", "root", {"name-en_US": "Shirt", "color": "red"})])
    known.write("ROOT", {"name-en_US": None, "brand": "Acme"})
    known.write("sub", {"color": "blue"})
    assert known.get(["SUB"], frozenset())["sub"].values == {"color": "blue", "brand": "Acme"}


def test_values_that_were_not_asked_for_are_not_known():
    known = Ancestors()
    known.put([Ancestor("m", "one", attributes=frozenset({"name"}))])
    assert known.get(["m"], frozenset({"name"}))
    assert not known.get(["m"], frozenset({"name", "color"}))


def test_only_one_may_say_what_a_model_gets():
    known = Ancestors()
    assert known.claim("m", {"name": "A"}) == {}
    assert known.claim("M", {"name": "B", "brand": "Acme"}) == {"name": "A"}
    assert known.claim("m", {"name": "A", "brand": "Other"}) == {}


def test_the_models_kept_in_mind_are_bounded(monkeypatch):
    monkeypatch.setattr(ancestors, "MOST", 2)
    known = Ancestors()
    for code in "abc":
        known.put([Ancestor(code, "one")])
        known.get(["a"], frozenset())
    assert set(known.get("abc", frozenset())) == {"a", "c"}


@pytest.mark.parametrize(("attribute", "level"), [("name", 0), ("color", 1), ("weight", 2), ("other", None)])
def test_the_level_of_an_attribute(attribute, level):
    assert TWO.level(attribute) == level
