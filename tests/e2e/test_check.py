"""`pimflow check`: what is told before anything is written, in words, with who mends it and how."""

import copy
import json

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

HEAD = """\
version: 1
name: pipeline
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: geheim, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    transforms:
""".replace("geheim", "sandbox")
SINK = "    sink: {type: akeneo.products, connection: pim}\n"
MODELS = "    sink: [{type: akeneo.product_models, connection: pim}, {type: akeneo.products, connection: pim}]\n"


def catalog():
    """Three families: mugs have a colour, plates and bowls do not; bowls have variants by colour."""
    made = copy.deepcopy(CATALOG)
    made["attributes"] += [
        ATTRIBUTE | {"code": "pieces", "type": "pim_catalog_number", "decimals_allowed": False},
        ATTRIBUTE | {"code": "since", "type": "pim_catalog_date"},
        ATTRIBUTE | {"code": "claim", "type": "pim_catalog_text", "localizable": True, "scopable": True},
        ATTRIBUTE | {"code": "size", "type": "pim_catalog_simpleselect"},
        ATTRIBUTE | {"code": "lonely", "type": "pim_catalog_text"},
        ATTRIBUTE | {"code": "price", "type": "pim_catalog_price_collection", "decimals_allowed": True},
    ]
    [mugs] = made["families"]
    mugs["attributes"] += ["pieces", "since", "claim", "size", "price"]
    made["families"] += [{**mugs, "code": code, "attributes": ["sku", "name", "size"]} for code in ("plates", "bowls")]
    made["families"][2]["attributes"] = ["sku", "name", "colour", "size"]
    made["locales"].append({"code": "fr_FR", "enabled": True})
    made["attribute_groups"] = [{"code": "facts", "sort_order": 1, "labels": {}}]
    made["attributes"] = [one | {"group": "facts"} for one in made["attributes"]]
    made["channels"].append(made["channels"][0] | {"code": "print", "locales": ["fr_FR"]})
    made["family_variants"] = [
        {
            "family": "bowls",
            "code": "bowls_by_size",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["size"], "attributes": ["sku"]}],
        }
    ]
    return made


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


@pytest.fixture
def flow(tmp_path, served, command):
    """Write a pipeline with these transforms, and give what runs a command on it."""
    served.reset()
    served.sandbox.permissions.deny("sandbox", [])
    (tmp_path / "products.csv").write_text("sku;kind;name;colour;weight;group\nMUG-1;a;Mug;red;1;\n", "utf-8")

    def write(*transforms, sink=SINK, more=""):
        lines = "".join(f"      - {one}\n" for one in transforms)
        (tmp_path / "pipeline.yaml").write_text(HEAD.format(url=served.url) + lines + sink + more, "utf-8")
        return lambda name, *options: command(name, str(tmp_path / "pipeline.yaml"), *options)

    return write


def mapped(**columns):
    """Give a `map` with an identifier and these columns, as YAML written in one line."""
    pairs = {"identifier": "sku", **columns}
    return "map: {" + ", ".join(f"{name.replace('__', '-')}: {value}" for name, value in pairs.items()) + "}"


def calls(served):
    return {route: count["calls"] for route, count in served.stats()["routes"].items()}


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


def test_what_changed_since_the_last_check_is_told_once(flow, served):
    run = flow(mapped(family="kind", colour="colour", size="name", name__de_DE="name"))
    assert "news" not in run("check").out
    family = next(one for one in catalog()["families"] if one["code"] == "bowls")
    served.seed({"families": [{**family, "attributes": ["sku", "name", "size"]}]})
    served.seed({"channels": [{**catalog()["channels"][0], "locales": ["en_US"]}]})
    told = run("check").out
    assert "news  flow products: attribute colour was removed from family bowls." in told
    assert "news  flow products: locale de_DE is no longer active for channel shop." in told
    assert "news" not in run("check").out


def test_an_attribute_that_is_gone_or_another_one_is_told(flow, served, tmp_path):
    run = flow(mapped(family="kind", lonely="name", size="kind", pieces="kind"))
    file = tmp_path / "pipeline.yaml"
    with serve(catalog()) as first:
        file.write_text(file.read_text("utf-8").replace(served.url, first.url), "utf-8")
        run("check")
    made = catalog()
    made["attributes"] = [one for one in made["attributes"] if one["code"] not in {"lonely", "pieces"}]
    made["attributes"].append(ATTRIBUTE | {"code": "pieces", "type": "pim_catalog_text", "scopable": True})
    made["families"] = [one for one in made["families"] if one["code"] != "plates"]
    with serve(made, port=int(first.url.rpartition(":")[2])) as second:
        assert second.url == first.url
        told = run("check").out
    assert "news  flow products: attribute lonely is gone." in told
    assert "news  flow products: attribute pieces: type is text, and was number." in told
    assert "news  flow products: attribute pieces: value per channel is yes, and was no." in told
    assert "news  flow products: family plates is gone." in told


