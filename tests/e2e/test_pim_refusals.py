"""What only the PIM itself can refuse: three bad lines of a hundred, told to the product manager in her words."""

import copy
import json

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  records:
    source: {{type: files.csv, path: records.csv}}
    sink: {{type: {sink}, connection: pim}}
    on_bad_value: {bad}
    guards: {{first_import: allow}}
"""
CONTACT = "contact-de_DE-shop"


@pytest.fixture(scope="module")
def served():
    catalog = copy.deepcopy(CATALOG)
    more = [
        {
            "code": "contact",
            "type": "pim_catalog_text",
            "validation_rule": "email",
            "localizable": True,
            "scopable": True,
        },
        {"code": "ean", "type": "pim_catalog_text", "unique": True},
        {"code": "link", "type": "pim_catalog_text", "validation_rule": "url"},
    ]
    catalog["attributes"] += [ATTRIBUTE | {"labels": {"en_US": one["code"].title()}} | one for one in more]
    catalog["families"][0]["attributes"] += [one["code"] for one in more]
    catalog["family_variants"] = [
        {
            "family": "mugs",
            "code": "by_colour",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["colour"], "attributes": ["colour", "sku", "ean"]}],
        }
    ]
    with serve(catalog) as sandbox:
        yield sandbox


@pytest.fixture
def load(tmp_path, served, command):
    """Run rows into a sink; give what was printed, what is kept open by key, and the text that shows it."""

    def run(sink, header, rows, bad="leave_out"):
        file = tmp_path / "pipeline.yaml"
        file.write_text(PIPELINE.format(url=served.url, sink=sink, bad=bad), "utf-8")
        (tmp_path / "records.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
        printed = command("run", str(file))
        kept = json.loads(command("state", "show", str(file), "--json").out)["open"]
        return printed, {one["key"]: one for one in kept}, command("state", "show", str(file)).out

    served.reset()
    served.seed([{"resource": "product-models", "data": {"code": "mug", "family_variant": "by_colour"}}])
    return run


def test_three_bad_products_of_a_hundred_keep_nothing_back_but_themselves(load, served):
    header = f"identifier;family;parent;colour;ean;name-en_US;{CONTACT};link"
    rows = [f"p-{number:02};mugs;;;{number};Mug {number};;" for number in range(96)]
    rows += ["red-1;mugs;mug;red;;;;", "red-2;mugs;mug;red;;;;"]
    rows += ["taken;mugs;;;7;Taken;;", "wrong;mugs;;;;Wrong;nobody;"]
    printed, kept, shown = load("akeneo.products", header, rows)
    assert printed.code == 0
    assert "100 products read; 99 new" in printed.out
    assert "3 need your attention (3 causes)" in printed.out
    assert set(kept) == {"red-2", "taken", "wrong"}
    lines = served.stats()["routes"]["PATCH /api/rest/v1/products"]["lines"]
    assert lines == 100 + 2  # the two with a bad value go once more, without it
    assert len(served.store.products) == 99

    for text in (printed.out, shown):
        assert "Contact (de_DE, shop)" in text or CONTACT in text
        assert "e-mail address" in text
        assert "variant red-1 of the same model already has this option" in text
        assert "another product in the PIM already has this value" in text
        assert "422" not in text
    assert "  - sku red-2: variant red-1 of the same model already has this option. Not created.\n" in printed.out
    [problem] = kept["wrong"]["problems"]
    assert (problem["field"], problem["value"]) == (CONTACT, "nobody")
    assert "The contact attribute requires an e-mail address" in problem["detail"]


def test_where_bad_values_cost_the_record_97_of_a_hundred_are_written_in_one_call(load, served):
    header = f"identifier;family;{CONTACT};ean"
    rows = [f"p-{number:02};mugs;;{number}" for number in range(97)]
    rows += ["wrong;mugs;nobody;", "taken;mugs;;7", "both;mugs;no one;8"]
    printed, kept, shown = load("akeneo.products", header, rows, bad="refuse")
    assert "100 products read; 97 new" in printed.out
    assert (len(served.store.products), set(kept)) == (97, {"wrong", "taken", "both"})
    assert served.stats()["routes"]["PATCH /api/rest/v1/products"] == {"calls": 1, "lines": 100, "throttled": 0}
    assert {problem["field"] for problem in kept["both"]["problems"]} == {CONTACT, "ean"}
    assert "Contact (de_DE, shop): records.csv says 'nobody', the PIM does not take it" in printed.out
    assert "1 product did not go through (wrong)" in printed.out
    assert "422" not in shown


def test_three_bad_models_of_a_hundred_keep_nothing_back_but_themselves(load, served):
    header = f"code;family_variant;parent;name-en_US;{CONTACT};link"
    rows = [f"m-{number:02};by_colour;;Mug {number};;" for number in range(97)]
    rows += ["below;by_colour;mug;;;", "wrong;by_colour;;Wrong;nobody;", "lost;by_colour;ghost;;;"]
    printed, kept, shown = load("akeneo.product_models", header, rows)
    assert "100 product models read; 98 new" in printed.out
    assert set(kept) == {"below", "wrong", "lost"}
    assert len(served.store.models) == 1 + 98
    for text in (printed.out, shown):
        assert "its family variant has one level" in text
        assert "the PIM has no such product model" in text
        assert "e-mail address" in text


def test_a_refused_record_goes_by_itself_once_it_is_mended(load, served):
    header = "identifier;family;parent;colour"
    load("akeneo.products", header, ["red-1;mugs;mug;red", "red-2;mugs;mug;red"])
    printed, kept, _ = load("akeneo.products", header, ["red-1;mugs;mug;red", "red-2;mugs;mug;blue"])
    assert "1 new" in printed.out
    assert not kept


def test_letter_case_of_a_parent_changes_nothing(load, served, command, tmp_path):
    header = "identifier;family;parent;colour"
    load("akeneo.products", header, ["red-1;mugs;MUG;red"])
    assert served.store.product("red-1").parent == "mug"
    (tmp_path / "records.csv").write_text(f"{header}\nred-1;MUGS;Mug;RED\n", "utf-8")
    plan = command("plan", str(tmp_path / "pipeline.yaml"))
    assert "1 already up to date" in plan.out
    assert "    parent" not in plan.out
