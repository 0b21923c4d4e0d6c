"""`pimflow check`: what is told before anything is written, in words, with who mends it and how."""

import json

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .check_setup import MODELS, catalog, mapped, writing


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


@pytest.fixture
def flow(tmp_path, served, command):
    """Write a pipeline with these transforms, and give what runs a command on it."""
    return writing(tmp_path, served, command)


def test_a_mapping_that_fits_is_well(flow):
    run = flow(mapped(family="{constant: mugs}", name__en_US="name", colour="{from: colour, table: ../t.csv}"))
    assert run("check").code == 2  # the table is not there
    run = flow(mapped(family="{constant: mugs}", name__en_US="name", weight="{from: weight, unit: gram}"))
    told = run("check")
    assert told.code == 0
    assert told.out.splitlines()[1:] == ["ok    flow products: all 4 columns are known to the target."]


@pytest.mark.parametrize(
    ("columns", "told", "who"),
    [
        (
            {"taste": "name"},
            "column taste: the PIM has no attribute with this code.",
            "Administrator: Correct the name",
        ),
        (
            {"name": "name"},
            "column name: this attribute is translated, and the column names no locale.",
            "Administrator",
        ),
        (
            {"colour__en_US": "colour"},
            "neither translated nor by channel, and 'en_US' does not belong",
            "Administrator",
        ),
        ({"claim__de_DE__print": "name"}, "locale de_DE is not active for channel print.", "Active there: fr_FR."),
        (
            {"claim__de_DE": "name"},
            "differs by channel, and the column names no channel.",
            "Name it claim-{locale}-CHANNEL; of: print, shop.",
        ),
        (
            {"colour": "{constant: BORD}"},
            "column colour: the constant says 'BORD', the PIM has no such option.",
            "Product manager: Choose an option or create 'BORD'; you decide once.",
        ),
        (
            {"colour": "{from: colour, default: blu}"},
            "column colour: the default says 'blu', the PIM has no such option.",
            "It has 'blue', which is spelled alike.",
        ),
        (
            {"categories": "{constant: [cups, hats, caps]}"},
            "column categories: the constant says 'hats', the PIM has no such category; likewise 'caps'.",
            "Product manager: ",
        ),
        (
            {"weight": "{from: weight, unit: POUND}"},
            "column weight: the mapping says 'POUND', which is no unit of Weight.",
            "Administrator: Map it to one of GRAM, KILOGRAM.",
        ),
        (
            {"pieces": "{constant: 1.5}"},
            "the constant says '1.5', the PIM takes whole numbers here.",
            "Administrator: Correct it in the pipeline.",
        ),
        (
            {"since": "{from: name, default: soon}"},
            "the default says 'soon', which is no date",
            "Administrator: Correct it",
        ),
        ({"pieces": "{constant: many}"}, "the constant says 'many', which is no number.", "Correct it"),
        (
            {"pieces": "name", "family": "{constant: plates}"},
            "column pieces: family 'plates' does not have this attribute.",
            "Product manager: Add the attribute to the family, or leave the column out.",
        ),
        (
            {"identifier": "{constant: MUG}"},
            "column identifier: all products would have the same one",
            "differs in each",
        ),
        ({"identifier": "{constant: 'MUG,'}"}, "'MUG,', cannot be a sku: no comma, semicolon, or space", "Correct it"),
    ],
)
def test_what_cannot_work_is_an_error_with_its_remedy(flow, columns, told, who):
    run = flow(mapped(**{"family": "{constant: mugs}", **columns}))
    found = run("check")
    assert found.code == 2, found.out
    assert told in found.out
    assert who in found.out


def test_all_mistakes_come_at_once(flow):
    run = flow(
        mapped(family="{constant: mugz}", taste="name", colour="{constant: BORD}", weight="{from: weight, unit: X}")
    )
    told = json.loads(run("check", "--json").out)["flows"]
    assert {one["column"] for one in told if not one["ok"]} == {"family", "taste", "colour", "weight"}
    assert {one["severity"] for one in told if one["column"] == "family"} == {"fatal"}
    assert {one["who"] for one in told} == {"product manager", "administrator"}


def test_tables_and_value_maps_are_held_against_the_pim_too(flow, tmp_path):
    (tmp_path / "families.csv").write_text("kind;family\na;mugs\nb;shos\nc;bowls\n", "utf-8")
    run = flow(
        "value_map: {field: colour, map: {R: red, B: BORD, G: GRUEN}, default: blau}",
        mapped(family="{from: kind, table: families.csv}", colour="colour"),
    )
    told = run("check")
    assert told.code == 2
    assert "column family: the table families.csv says 'shos', the PIM has no such family." in told.out
    assert "column colour: the mapping says 'BORD', the PIM has no such option; likewise 'GRUEN'." in told.out
    assert "column colour: the default says 'blau', the PIM has no such option." in told.out


