"""`pimflow match` with product models, with flows into several targets, and what names linked records."""

import copy
import csv
import json

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

PIM = 'type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox'
CONNECTIONS = "version: 1\nconnections:\n  pim: {{" + PIM + "}}\n"
TWO_FLOWS = """\
flows:
  models:
    source: {type: files.csv, path: ../models.csv}
    sink: {type: akeneo.product_models, connection: pim}
  products:
    needs: [models]
    source: {type: files.csv, path: ../products.csv}
    sink: {type: akeneo.products, connection: pim}
"""
GROUPS = """\
flows:
  shirts:
    source: {type: files.csv, path: ../products.csv}
    transforms:
      - variants: {group: group, family_variant: {constant: by_colour}}
    sink:
      - {type: akeneo.product_models, connection: pim}
      - {type: akeneo.products, connection: pim}
"""
MODELS = "code;family_variant;brand;X_SELL-product_models;X_SELL-products"
PRODUCTS = "identifier;family;parent;colour;X_SELL-products;X_SELL-product_models;PACK-products;PACK-products-quantity"
FLAT = "identifier;family;group;colour;brand"


@pytest.fixture(scope="module")
def served():
    made = copy.deepcopy(CATALOG)
    made["attributes"].append(ATTRIBUTE | {"code": "brand", "type": "pim_catalog_text"})
    made["families"][0]["attributes"].append("brand")
    level = {"level": 1, "axes": ["colour"], "attributes": ["colour", "sku"]}
    made["family_variants"] = [{"code": "by_colour", "family": "mugs", "labels": {}, "variant_attribute_sets": [level]}]
    made["association_types"] = [
        {"code": code, "labels": {}, "is_two_way": False, "is_quantified": code == "PACK"}
        for code in ("X_SELL", "PACK")
    ]
    with serve(made) as sandbox:
        yield sandbox


@pytest.fixture
def shop(project, monkeypatch):
    """A PIM with models and products of its own; `flows` and `rows` say what the ERP brings."""
    (project.folder / "pipeline.yaml").unlink()
    (project.folder / "pipelines").mkdir()
    monkeypatch.chdir(project.folder)
    flows(project, TWO_FLOWS)
    return project


def flows(project, text):
    head = CONNECTIONS.format(url=project.pim.url)
    (project.folder / "pipelines" / "shop.yaml").write_text(head + text, "utf-8")


def rows(project, file, header, *lines):
    (project.folder / f"{file}.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")


def seed(project, *, models=(), products=()):
    made = [{"code": code, "family_variant": "by_colour", "parent": None, "values": {}} for code in models]
    project.pim.seed({"product_models": made})
    for sku, parent, colour in products:
        values = {"colour": [{"locale": None, "scope": None, "data": colour}]}
        project.pim.seed({"products": [{"identifier": sku, "family": "mugs", "parent": parent, "values": values}]})


def codes(project):
    return {one.code for one in project.pim.store.models.values()}


def found(project, *options):
    return json.loads(project.command("match", *options, "--json").out)["flows"]


def done(project, *options):
    return [flow["counts"] for flow in json.loads(project.command("run", "--json", *options).out)["flows"]]


def decide(file, decision):
    """Fill the last column of an exported file, and give its lines."""
    lines = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, lines[0], delimiter=";")
        writer.writeheader()
        writer.writerows(line | {"decision": decision(line)} for line in lines)
    return lines


@pytest.fixture
def used(shop):
    """The ERP has three models and four products; the PIM two of the models and two of the products, spelled apart."""
    rows(
        shop,
        "models",
        MODELS,
        "MUG.A;by_colour;Acme;MUG.B;",
        "MUG.B;by_colour;Acme;;",
        "MUG.C;by_colour;Acme;MUG.A;S 1",
    )
    rows(
        shop,
        "products",
        PRODUCTS,
        "S 1;mugs;MUG.A;red;S 2,S-3;MUG.B,MUG.C;;",
        "S 2;mugs;MUG.A;blue;;;;",
        "S-3;mugs;MUG.C;red;S 1;;;",
        "S-4;mugs;;red;;;S 1,S-3;2|5",
    )
    seed(
        shop,
        models=["MUG-A", "MUG-B", "HERS"],
        products=[("S1", "MUG-A", "red"), ("S2", "MUG-A", "blue"), ("HERS-1", "HERS", "red")],
    )
    return shop


