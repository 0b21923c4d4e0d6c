"""What transforms know of columns before a row is read."""

import pytest

from pimflow import Expected, Known
from pimflow_transforms.convert import Convert
from pimflow_transforms.filter import Filter
from pimflow_transforms.map import Map
from pimflow_transforms.value_map import ValueMap
from pimflow_transforms.variants.transform import Variants

SOURCE = {"sku": Expected("text"), "weight": Expected("number", hot=True), "colour": Expected("selection")}


def mapped(**columns):
    return Map.model_validate({"columns": columns}).expected(SOURCE)


def test_a_filter_changes_nothing():
    assert Filter.model_validate({"conditions": {"field": "sku", "present": True}}).expected(SOURCE) == SOURCE


def test_convert_knows_the_type_and_keeps_that_a_column_is_hot():
    found = Convert.model_validate({"columns": {"weight": "boolean", "other": "date"}}).expected(SOURCE)
    assert found["weight"] == Expected("boolean", hot=True)
    assert found["other"] == Expected("date")
    assert found["sku"] == SOURCE["sku"]


def test_map_renames_and_drops():
    assert mapped(identifier="sku", mass="weight") == {"identifier": SOURCE["sku"], "mass": SOURCE["weight"]}
    assert mapped(identifier="nothing known") == {"identifier": Expected()}
    assert mapped(identifier="sku", others="same_code")["weight"] == SOURCE["weight"]


def test_map_knows_constants_defaults_and_units():
    found = mapped(a={"constant": 5}, b={"from": "colour", "default": "red"}, c={"from": "weight", "unit": "GRAM"})
    assert found["a"] == Expected(known=(Known(5, "the constant"),), only_known=True, filled=True)
    assert found["b"] == Expected("selection", (Known("red", "the default"),), filled=True)
    assert found["c"] == Expected("number", unit="GRAM", hot=True)
    assert mapped(c={"from": "sku", "default": 1, "unit": "GRAM"})["c"].known == (Known("1 GRAM", "the default"),)


def test_map_knows_a_column_for_each_locale():
    found = mapped(**{"name-*": {"from": "sku", "locales": ["en_US", "fr_FR"]}})
    assert found == {"name-en_US": SOURCE["sku"], "name-fr_FR": SOURCE["sku"]}


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "colours.csv"
    file.write_text("found;becomes\nR;red\nROT;red\nB;blue\nX;\n", "utf-8")
    return file


def test_values_of_a_table_are_known_each_once(table):
    known = (Known("red", "the table colours.csv"), Known("blue", "the table colours.csv"))
    assert mapped(a={"from": "colour", "table": table})["a"] == Expected(known=known, only_known=True)
    found = mapped(a={"from": "colour", "table": table, "default": "grey"})["a"]
    assert found == Expected(known=(*known, Known("grey", "the default")), only_known=True, filled=True)


def test_a_value_map_has_its_own_values_and_those_of_its_table(table):
    options = {"field": "colour", "map": {"B": "navy"}, "table": table}
    own = (Known("navy", "the mapping"), Known("red", "the table colours.csv"))
    assert ValueMap.model_validate(options).expected(SOURCE)["colour"] == Expected(known=own, only_known=True)
    kept = ValueMap.model_validate({**options, "unknown": "keep"}).expected(SOURCE)["colour"]
    assert kept == Expected("selection", own)


def test_variants_know_the_family_variants_that_are_named(table):
    def family_variant(asked):
        found = Variants.model_validate({"group": "style", "family_variant": asked}).expected(SOURCE)
        assert found["sku"] == SOURCE["sku"]
        return found["family_variant"]

    assert family_variant({"constant": "by_size"}) == Expected(
        known=(Known("by_size", "the constant"),), only_known=True
    )
    by_map = family_variant({"from": "colour", "map": {"B": "by_blue", "X": ""}, "table": table})
    assert by_map.known == (Known("by_blue", "the mapping"), Known("red", "the table colours.csv"))
    assert family_variant("colour") == Expected()
