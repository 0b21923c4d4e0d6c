"""What `validate` and `check` say of who owns what, and of what keeps people in the PIM from what the ERP owns."""

import copy
import json
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

CONNECTION = """\
connections:
  pim: {type: akeneo, url: "URL", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}
"""
PIPELINE = """\
version: 1
flows:
  products:
    KEYS
    source: {type: files.csv, path: products.csv}
    sink: {type: akeneo.products, connection: pim, create_missing: [MISSING]}
"""
FITS = "ownership: {attribute_groups: {erp: erp, texts: pim}, categories: {suppliers: erp}}"
NO_SWITCH = """\
note  PIM: this edition cannot make attributes read only; labels can say that values come from the ERP, and people \
can change them all the same.
      Administrator: Give it `diff: target` and let it run on a schedule, such as each night: it puts back what was \
changed.""".splitlines()


def catalog():
    made = copy.deepcopy(CATALOG)
    made["attribute_groups"] += [{"code": code, "sort_order": 2, "labels": {}} for code in ("texts", "unused")]
    made["attributes"] += [
        ATTRIBUTE | {"code": "price", "type": "pim_catalog_price_collection", "decimals_allowed": True},
        ATTRIBUTE | {"code": "claim", "type": "pim_catalog_text", "group": "texts"},
    ]
    made["families"][0]["attributes"] += ["price", "claim"]
    made["association_types"] = [{"code": "FITS", "labels": {}, "is_quantified": False, "is_two_way": False}]
    made["categories"] += [
        {"code": code, "parent": parent, "labels": {}} for code, parent in [("suppliers", None), ("acme", "suppliers")]
    ]
    return made


@pytest.fixture(scope="module")
def pims():
    with serve(catalog()) as community, serve(catalog(), edition="ee") as enterprise:
        yield {"ce": community, "ee": enterprise}


