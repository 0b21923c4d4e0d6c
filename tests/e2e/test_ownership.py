"""Who owns what: what a flow does not own is refused and listed, what owners share is merged, first owners win."""

import copy
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG, Project

CONTRACT = """\
ownership:
  attributes: {price-EUR: erp, price-USD: erp_us, colour: [erp, erp_us]}
  attribute_groups: {erp: erp, texts: pim}
  properties: {family: erp, enabled: pim}
  associations: {FITS: erp, LOOKS: pim}
  categories: {suppliers: erp, master: pim}
"""
PIPELINE = """\
version: 1
name: NAME
connections:
  pim: {type: akeneo, url: "URL", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}
flows:
  products:
    OWNER
    source: {type: files.csv, path: FILE}
    sink: {type: akeneo.products, connection: pim}
"""


def catalog():
    made = copy.deepcopy(CATALOG)
    made["currencies"].append({"code": "USD", "enabled": True})
    made["channels"][0]["currencies"] = ["EUR", "USD"]
    made["attribute_groups"].append({"code": "texts", "sort_order": 2, "labels": {}})
    price = {"code": "price", "type": "pim_catalog_price_collection", "decimals_allowed": True}
    made["attributes"] += [
        ATTRIBUTE | price,
        ATTRIBUTE | {"code": "claim", "type": "pim_catalog_text", "group": "texts"},
    ]
    made["families"][0]["attributes"] += ["price", "claim"]
    made["association_types"] = [
        {"code": code, "labels": {}, "is_quantified": False, "is_two_way": False} for code in ("FITS", "LOOKS")
    ]
    made["categories"] += [
        {"code": code, "parent": parent, "labels": {}}
        for code, parent in [("suppliers", None), ("acme", "suppliers"), ("best", "suppliers"), ("mugs", "cups")]
    ]
    return made


