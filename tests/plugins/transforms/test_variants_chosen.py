"""Which family variant `variants` chooses where the pipeline names none: that of the family, by the item's values."""

from dataclasses import replace

import pytest

from pimflow import ConfigError

from .flat_rows import HEADER, Pim, item, made

FAMILIES = {"shirts": ["by_size", "by_color_size"], "mugs": [], "shoes": ["by_size"], "twins": ["by_size", "by_both"]}


def chosen(*items):
    return made(list(items), pim=replace(Pim(), families=FAMILIES), family_variant=None)


def variants_of(rows):
    return {row["family_variant"] for row in rows if isinstance(row, dict) and "family_variant" in row}


def test_the_only_family_variant_of_the_family_is_taken():
    rows = chosen(item("S-1", family="shoes"), item("S-2", family="shoes"))
    assert variants_of(rows) == {"by_size"}
    assert rows[0]["code"] == "A1"


def test_of_several_the_one_with_most_axes_that_the_items_fill_is_taken():
    assert variants_of(chosen(item("S-1", family="shirts", color="red"))) == {"by_color_size"}
    assert variants_of(chosen(item("S-1", family="shirts"))) == {"by_size"}


def test_items_of_a_family_without_variants_stay_simple_products():
    (row,) = chosen(item("M-1", family="mugs"))
    assert "parent" not in row
    assert row["identifier"] == "M-1"


def test_an_item_that_fits_none_is_told_with_those_that_there_are():
    (problem,) = chosen(item("S-1", family="shirts", size=""))
    assert (problem.field, problem.value) == ("family", "shirts")
    assert problem.reason.startswith("which has the family variants 'by_size', 'by_color_size', and the item's values")


def test_the_only_item_of_a_group_needs_no_family_variant_where_it_stays_simple():
    alone = item("S-1", family="shirts", size="")
    (row,) = made([alone], pim=replace(Pim(), families=FAMILIES), family_variant=None, singles="simple")
    assert (row["identifier"], row.get("parent"), row.get("family_variant")) == ("S-1", None, None)
    unmapped = {"from": "family", "map": {"mugs": ""}}
    (row,) = made([alone], family_variant=unmapped, singles="simple")
    assert row["identifier"] == "S-1"


def test_an_item_that_fits_none_is_no_simple_product_beside_another_one_of_its_group():
    items = [item("S-1", family="shirts"), item("S-2", family="shirts", size="")]
    rows = made(items, pim=replace(Pim(), families=FAMILIES), family_variant=None, singles="simple")
    model, variant = (row for row in rows if isinstance(row, dict))
    assert (model["variants"], variant["identifier"], variant["parent"]) == (["S-1"], "S-1", model["code"])
    (problem,) = (row for row in rows if not isinstance(row, dict))
    assert problem.reason.startswith("which has the family variants")


def test_members_that_would_choose_another_one_are_refused():
    rows = chosen(item("S-1", family="shirts"), item("S-2", family="shirts"), item("S-3", family="shirts", color="red"))
    assert variants_of(rows) == {"by_size"}
    assert [row.value for row in rows if not isinstance(row, dict)] == ["S-3"]


def test_a_missing_family_column_is_told_before_anything_is_read():
    with pytest.raises(ConfigError, match="family"):
        made([item("S-1")], header=tuple(name for name in HEADER if name != "family"), family_variant=None)