@pytest.fixture
def project(tmp_path, pims, command, monkeypatch):
    """Write a project with a contract; give what runs a command on its pipeline, as lines and as JSON."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipelines").mkdir()

    def write(contract="", keys="owner: erp", header="sku,colour,weight-unit", missing="", pim="ce", more=""):
        connection = CONNECTION.replace("URL", pims[pim].url)
        (tmp_path / "pimflow.yaml").write_text(f"version: 1\n{connection}{contract}\n{more}", "utf-8")
        text = PIPELINE.replace("KEYS", keys).replace("MISSING", missing)
        (tmp_path / "pipelines" / "products.yaml").write_text(text, "utf-8")
        (tmp_path / "pipelines" / "products.csv").write_text(f"{header}\n", "utf-8")

        def run(name, *options):
            done = command(name, "products", *options)
            lines = done.out.replace(f"{tmp_path}/", "").splitlines()
            return SimpleNamespace(code=done.code, lines=lines, out=done.out, err=done.err.replace(f"{tmp_path}/", ""))

        return run

    return write


def about(run, place):
    """Give severity, words and remedy of what a check says of one line of the contract."""
    flows = json.loads(run("check", "--json").out)["flows"]
    return [(one["severity"], one["found"], one["remedy"]) for one in flows if one["what"].endswith(f": {place}")]


@pytest.mark.parametrize(
    ("section", "code", "found", "remedy"),
    [
        ("attributes", "color", "the PIM has no attribute with this code", "Did you mean 'colour'?"),
        ("attributes", "Colour", "the PIM has no attribute with this code", "Did you mean 'colour'?"),
        ("attributes", "zzz", "the PIM has no attribute with this code", "Correct the code, or take the line out."),
        (
            "attributes",
            "price-USD",
            "currency USD is not active in the PIM",
            "Correct it, or activate it in the PIM. Active: EUR.",
        ),
        (
            "attributes",
            "name-fr_FR",
            "locale fr_FR is not active in the PIM",
            "Correct it, or activate it in the PIM. Active locales: de_DE, en_US.",
        ),
        ("attributes", "family", "this is no attribute", "Write it under `properties`."),
        ("attributes", "FITS-products", "this is no attribute", "Write 'FITS' under `associations`."),
        ("attributes", "categories", "this is no attribute", "Categories are owned tree by tree, under `categories`."),
        ("attribute_groups", "text", "the PIM has no attribute group with this code", "Did you mean 'texts'?"),
        ("properties", "enable", "products and product models have no such property", "Did you mean 'enabled'?"),
        (
            "properties",
            "categories",
            "this is no property with one owner",
            "Categories are owned tree by tree, under `categories`.",
        ),
        ("associations", "FIT", "the PIM has no association type with this code", "Did you mean 'FITS'?"),
        ("categories", "supplier", "the PIM has no category tree with this code", "Did you mean 'suppliers'?"),
        ("categories", "acme", "this category stands in the tree 'suppliers', which has one owner", "Name the tree."),
    ],
)
def test_what_the_pim_does_not_have_is_told_with_its_line(project, section, code, found, remedy):
    run = project(f"ownership:\n  {section}:\n    {code}: erp\n")
    assert about(run, f"ownership.{section}.{code}") == [("error", found, remedy)]
    done = run("check")
    assert done.code == 2
    assert f"wrong pimflow.yaml:6: ownership.{section}.{code}: {found}." in done.lines


@pytest.mark.parametrize(
    "contract",
    [
        "attributes: {price: erp, price-EUR: erp, weight-unit: erp, name-en_US: erp, name: erp, sku: erp}",
        "attribute_groups: {erp: erp, unused: erp}",
        "properties: {family: erp, parent: erp, enabled: erp, family_variant: erp, groups: erp}",
        "associations: {FITS: erp}",
        "categories: {suppliers: erp, master: erp}",
    ],
)
def test_what_the_pim_has_is_well(project, contract):
    done = project(f"ownership: {{{contract}}}")("check")
    assert (done.code, [line for line in done.lines if "ownership" in line]) == (0, [])


def test_an_attribute_that_the_flow_will_make_may_have_an_owner(project):
    contract = "ownership: {attributes: {taste: erp, tast: erp}}"
    run = project(contract, header="sku,taste", missing="attributes")
    assert about(run, "ownership.attributes.taste") == []
    assert about(run, "ownership.attributes.tast") != []


def test_all_that_is_wrong_is_told_at_once_and_by_several_flows_once(project, tmp_path):
    run = project("ownership: {attributes: {color: erp, nam: erp}, categories: {supplier: erp}}")
    file = tmp_path / "pipelines" / "products.yaml"
    text = file.read_text()
    file.write_text(text + text[text.index("  products:") :].replace("products:", "again:", 1))
    told = [line for line in run("check").lines if line.startswith("wrong")]
    assert [line.split(": ")[1] for line in told] == [
        "ownership.attributes.color",
        "ownership.attributes.nam",
        "ownership.categories.supplier",
    ]


def test_a_column_that_others_own_is_told_before_each_run_leaves_it_alone(project):
    contract = "ownership: {attributes: {claim: pim}, properties: {enabled: pim}, others: erp}"
    run = project(contract, header="sku,claim,enabled,colour")
    done = run("check")
    assert (
        "warn  flow products, column claim: it belongs to 'pim', and pimflow writes for 'erp' here; each run would "
        "leave it alone."
    ) in done.lines
    assert [one for one in done.lines if "belongs to" in one and "colour" in one] == []
    assert (done.code, run("check", "--strict").code) == (0, 1)
    once = project(contract, header="sku,claim,enabled,colour", keys="owner: erp\n    once: [claim, enabled]")
    assert "belongs to" not in once("check").out


def test_a_category_of_anothers_tree_in_the_mapping_is_told(project, tmp_path):
    run = project("ownership: {categories: {suppliers: erp, master: pim}}")
    file = tmp_path / "pipelines" / "products.yaml"
    step = "    transforms:\n      - map: {identifier: sku, categories: {constant: [Acme, CUPS]}}\n    sink:"
    file.write_text(file.read_text().replace("    sink:", step))
    done = run("check")
    assert done.code == 2
    assert (
        "wrong flow products, column categories: the constant says 'cups', which stands in the tree 'master' of "
        "others; each run would leave it alone."
    ) in done.lines


@pytest.mark.parametrize("name", ["validate", "check"])
def test_contradictions_are_mistakes_of_the_file(project, name):
    contract = "ownership:\n  attributes:\n    colour: [erp, pim, erp]\n    weight: erp\n    Weight: pim\n"
    done = project(contract)(name)
    assert done.code == 2
    assert (
        "pimflow.yaml:6: ownership.attributes.colour: 'erp' stands here twice; an order has each owner once" in done.err
    )
    assert (
        "pimflow.yaml:8: ownership.attributes.Weight: line 7 has 'weight', which is the same code to a PIM; keep one "
        "of them"
    ) in done.err


@pytest.mark.parametrize("name", ["validate", "check"])
def test_owners_that_no_flow_has_are_people_or_misspelt(project, tmp_path, name):
    contract = "ownership:\n  attributes: {colour: erp, claim: pim}\n  others: erp_uk\n"
    run = project(contract)
    (tmp_path / "pipelines" / "us.yaml").write_text(PIPELINE.replace("KEYS", "owner: erp_us"))
    told = run(name).lines
    assert (
        "note  pimflow.yaml:5: ownership.attributes.claim: nothing in the project writes for 'pim': what it owns, only "
        "people change."
    ) in told
    assert (
        "warn  pimflow.yaml:6: ownership.others: nothing in the project writes for 'erp_uk': what it owns, only people "
        "change; did you mean 'erp_us'?"
    ) in told
    assert not [line for line in told if "'erp':" in line]


@pytest.mark.parametrize(
    ("contract", "more", "place", "found"),
    [
        (
            "attributes: {colour: [pim, erp]}",
            "",
            "attributes.colour",
            "'pim' stands before 'erp', and nothing writes for it",
        ),
        (
            "categories: {suppliers: [erp, erp_us]}",
            "",
            "categories.suppliers",
            "a category tree knows no order: each of its owners takes out what another has put in",
        ),
        (
            "attributes: {colour: [erp, pim]}",
            "history: {days: 0}",
            "attributes.colour",
            "without a history nobody knows which owner wrote first, so each writes over the others",
        ),
    ],
)
def test_an_order_that_no_run_can_keep_is_told_without_asking_anybody(project, contract, more, place, found):
    run = project(f"ownership: {{{contract}}}", more=more)
    remarks = json.loads(run("validate", "--json").out)["remarks"]
    assert [one["severity"] for one in remarks if one["found"].startswith(found)] == ["warning"]
    assert any(line.startswith("warn") and f"ownership.{place}: {found}" in line for line in run("check").lines)


def test_where_the_pim_has_no_read_only_attributes_it_is_said_once_with_the_way_out(project, tmp_path):
    run = project(FITS)
    file = tmp_path / "pipelines" / "products.yaml"
    text = file.read_text()
    file.write_text(text + text[text.index("  products:") :].replace("products:", "again:", 1))
    done = run("check")
    assert [line for line in done.lines if line in NO_SWITCH] == NO_SWITCH
    assert done.code == run("check", "--strict").code == 0


@pytest.mark.parametrize(
    ("contract", "keys", "header"),
    [
        (FITS, "owner: erp\n    diff: target", "sku,colour"),
        (FITS, "owner: erp\n    once: [colour]", "sku,colour"),
        (FITS, "owner: erp", "sku,family"),
        ("", "mode: upsert", "sku,claim"),
    ],
)
def test_it_is_quiet_where_it_is_put_back_or_nothing_of_the_erp_is_written(project, contract, keys, header):
    assert "read only" not in project(contract, keys, header)("check").out


def test_without_a_contract_the_group_of_the_erp_counts(project):
    assert NO_SWITCH[0] in project(keys="mode: upsert")("check").lines


def test_an_attribute_outside_the_group_counts_for_its_owner_alone(project):
    assert NO_SWITCH[0] in project("ownership: {others: erp}", header="sku,claim")("check").lines
    assert NO_SWITCH[0] not in project("ownership: {others: [erp, pim]}", header="sku,claim")("check").lines


def test_where_the_pim_has_the_switch_attributes_that_people_can_change_are_named(project, pims):
    run = project("ownership: {others: erp}", header="sku,colour,claim,weight", pim="ee")
    told = "note  flow products: people can change what only this pipeline should write: "
    assert f"{told}claim, colour, weight." in run("check").lines
    pims["ee"].seed([
        {"resource": "attributes", "data": pims["ee"].store.get("attributes", code) | {"is_read_only": True}}
        for code in ("claim", "colour")
    ])  # fmt: skip
    assert f"{told}weight." in run("check").lines
    pims["ee"].reset()