@pytest.fixture(scope="module", params=["ce", "serenity"])
def pim(request):
    with serve(catalog(), edition=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def run(tmp_path, pim, command):
    """Run the pipeline of one owner over these lines; `more` are further keys of its flow."""
    pim.reset()
    (tmp_path / "pimflow.yaml").write_text("version: 1\n" + CONTRACT, "utf-8")

    def go(*lines, owner="erp", more="mode: upsert"):
        name = owner or "nobody"
        keys = f"{more}\n    owner: {owner}" if owner else more
        text = PIPELINE.replace("URL", pim.url).replace("NAME", name).replace("FILE", f"{name}.csv")
        file = tmp_path / "pipelines" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace("OWNER", keys), "utf-8")
        (file.parent / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return command("run", str(file))

    return go


def stored(pim, sku):
    """Give categories, values and whether it is enabled, as the API gives them."""
    (found,) = [one for one in Project(Path(), pim, str).products() if one["identifier"] == sku]
    values = {code: value[0]["data"] for code, value in found["values"].items()}
    return SimpleNamespace(values=values, categories=sorted(found["categories"]), enabled=found["enabled"])


def prices(pim, sku):
    return {one["currency"]: float(one["amount"]) for one in stored(pim, sku).values["price"]}


def patches(pim):
    return {route: one["calls"] for route, one in pim.stats()["routes"].items() if route.startswith("PATCH")}


def seed(pim, **more):
    product = {
        "identifier": "A-1",
        "family": "mugs",
        "enabled": True,
        "categories": ["mugs", "acme"],
        "values": {"price": [{"locale": None, "scope": None, "data": [{"amount": "9", "currency": "USD"}]}]},
    }
    pim.seed([{"resource": "products", "data": product | more}])


def test_other_trees_and_other_currencies_are_left_as_they_are(run, pim):
    seed(pim)
    run("sku;categories;price-EUR", "A-1;best;5")
    assert stored(pim, "A-1").categories == ["best", "mugs"]
    assert prices(pim, "A-1") == {"EUR": 5, "USD": 9}
    before = patches(pim)
    assert "1 already up to date" in run("sku;categories;price-EUR", "A-1;best;5").out
    assert patches(pim) == before
    run("sku;categories;price-EUR", "A-1;acme;6")
    assert stored(pim, "A-1").categories == ["acme", "mugs"]


def test_what_the_owner_does_not_own_is_refused_and_listed(run, pim):
    seed(pim, values={"claim": [{"locale": None, "scope": None, "data": "hers"}]}, associations={})
    done = run("sku;family;claim;enabled;price-USD;LOOKS-products;colour", "A-1;mugs;his;0;3;A-1;red")
    product = stored(pim, "A-1")
    assert product.values["claim"] == "hers"
    assert (product.enabled, product.values["colour"]) == (True, "red")
    assert "price" not in product.values
    for column, owner in [("claim", "pim"), ("Enabled", "pim"), ("price-USD", "erp_us"), ("LOOKS-products", "pim")]:
        assert f"it belongs to '{owner}', and pimflow writes for 'erp' here; it was left alone" in done.out, column
    assert "1 updated" in done.out
    assert "attention" not in done.out


def test_categories_of_other_trees_are_told_once_with_a_count_and_need_nobody(run, pim, command, tmp_path):
    seed(pim)
    rows = "sku;family;categories", "A-1;mugs;best,cups", "A-2;mugs;acme,mugs,cups", "A-3;mugs;acme"
    for _ in range(2):
        done = run(*rows)
        assert done.out.count("belongs to others") == 1
        said = "the tree 'master' belongs to others; categories of it were left alone. 2 products: 'cups', 'mugs' "
        assert f"{said}(A-1, A-2)." in done.out
        assert "attention" not in done.out
    assert stored(pim, "A-1").categories == ["best", "mugs"]
    assert stored(pim, "A-2").categories == ["acme"]
    assert "need attention" not in command("problems", str(tmp_path / "pipelines" / "erp.yaml")).out


def test_of_many_categories_of_another_tree_the_first_are_named(run, pim):
    pim.seed([{"resource": "categories", "data": {"code": f"c{n}", "parent": "cups"}} for n in range(7)])
    done = run("sku;family;categories", *(f"A-{n};mugs;acme,c{n}" for n in range(7)))
    named = "'c0', 'c1', 'c2', 'c3', 'c4', …"
    assert f"7 products: {named} (A-0, A-1, A-2, A-3, A-4, …)." in done.out
    assert "7 new, 0 updated, 0 already up to date." in done.out


def test_a_new_product_gets_what_is_written_once_whoever_owns_it_then(run, pim):
    done = run("sku;family;claim;categories", "N-1;mugs;first words;acme", more="once: [claim]")
    assert (stored(pim, "N-1").categories, stored(pim, "N-1").values["claim"]) == (["acme"], "first words")
    assert "belongs" not in done.out
    run("sku;family;claim;categories", "N-1;mugs;other words;best", more="once: [claim]")
    assert (stored(pim, "N-1").categories, stored(pim, "N-1").values["claim"]) == (["best"], "first words")


def test_a_new_product_may_begin_in_a_tree_of_others_and_what_she_makes_of_it_stays(run, pim):
    once = "once: [add_categories]"
    rows = ("sku;family;add_categories;categories;colour", "N-1;mugs;mugs;acme;red")
    done = run(*rows, more=once)
    assert stored(pim, "N-1").categories == ["acme", "mugs"]
    assert "belongs to others" not in done.out
    seed(pim, identifier="N-1", categories=["cups", "acme"])
    run(rows[0], "N-1;mugs;mugs;best;blue", more=once)
    assert stored(pim, "N-1").categories == ["best", "cups"]


def test_the_first_owner_wins_and_the_second_fills_what_it_left_empty(run, pim):
    run("sku;family;colour", "A-1;mugs;red", "A-2;mugs;")
    run("sku;colour;price-USD", "A-1;blue;7", "A-2;blue;8", owner="erp_us")
    assert [stored(pim, sku).values["colour"] for sku in ("A-1", "A-2")] == ["red", "blue"]
    assert prices(pim, "A-1") == {"USD": 7}
    run("sku;family;colour", "A-1;mugs;red", "A-2;mugs;red")
    assert stored(pim, "A-2").values["colour"] == "red"


def test_a_flow_that_owns_nothing_here_must_say_for_whom_it_writes(run):
    done = run("sku", "A-1", owner="")
    assert done.code == 2
    assert "`owner` is missing: `ownership` says who owns what; one of erp, erp_us, pim" in done.err
    done = run("sku", "A-1", owner="epr")
    assert "owner: `ownership` names no 'epr'; did you mean 'erp'?" in done.err


def test_a_flow_held_against_the_pim_minds_its_own_trees_only(run, pim):
    seed(pim)
    run("sku;categories;price-EUR", "A-1;best;5", more="diff: target")
    before = patches(pim)
    done = run("sku;categories;price-EUR", "A-1;best;5", more="diff: target")
    assert ("1 already up to date" in done.out, patches(pim)) == (True, before)
    seed(pim, categories=["acme", "master", "mugs"])
    done = run("sku;categories;price-EUR", "A-1;best;5", more="diff: target")
    assert stored(pim, "A-1").categories == ["best", "master", "mugs"]
    assert "was put back: A-1 (categories 'acme', price-EUR '')" in done.out


def test_an_undo_leaves_other_trees_alone(run, pim, command, monkeypatch, tmp_path):
    seed(pim)
    run("sku;categories;price-EUR", "A-1;best;5")
    run("sku;categories;price-EUR", "A-1;acme,best;6")
    monkeypatch.chdir(tmp_path)
    assert command("undo", "last", "--dry").code == 0
    done = command("undo", "last", "--yes")
    assert (done.code, stored(pim, "A-1").categories) == (0, ["best", "mugs"])
    assert prices(pim, "A-1") == {"EUR": 5, "USD": 9}


def test_a_preview_of_an_undo_that_was_stopped_ends_as_the_undo_would(run, pim, command, monkeypatch, tmp_path):
    seed(pim)
    run("sku;categories;price-EUR", "A-1;best;5")
    monkeypatch.chdir(tmp_path)
    pim.faults(error_401=1, writes_only=False)
    previewed = command("undo", "last", "--dry")
    pim.faults(error_401=0, writes_only=True)
    assert (previewed.code, "stopped." in previewed.out) == (3, True)