def test_a_run_tells_what_changed_and_asks_no_more_than_it_did(flow, served):
    run = flow(mapped(family="{constant: mugs}", colour="colour", name__en_US="name"))
    assert run("run").code == 0
    [mugs] = catalog()["families"][:1]
    served.seed({"families": [{**mugs, "attributes": [one for one in mugs["attributes"] if one != "colour"]}]})
    told = run("run")
    assert "Note: Since the last check: attribute colour was removed from family mugs." in told.out
    assert "Since" not in run("run").out


def test_a_full_run_stops_before_it_writes_where_nothing_could_arrive(flow, served):
    run = flow(mapped(family="{constant: mugz}", name__en_US="name"))
    for name in ("plan", "run"):
        told = run(name)
        assert told.code == 2
        assert "stopped. Family: the constant says 'mugz', the PIM has no such family. It has 'mugs'" in told.out
        assert "Nothing was written" in told.out
    assert not served.store.products
    run = flow("map: {name-en_US: name, family: {constant: mugs}}")
    told = run("run")
    assert told.code == 2
    assert "the mapping has no such column, and the PIM needs one for each product." in told.out


def test_a_full_run_goes_on_where_some_records_may_arrive(flow, tmp_path):
    (tmp_path / "families.csv").write_text("kind;family\nx;mugz\n", "utf-8")
    run = flow(mapped(family="{from: kind, table: families.csv}", name__en_US="name"))
    assert run("check").code == 2
    told = run("run")  # no line of the table is for this row: it arrives without a family
    assert told.code == 0
    assert "1 new" in told.out
    run = flow(mapped(family="{from: kind, table: families.csv, default: cups}", name__en_US="name"))
    assert run("run", "--full").code == 2


def test_a_full_run_goes_on_where_values_are_lost(flow, served):
    told = flow(mapped(family="{constant: mugs}", taste="name", colour="{constant: BORD}"))("run")
    assert told.code == 0
    assert "1 new" in told.out
    assert "Taste" not in told.out
    assert "taste: the PIM has no attribute with this code." in told.out


def test_check_asks_the_pim_a_known_number_of_calls(flow, served):
    run = flow(
        mapped(
            family="{constant: mugs}", name__en_US="name", colour="{constant: red}", weight="{from: weight, unit: GRAM}"
        )
    )
    served.reset()
    before = calls(served)
    assert run("check").code == 0
    made = {route: number - before.get(route, 0) for route, number in calls(served).items() if "/oauth/" not in route}
    model = ("attributes", "channels", "association-types", "currencies", "families", "measurement-families")
    rights = 1 + 11  # system information, and one call for each right to list
    assert sum(made.values()) == rights + len(model) + 1 + 1  # the options of colour, and the empty PATCH
    assert made["PATCH /api/rest/v1/products"] == 1
    assert served.stats()["routes"]["PATCH /api/rest/v1/products"]["lines"] == 0


def test_a_check_before_a_run_costs_no_call(flow, served, tmp_path):
    run = flow(mapped(family="{from: kind, default: mugs}", name__en_US="name", colour="colour"))
    made = []
    for options in (["--limit", "5"], []):  # a part is not checked
        served.reset()
        assert run("run", "--state", str(tmp_path / f"{len(made)}.sqlite"), *options).code == 0
        made.append(sum(calls(served).values()))
    assert made[0] == made[1]


def test_a_test_system_that_feeds_a_production_one_stops_the_run(flow, served, tmp_path):
    login = "client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox"
    run = flow(mapped(family="family"))

    def wired(source, target):
        (tmp_path / "pipeline.yaml").write_text(
            "version: 1\nname: pipeline\nconnections:\n"
            f"  source: {{type: akeneo, url: '{served.url}', {source}{login}}}\n"
            f"  pim: {{type: akeneo, url: '{served.url}', {target}{login}}}\n"
            "flows:\n  products:\n    source: {type: akeneo.products, connection: source}\n"
            f"    transforms:\n      - map: {{identifier: identifier, family: family}}\n{SINK}",
            "utf-8",
        )

    wired("", "")
    assert "is for tests" not in run("check").out
    wired("purpose: test, ", "purpose: production, ")
    told = run("check")
    assert told.code == 2
    assert f"wrong flow products: the PIM at {served.url} is for tests, and the PIM at" in told.out
    stopped = run("run")
    assert stopped.code == 2
    assert "is not: their connections say so." in stopped.out
    wired("purpose: test, ", "purpose: test, ")
    assert run("check").code == 0