def test_attributes_that_some_families_lack_are_told_with_their_names(flow, tmp_path):
    (tmp_path / "families.csv").write_text("kind;family\na;mugs\nb;plates\nc;bowls\n", "utf-8")
    run = flow(mapped(family="{from: kind, table: families.csv}", colour="colour", pieces="kind", lonely="name"))
    told = run("check")
    of = "of 3 families that the table families.csv names"
    assert f"warn  flow products, column colour: {of}, 1 does not have it: plates." in told.out
    assert "note  flow products: less than half of the 3 families that the table families.csv names have" in told.out
    assert "have pieces." in told.out
    assert f"wrong flow products, column lonely: {of}, 3 do not have it: bowls, mugs, plates." in told.out


def test_an_attribute_of_no_family_is_told_where_the_families_are_not_known(flow):
    told = flow(mapped(family="kind", lonely="name"))("check")
    assert told.code == 0
    assert "warn  flow products, column lonely: no family has this attribute." in told.out
    assert flow(mapped(family="kind", lonely="name"))("check", "--strict").code == 1


def test_types_that_do_not_fit_are_told_as_far_as_they_are_known(flow):
    run = flow(
        "convert: {weight: boolean, kind: date, name: number, sku: number}",
        mapped(family="{constant: mugs}", pieces="weight", weight="name", since="name", name__en_US="kind"),
    )
    told = run("check")
    assert "wrong flow products, column pieces: products.csv gives yes or no, and the PIM takes numbers" in told.out
    assert "wrong flow products, column weight: the mapping tells no unit: no value can arrive." in told.out
    assert "Write `weight: {from: COLUMN, unit: UNIT}` in `map`; units are GRAM, KILOGRAM." in told.out
    assert "wrong flow products, column since: products.csv gives numbers, and the PIM takes dates" in told.out
    assert "warn  flow products, column identifier: a number has no zeros at its front" in told.out
    assert "name-en_US" not in told.out


def test_a_measurement_without_a_unit_is_a_warning_where_cells_may_hold_one(flow):
    told = flow(mapped(family="{constant: mugs}", weight="weight"))("check")
    assert told.code == 0
    assert (
        "warn  flow products, column weight: the mapping tells no unit: each cell must hold one, as in '500 GRAM'."
        in told.out
    )
    assert "unit" not in flow(mapped(family="{constant: mugs}", weight="weight", weight__unit="kind"))("check").out


def test_axes_without_a_column_are_told(flow):
    variants = "variants: {group: group, family_variant: {constant: bowls_by_size}}"
    columns = mapped(family="{constant: bowls}", group="group", name__en_US="name")
    told = flow(columns, variants, sink=MODELS)("check")
    assert told.code == 2
    expected = (
        "the constant says 'bowls_by_size', whose variants are told apart by size, and the mapping has no column for it"
    )
    assert told.out.count(expected) == 1
    columns = mapped(family="{constant: bowls}", group="group", name__en_US="name", size="kind")
    assert flow(columns, variants, sink=MODELS)("check").code == 0


def test_a_family_variant_that_the_pim_lacks_is_told(flow):
    variants = "variants: {group: group, family_variant: {constant: bowls_by_sise}}"
    columns = mapped(family="{constant: bowls}", group="group", size="kind")
    told = flow(columns, variants, sink=MODELS)("check")
    assert "column family_variant: the constant says 'bowls_by_sise', the PIM has no such family variant." in told.out
    assert "It has 'bowls_by_size', which is spelled alike." in told.out


def test_variants_by_parent_need_an_axis_of_their_family(flow):
    told = flow(mapped(family="{constant: bowls}", parent="group", name__en_US="name"))("check")
    assert "column parent: variants of family 'bowls' are told apart by size, and the mapping has no column" in told.out


def test_a_missing_right_to_write_is_proved_without_writing(flow, served):
    run = flow(mapped(family="{constant: mugs}", name__en_US="name"))
    served.sandbox.permissions.deny("sandbox", ["create or update products"])
    told = run("check")
    assert told.code == 2
    assert "may not write products." in told.out
    assert "Administrator: Grant 'Create and update products' under System > Roles > Web API permissions." in told.out
    served.sandbox.permissions.deny("sandbox", [])
    assert run("check").code == 0
    assert not served.store.products


def test_each_structure_flow_proves_its_own_right(flow, served):
    sink = "    sink: {type: akeneo.attribute_options, connection: pim}\n"
    run = flow("map: {code: sku, attribute: {constant: colour}, label-en_US: name}", sink=sink)
    assert run("check").code == 0
    served.sandbox.permissions.deny("sandbox", ["create or update attribute options"])
    assert "Grant 'Create and update attribute options'" in run("check").out
    run = flow("map: {code: sku, label-en_US: name}", sink=sink)
    assert (
        "column attribute: the mapping has no such column, and the PIM needs one for each option." in run("check").out
    )
    sink = "    sink: {type: akeneo.attributes, connection: pim}\n"
    run = flow("map: {code: sku, type: {constant: pim_catalog_txt}, group: {constant: erp}}", sink=sink)
    assert "column type: the constant says 'pim_catalog_txt', the PIM has no such type of attribute" in run("check").out
