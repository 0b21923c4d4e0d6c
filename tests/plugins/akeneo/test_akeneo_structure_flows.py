"""Flows of structure through the command line: order, waiting, changes, and a model that grows during the run."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from .structure_setup import calls, cli, counts, document, loading, told, write_csv


@pytest.fixture
def empty():
    with serve(installed_catalog()) as pim:
        yield pim


def run(folder, text, *words, code=0):
    (folder / "flows.yaml").write_text(text, "utf-8")
    return cli(*(words or ("run",)), folder / "flows.yaml", code=code)


def test_parents_may_come_later_in_the_file(empty, tmp_path):
    chain = [{"code": f"c{depth}", "parent": f"c{depth - 1}" if depth else ""} for depth in range(250)]
    write_csv(tmp_path / "categories.csv", *reversed(chain))
    report = run(tmp_path, loading(empty, tmp_path, {"categories": []}))
    assert counts(report) == {"categories": {"created": 250}}
    assert told(report) == []
    # one pass for each hundred, as a hundred fit into a call
    assert calls(empty)["PATCH /api/rest/v1/categories"] <= 3 + 2 + 1


def test_one_file_fills_an_empty_pim_whatever_the_order_of_its_flows(empty, tmp_path):
    write_csv(tmp_path / "categories.csv", {"code": "master"})
    write_csv(tmp_path / "channels.csv", {"code": "shop", "tree": "master", "locales": "en_US", "currencies": "EUR"})
    write_csv(
        tmp_path / "attributes.csv",
        {"code": "sku", "type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": "1"},
        {"code": "colour", "type": "pim_catalog_simpleselect", "group": "other"},
    )
    write_csv(tmp_path / "attribute_options.csv", {"code": "red", "attribute": "colour", "label-en_US": "Red"})
    write_csv(tmp_path / "families.csv", {"code": "mugs", "attributes": "colour", "requirements-shop": "colour"})
    variant = {"code": "by_colour", "family": "mugs", "variant-axes_1": "colour"}
    write_csv(tmp_path / "family_variants.csv", variant)
    write_csv(tmp_path / "products.csv", {"identifier": "M-1", "family": "mugs", "colour": "red"})
    names = ("channels", "categories", "attributes", "attribute_options", "families", "family_variants", "products")
    needs = dict(zip(names, [["categories"], [], ["channels"], *([name] for name in names[2:-1])], strict=True))
    report = run(tmp_path, loading(empty, tmp_path, needs))
    assert told(report) == []
    assert {name: sum(found.values()) for name, found in counts(report).items()} == dict.fromkeys(names, 1) | {
        "attributes": 2
    }
    assert empty.store.products
    again = run(tmp_path, loading(empty, tmp_path, needs))
    assert all(set(found) == {"unchanged"} for found in counts(again).values())


def test_what_never_comes_is_refused_in_words_and_goes_by_itself_later(empty, tmp_path):
    write_csv(tmp_path / "attribute_options.csv", {"code": "red", "attribute": "colour"})
    text = loading(empty, tmp_path, {"attribute_options": []})
    report = run(tmp_path, text)
    assert counts(report) == {"attribute_options": {"refused": 1}}
    assert told(report) == [("attribute", "colour", "the PIM has no such attribute")]
    empty.seed({"attributes": [{"code": "colour", "type": "pim_catalog_simpleselect", "group": "other"}]})
    assert counts(cli("retry", tmp_path / "flows.yaml")) == {"attribute_options": {"created": 1}}


def test_new_attributes_are_known_to_products_of_the_same_run(pim, tmp_path):
    """The products of the first flow let the model be read; the attribute of the second must reach the third."""
    write_csv(tmp_path / "attributes.csv", {"code": "depth", "type": "pim_catalog_text", "group": "erp"})
    write_csv(tmp_path / "products.csv", {"identifier": "P-1", "family": "footwear", "name-en_US": "Boot"})
    write_csv(tmp_path / "later.csv", {"identifier": "P-1", "depth": "deep"})
    sink = {"type": "akeneo.products", "connection": "pim"}
    source = {"type": "files.csv", "delimiter": ";"}
    flows = {
        "products": {"source": {**source, "path": str(tmp_path / "products.csv")}, "sink": sink},
        "attributes": {
            "needs": ["products"],
            "source": {**source, "path": str(tmp_path / "attributes.csv")},
            "sink": {"type": "akeneo.attributes", "connection": "pim"},
        },
        "later": {
            "needs": ["attributes"],
            "source": {**source, "path": str(tmp_path / "later.csv")},
            "sink": sink,
        },
    }
    report = run(tmp_path, document(pim, flows))
    assert told(report) == []
    assert counts(report)["later"] == {"updated": 1}
    (product,) = pim.store.products.values()
    assert "depth" in str(product.values)


def test_one_changed_label_is_one_call_with_one_line(empty, tmp_path):
    rows = [{"code": f"c{number}", "label-en_US": f"Label {number}"} for number in range(120)]
    write_csv(tmp_path / "categories.csv", *rows)
    text = loading(empty, tmp_path, {"categories": []})
    run(tmp_path, text)
    before = calls(empty)["PATCH /api/rest/v1/categories"]
    rows[5]["label-en_US"] = "Changed"
    write_csv(tmp_path / "categories.csv", *rows)
    assert counts(run(tmp_path, text)) == {"categories": {"updated": 1, "unchanged": 119}}
    assert calls(empty)["PATCH /api/rest/v1/categories"] == before + 1


def test_what_the_pim_keeps_is_told_again_and_not_sent_again(pim, tmp_path):
    write_csv(tmp_path / "attributes.csv", {"code": "name", "type": "pim_catalog_number", "max_characters": "50"})
    text = loading(pim, tmp_path, {"attributes": []})
    kept = ("type", "number", "the PIM keeps an attribute's type for ever: it is text there")
    first = run(tmp_path, text)
    assert (counts(first), told(first)) == ({"attributes": {"updated": 1}}, [kept])
    before = calls(pim, "PATCH")
    second = run(tmp_path, text)
    assert (counts(second), told(second)) == ({"attributes": {"unchanged": 1}}, [kept])
    assert calls(pim, "PATCH") == before


def test_an_empty_pim_passes_the_check_and_a_misspelt_column_does_not(empty, tmp_path):
    write_csv(tmp_path / "families.csv", {"code": "mugs", "label-en_US": "Mugs", "requirements-shop": "sku"})
    write_csv(tmp_path / "categories.csv", {"code": "mugs", "label-en_us": "Mugs"})
    run(tmp_path, loading(empty, tmp_path, {"families": []}), "check")
    found = run(tmp_path, loading(empty, tmp_path, {"categories": []}), "check", code=2)
    (wrong,) = [one for one in found["flows"] if not one["ok"]]
    assert (wrong["found"], wrong["remedy"]) == ("the PIM has no locale 'en_us'", "Did you mean 'label-en_US'?")


def test_only_some_records_are_sent_when_asked(empty, tmp_path):
    write_csv(tmp_path / "categories.csv", {"code": "one"}, {"code": "two"})
    (tmp_path / "flows.yaml").write_text(loading(empty, tmp_path, {"categories": []}), "utf-8")
    assert counts(cli("run", tmp_path / "flows.yaml", "--only", "two")) == {"categories": {"created": 1}}
    assert [one["code"] for one in empty.store.structure["categories"]] == ["two"]


def test_a_plan_tells_what_would_change_and_writes_nothing(pim, tmp_path):
    write_csv(tmp_path / "families.csv", {"code": "footwear", "label-en_US": "Shoes", "attributes": "name"})
    write_csv(tmp_path / "attributes.csv", {"code": "name", "type": "pim_catalog_number", "max_characters": "40"})
    before = calls(pim, "PATCH")
    found = run(tmp_path, loading(pim, tmp_path, {"families": [], "attributes": []}), "plan")
    changes = {(one["noun"], one["key"]): one["values"] for one in found["changes"]}
    names = {key: [value["column"] for value in values] for key, values in changes.items()}
    assert names == {("family", "footwear"): ["label-en_US", "attributes"]}
    assert [reason for *_, reason in told(found["report"])] == [
        "the PIM keeps an attribute's type for ever: it is text there"
    ]
    assert calls(pim, "PATCH") == before


def test_a_second_read_gives_what_changed_since_the_first(pim, empty, tmp_path):
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")
    pim.seed({"categories": [{"code": code, "updated": old} for code in ("master", "quiet", "loud")]})
    text = json.loads(document(pim, {}))
    text["connections"]["other"] = text["connections"]["pim"] | {"url": empty.url}
    source = {"type": "akeneo.categories", "connection": "pim", "locales": ["en_US"]}
    sink = {"type": "akeneo.categories", "connection": "other"}
    text["flows"] = {"categories": {"source": source, "sink": sink}}
    first = run(tmp_path, json.dumps(text))
    assert first["flows"][0]["read"] == len(list(pim.store.structure["categories"]))
    changed = datetime.now(UTC).isoformat(timespec="seconds")
    pim.seed({"categories": [{"code": "loud", "labels": {"en_US": "Loud"}, "updated": changed}]})
    second = run(tmp_path, json.dumps(text))
    assert "quiet" not in {one["code"] for one in pim.store.structure["categories"] if one["updated"] > old}
    assert second["flows"][0]["read"] < first["flows"][0]["read"]
    assert second["flows"][0]["counts"]["updated"] == 1
    assert empty.store.get("categories", "loud")["labels"] == {"en_US": "Loud"}
    full = cli("run", tmp_path / "flows.yaml", "--full")
    assert full["flows"][0]["read"] == first["flows"][0]["read"]