def test_the_first_run_that_would_create_models_beside_others_stops(used):
    writes = used.writes()
    stopped = used.command("run")
    assert stopped.code == 3
    told = "Models was never imported into the PIM, which has 3 product models of others: what comes names 0 of them"
    assert told in stopped.out
    assert used.writes() == writes
    assert used.command("run", "--allow", "first_import").code == 0
    assert {"MUG.A", "MUG-A"} <= codes(used)


def test_models_are_compared_decided_and_written_under_the_pims_own_codes(used):
    models, products = found(used)
    assert (models["flow"], models["records"], models["noun"]) == (
        "models",
        "product models",
        ["product model", "product models"],
    )
    both = {name: models["counts"][name] for name in ("both", "only_source", "only_target", "pairs")}
    assert both == {"both": 0, "only_source": 1, "only_target": 1, "pairs": 2}
    assert products["counts"]["pairs"] == 2
    told = used.command("match").out
    assert "models: models.csv has 3 product models, the PIM 3." in told
    assert "2     separators: MUG.A -> MUG-A, MUG.B -> MUG-B\n" in told
    assert used.command("match", "--approve-all", "separators", "--approve-all", "blanks").code == 0
    assert done(used) == [{"created": 1, "updated": 2}, {"created": 2, "updated": 2}]
    assert codes(used) == {"MUG-A", "MUG-B", "MUG.C", "HERS"}
    assert done(used, "--full") == [{"unchanged": 3}, {"unchanged": 4}]
    models, products = found(used)
    assert (models["counts"]["both"], products["counts"]["both"]) == (3, 4)


def test_what_names_linked_records_gets_the_keys_that_they_have_in_the_pim(used):
    used.command("match", "--approve-all", "separators", "--approve-all", "blanks")
    planned = used.command("plan").out
    assert "MUG-A" in planned
    assert used.command("run").code == 0
    assert used.product("S1")["parent"] == "MUG-A"
    assert used.product("S1")["associations"]["X_SELL"]["products"] == ["S-3", "S2"]
    assert used.product("S1")["associations"]["X_SELL"]["product_models"] == ["MUG.C", "MUG-B"]
    assert used.product("S-3")["parent"] == "MUG.C"
    assert used.product("S-3")["associations"]["X_SELL"]["products"] == ["S1"]
    pack = used.product("S-4")["quantified_associations"]["PACK"]["products"]
    assert {(one["identifier"], one["quantity"]) for one in pack} == {("S1", 2), ("S-3", 5)}
    linked = used.pim.store.model("MUG.C").associations["X_SELL"]
    assert (linked["product_models"], linked["products"]) == (("MUG-A",), (used.product("S1")["uuid"],))


def test_a_linked_record_is_explained_by_both_keys(used):
    used.command("match", "--approve-all", "separators", "--approve-all", "blanks")
    used.command("run")
    theirs = used.command("explain", "S1", "X_SELL-products")
    assert "out of row 1 of products.csv\n  called S 1 by products.csv\n" in theirs.out
    assert used.command("explain", "S 1", "X_SELL-products").out == theirs.out
    assert "  called " not in used.command("explain", "S-3").out


def test_they_are_compared_by_these_keys_too(used):
    file = used.folder / "pipelines" / "shop.yaml"
    file.write_text(file.read_text("utf-8") + "    diff: target\n", "utf-8")
    used.command("match", "--approve-all", "separators", "--approve-all", "blanks")
    assert used.command("run").code == 0
    writes = used.writes()
    assert done(used, "--full")[1] == {"unchanged": 4}
    assert used.writes() == writes


