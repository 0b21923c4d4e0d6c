"""`variants` from the YAML to a PIM that is really served, and to files."""

import csv
import sys

import pytest

from pimflow.cli import main
from pimflow_akeneo_sandbox.serve import serve

ERP = {"group": "erp", "labels": {}}


def attribute(code, kind, **more):
    return {**ERP, "code": code, "type": f"pim_catalog_{kind}", **more}


def options(name, *codes):
    return [{"attribute": name, "code": code, "sort_order": at, "labels": {}} for at, code in enumerate(codes)]


def variant(code, *levels):
    sets = [
        {"level": number, "axes": axes, "attributes": [*axes, *more]} for number, (axes, more) in enumerate(levels, 1)
    ]
    return {"code": code, "family": "clothing", "labels": {}, "variant_attribute_sets": sets}


CATALOG = {
    "locales": [{"code": "en_US", "enabled": True}],
    "currencies": [{"code": "EUR", "enabled": True}],
    "attribute_groups": [{"code": "erp", "sort_order": 1, "labels": {}}],
    "attributes": [
        attribute("sku", "identifier", unique=True, is_main_identifier=True),
        attribute("name", "text", localizable=True),
        attribute("brand", "text"),
        attribute("ean", "text"),
        attribute("color", "simpleselect"),
        attribute("size", "simpleselect"),
    ],
    "attribute_options": [*options("color", "red", "blue"), *options("size", "m", "l")],
    "categories": [
        {"code": code, "parent": None if code == "master" else "master", "labels": {}}
        for code in ("master", "new", "sale")
    ],
    "channels": [
        {"code": "shop", "category_tree": "master", "currencies": ["EUR"], "locales": ["en_US"], "labels": {}}
        | {"conversion_units": {}}
    ],
    "families": [
        {
            "code": code,
            "attributes": ["sku", "name", "brand", "ean", "color", "size"],
            "attribute_as_label": "sku",
            "attribute_as_image": None,
            "attribute_requirements": {"shop": ["sku"]},
            "labels": {},
        }
        for code in ("clothing", "mugs")
    ],
    "family_variants": [
        variant("color_size", (["color"], []), (["size"], ["sku", "ean"])),
    ],
}
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  items:
    source: {{type: files.csv, path: items.csv}}
    transforms:
      - map: {{identifier: sku, name-en_US: name, others: same_code}}
      - variants:
          group: "{{brand}}-{{name-en_US}}"
          family_variant: {{from: family, map: {{clothing: color_size, mugs: ""}}}}
    sink:
      - {{type: akeneo.product_models, connection: pim}}
      - {{type: akeneo.products, connection: pim}}
"""
TO_FILE = """\
version: 1
flows:
  items:
    source: {type: files.csv, path: items.csv}
    transforms:
      - variants:
          group: {from: sku, pattern: "^(.+)-"}
          key: sku
          family_variant: {constant: by_size}
          levels: [{columns: [brand, color, name]}, {axes: [size], columns: [ean]}]
    sink: {type: files.csv, path: out.csv}
"""
ITEMS = [
    "sku;family;name;brand;color;size;ean;categories",
    "S-1;clothing;Shirt;Acme;red;m;1;new",
    "S-2;clothing;Shirt;Acme;red;l;2;new",
    "S-3;clothing;Shirt;Acme;blue;m;3;new",
    "M-1;mugs;Mug;Acme;;;4;sale",
]


@pytest.fixture(scope="module")
def server():
    with serve(CATALOG) as served:
        yield served


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def run(*lines, pipeline):
        (tmp_path / "items.csv").write_text("\n".join(lines) + "\n", "utf-8")
        (tmp_path / "pipeline.yaml").write_text(pipeline, "utf-8")
        monkeypatch.setattr(sys, "argv", ["pimflow", "run", str(tmp_path / "pipeline.yaml")])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return end.value.code, " ".join((told.out + told.err).split())

    return run


@pytest.fixture
def into_pim(run, server):
    server.reset()
    return lambda *lines: run(*lines, pipeline=PIPELINE.format(url=server.url))


def values(record):
    """Give the values of a record of the sandbox, each of which has one locale and channel."""
    return {attribute: data for attribute, by_scope in record.values.items() for data in by_scope.values()}


def test_flat_items_become_models_and_variants_in_the_pim(into_pim, server):
    code, said = into_pim(*ITEMS)
    assert code == 0, said
    assert "3 new, 0 updated" in said
    root, red = server.store.model("Acme-Shirt"), server.store.model("Acme-Shirt__red")
    assert (root.family_variant, root.parent, list(root.categories)) == ("color_size", None, ["new"])
    assert values(root) == {"name": "Shirt", "brand": "Acme"}
    assert (red.parent, values(red)) == ("Acme-Shirt", {"color": "red"})
    item, mug = server.store.product("S-2"), server.store.product("M-1")
    assert (item.parent, values(item)["size"], values(item)["ean"]) == ("Acme-Shirt__red", "l", "2")
    assert not {"name", "brand", "color"} & values(item).keys()
    assert (mug.parent, values(mug)["name"], list(mug.categories)) == (None, "Mug", ["sale"])


def test_the_same_items_in_another_order_are_up_to_date(into_pim):
    into_pim(*ITEMS)
    code, said = into_pim(ITEMS[0], *ITEMS[:0:-1])
    assert code == 0
    assert "0 new, 0 updated, 3 already up to date" in said
    assert "0 new, 0 updated, 4 already up to date" in said


def test_what_cannot_be_a_variant_is_told_with_both_names(into_pim, server):
    code, said = into_pim(*ITEMS, "S-4;clothing;Shirt;Acme;red;M;5;new", "S-5;clothing;Shirt;Acme;red;;6;new")
    assert code == 0
    assert "says 'S-4', variant S-1 of the same model already has this option (red, M)." in said
    assert "Product manager: Decide with the ERP team which one is right." in said
    assert "says 'S-5', which has no 'size', by which the variants of its product model are told apart." in said
    assert server.store.product("S-4") is None
    assert server.store.product("S-1").parent == "Acme-Shirt__red"


def test_a_value_that_differs_from_its_model_is_told_and_not_sent(run, server):
    server.reset()
    pipeline = PIPELINE.format(url=server.url).replace('"{brand}-{name-en_US}"', "{from: identifier, pattern: ^(.+)-}")
    code, said = run(*ITEMS[:3], "S-3;clothing;Blouse;Acme;blue;m;3;sale", pipeline=pipeline)
    assert code == 0
    assert "says 'Blouse', but the product model takes 'Shirt' from S-1. 1 product arrived" in said
    assert values(server.store.model("S"))["name"] == "Shirt"
    assert "name" not in values(server.store.product("S-3"))
    assert list(server.store.model("S").categories) == []
    assert [list(server.store.product(f"S-{n}").categories) for n in (1, 3)] == [["new"], ["sale"]]


def test_a_file_gets_models_and_items_by_stated_levels(run, tmp_path):
    code, said = run(*ITEMS[:3], pipeline=TO_FILE)
    assert code == 0, said
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        model, *items = csv.DictReader(file, delimiter=";")
    assert (model["code"], model["sku"], model["name"], model["variants"]) == ("S", "", "Shirt", "S-1,S-2")
    assert [(row["sku"], row["parent"], row["name"], row["ean"]) for row in items] == [
        ("S-1", "S", "", "1"),
        ("S-2", "S", "", "2"),
    ]