def test_what_is_linked_costs_no_calls(used):
    used.command("match", "--approve-all", "separators", "--approve-all", "blanks")
    used.command("run")
    before = used.pim.stats()["routes"]
    assert done(used) == [{"unchanged": 3}, {"unchanged": 4}]
    after = used.pim.stats()["routes"]
    asked = {route: one["calls"] - before.get(route, {"calls": 0})["calls"] for route, one in after.items()}
    assert {route: calls for route, calls in asked.items() if "/product" in route and calls} == {}


def test_a_flow_into_several_targets_is_matched_target_by_target(shop):
    flows(shop, GROUPS)
    rows(shop, "products", FLAT, "S 1;mugs;TEE.A;red;Acme", "S 2;mugs;TEE.A;blue;Acme", "S 3;mugs;;red;Acme")
    seed(
        shop, models=["TEE-A", "HERS"], products=[("S1", None, "red"), ("S2", None, "blue"), ("HERS-1", "HERS", "red")]
    )
    models, products = found(shop)
    assert (models["flow"], models["records"], models["counts"]["pairs"]) == ("shirts", "product models", 1)
    assert (products["flow"], products["records"], products["counts"]["pairs"]) == ("shirts", "products", 2)
    writes = shop.writes()
    assert shop.command("run").code == 3
    assert shop.writes() == writes
    pairs = shop.folder / "pairs.csv"
    told = shop.command("match", "--export", str(pairs)).out
    assert "shirts (product models): 1 pair is to be decided." in told
    assert "shirts (products): 2 pairs are to be decided." in told
    lines = decide(pairs, lambda _: "same")
    assert {(one["records"], one["source_key"], one["target_key"]) for one in lines} == {
        ("product models", "TEE_A", "TEE-A"),
        ("products", "S 1", "S1"),
        ("products", "S 2", "S2"),
    }
    approved = shop.command("match", "--approve", str(pairs)).out
    assert "shirts (products): 2 decisions kept." in approved
    assert "shirts (product models): nothing is left to decide; its first import may run." in approved
    assert done(shop) == [{"updated": 1}, {"created": 1, "updated": 2}]
    assert codes(shop) == {"TEE-A", "HERS"}
    assert (shop.product("S1")["parent"], shop.product("S2")["parent"]) == ("TEE-A", "TEE-A")
    assert done(shop, "--full") == [{"unchanged": 1}, {"unchanged": 3}]


def test_a_group_whose_variants_stand_below_a_model_is_in_both(shop):
    flows(shop, GROUPS)
    rows(shop, "products", FLAT, "S-1;mugs;G;red;Acme", "S-2;mugs;G;blue;Acme")
    seed(shop, models=["old"], products=[("S-1", "old", "red")])
    models, products = found(shop)
    assert (models["counts"]["both"], models["counts"]["only_source"]) == (1, 0)
    assert (products["counts"]["both"], products["counts"]["only_source"]) == (1, 1)
    assert shop.command("run").code == 0
    assert codes(shop) == {"old"}


def test_nothing_is_written_into_any_target_while_one_waits(shop):
    flows(shop, GROUPS)
    rows(shop, "products", FLAT, "S 1;mugs;G;red;Acme", "S 2;mugs;G;blue;Acme")
    seed(shop, products=[("S1", None, "red")])
    writes = shop.writes()
    stopped = shop.command("run")
    assert stopped.code == 3
    assert "which has 1 product of others" in stopped.out
    assert (shop.writes(), codes(shop)) == (writes, set())


def test_a_decision_names_what_it_is_about_where_a_flow_has_several_targets(shop):
    flows(shop, GROUPS)
    rows(shop, "products", FLAT, "S 1;mugs;TEE.A;red;Acme")
    seed(shop, models=["TEE-A"], products=[("S1", None, "red")])
    (shop.folder / "pairs.csv").write_text("flow;source_key;target_key;decision\nshirts;S 1;S1;same\n", "utf-8")
    refused = shop.command("match", "--approve", "pairs.csv")
    assert refused.code == 2
    said = "pairs.csv:2: flow shirts: the column `records` says ''; 'product models' or 'products' was expected"
    assert said in refused.err


def test_two_pims_of_one_flow_are_matched_apart_and_have_links_of_their_own(shop):
    with serve(CATALOG) as second:
        other = second.url
        two = f"  other: {{{PIM.format(url=other)}}}\n"
        text = (
            CONNECTIONS.format(url=shop.pim.url)
            + two
            + """\
flows:
  products:
    source: {type: files.csv, path: ../products.csv}
    sink:
      - {type: akeneo.products, connection: pim}
      - {type: akeneo.products, connection: other}
"""
        )
        (shop.folder / "pipelines" / "shop.yaml").write_text(text, "utf-8")
        rows(shop, "products", "identifier;family;colour", "S 1;mugs;red")
        seed(shop, products=[("S1", None, "red")])
        second.seed({"products": [{"identifier": "S-1", "family": "mugs", "parent": None, "values": {}}]})
        here, there = found(shop)
        assert [one["records"] for one in (here, there)] == [f"products ({shop.pim.url})", f"products ({other})"]
        told = shop.command("match").out
        assert f"products: products.csv has 1 product, the PIM ({other}) 1." in told
        assert "blanks: S 1 -> S1" in told
        assert "blanks and separators: S 1 -> S-1" in told
        shop.command("match", "--approve-all", "blanks", "--approve-all", "separators")
        assert shop.command("run").code == 0
        assert [one["identifier"] for one in shop.products()] == ["S1"]
        assert [one.identifier for one in second.store.products.values()] == ["S-1"]


def test_after_a_decision_everything_is_read_because_it_may_go_elsewhere_or_name_others(shop):
    with serve(CATALOG) as erp:
        text = (
            CONNECTIONS.format(url=shop.pim.url)
            + f"  erp: {{{PIM.format(url=erp.url)}}}\n"
            + """\
flows:
  products:
    source: {type: akeneo.products, connection: erp}
    transforms:
      - map: {identifier: identifier, family: family, colour: colour}
    sink: {type: akeneo.products, connection: pim}
    mode: update
"""
        )
        (shop.folder / "pipelines" / "shop.yaml").write_text(text, "utf-8")
        values = {"colour": [{"locale": None, "scope": None, "data": "blue"}]}
        erp.seed({"products": [{"identifier": "S.1", "family": "mugs", "parent": None, "values": values}]})
        seed(shop, products=[("S-1", None, "red")])
        assert [was_full(shop) for _ in range(2)] == [True, False]
        shop.command("match", "--approve", pair(shop, "S.1", "S-1"))
        assert was_full(shop)
        assert shop.product("S-1")["values"]["colour"][0]["data"] == "blue"


def was_full(project):
    (flow,) = json.loads(project.command("run", "--json").out)["flows"]
    return flow["full"]


def pair(project, ours, theirs):
    file = project.folder / "pairs.csv"
    file.write_text(f"flow;source_key;target_key;decision\nproducts;{ours};{theirs};same\n", "utf-8")
    return str(file)


def test_a_file_beside_the_pim_waits_too(shop):
    to_both = """\
flows:
  products:
    source: {type: files.csv, path: ../products.csv}
    sink:
      - {type: akeneo.products, connection: pim}
      - {type: files.csv, path: ../feed.csv}
"""
    flows(shop, to_both)
    rows(shop, "products", "identifier;family;colour", "S 1;mugs;red", "S 2;mugs;blue")
    seed(shop, products=[("S1", None, "red")])
    assert shop.command("run").code == 3
    assert not (shop.folder / "feed.csv").exists()
    (only,) = found(shop, "--approve-all", "blanks")
    assert (only["target"], only["records"]) == ("the PIM", "products")
    assert done(shop) == [{"created": 1, "updated": 1}, {"created": 2}]
    assert "S 1" in (shop.folder / "feed.csv").read_text("utf-8")
