"""Products of the PIM that a served Odoo numbers: each is made once, and its number comes back by its uuid."""

import json
from collections import Counter

import pytest

from pimflow_akeneo_sandbox.serve import serve as serve_pim

from ...e2e.conftest import CATALOG, command  # noqa: TID252 - tests have no name to import by
from .conftest import fill
from .odoo_database import KEY, Erp
from .odoo_server import serve

__all__ = ["command"]

PIPELINE = """\
version: 1
name: numbers
connections:
  erp: {{type: odoo, url: "{erp}", database: shop, username: connector, api_key: "{key}"}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  hand_over:
    entity: product
    identity: uuid
    source: {{type: akeneo.products, connection: pim, by_uuid: true}}
    transforms:
      - map: {{default_code: identifier, name: name-en_US, name@de_DE: name-de_DE, template_code: parent}}
    sku: {{from: erp}}
    sink: {{type: odoo.products, connection: erp}}
  back:
    returns: hand_over
    source: {{type: odoo.products, connection: erp}}
    transforms: [{{map: {{identifier: default_code, weight: {{from: weight, unit: KILOGRAM}}}}}}]
    empty_when: {{weight: ["0 KILOGRAM"]}}
    sink: {{type: akeneo.products, connection: pim}}
  told:
    source: {{type: pimflow.outcomes, flow: hand_over, returned_by: back}}
    transforms: [{{map: {{id: id, key: key, standing: standing, reason: reason}}}}]
    sink: {{type: files.jsonl, path: told.jsonl}}
"""
NAMES = ("Cup", "Bowl", "Jug")


def uuid(number):
    return f"{number}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


def born(number, name, german="", **more):
    names = [{"locale": "en_US", "scope": None, "data": name}]
    names += [{"locale": "de_DE", "scope": None, "data": german}] if german else []
    return {"uuid": uuid(number), "family": "mugs", "values": {"name": names}, **more}


class World:
    """The PIM, the Odoo, and a pipeline between them."""

    def __init__(self, folder, pim, erp, command):
        self.folder, self.pim, self.erp = folder, pim, erp
        self.file = folder / "pipeline.yaml"
        self.file.write_text(PIPELINE.format(erp=erp.url, pim=pim.url, key=KEY), "utf-8")
        self.command = command

    def run(self, *words, verb="run"):
        return self.command(verb, str(self.file), *words)

    def skus(self):
        return {product.uuid: product.identifier for product in self.pim.store.products.values()}

    def references(self):
        """Give the references in Odoo by English name, of what is new there."""
        templates = self.erp.data["product.template"]
        there = [(templates[one["product_tmpl_id"]]["name"]["en_US"], one) for one in self.variants()]
        return sorted((name, one["default_code"]) for name, one in there if name in NAMES)

    def variants(self):
        return self.erp.data["product.product"].values()

    def told(self):
        lines = (self.folder / "told.jsonl").read_text("utf-8").splitlines()
        return {one["id"]: (one["standing"], one.get("reason") or "") for one in map(json.loads, lines)}

    def writes(self):
        """Count the calls that write, on both sides."""
        routes = self.pim.stats()["routes"].items()
        there = sum(one["calls"] for route, one in routes if not route.startswith("GET") and "/oauth/" not in route)
        return there + sum(method in WRITING for _, method, _ in self.erp.calls)


WRITING = {"create", "write", "load", "update_field_translations"}


@pytest.fixture(params=[(18, 0), (19, 0)], ids=["json-rpc", "json-2"])
def world(request, tmp_path, no_waiting, command):
    with serve(fill(Erp(series=request.param, sequence="P"))) as erp, serve_pim(CATALOG) as pim:
        yield World(tmp_path, pim, erp, command)


def test_a_product_goes_without_a_sku_and_comes_back_with_the_erps(world):
    world.pim.seed({"products": [born(0, "Cup", "Tasse"), born(1, "Bowl")]})
    plan = world.run(verb="plan")
    assert f"create product {uuid(0)}" in plan.out, plan.out
    done = world.run()
    assert done.code == 0, done.out
    assert "2 products have no SKU yet and went without" in done.out
    assert world.references() == [("Bowl", "P00002"), ("Cup", "P00001")]
    assert world.skus() == {uuid(0): "P00001", uuid(1): "P00002"}
    assert world.erp.named("P00001")[1]["name"]["de_DE"] == "Tasse"
    assert world.told() == {uuid(0): ("returned", ""), uuid(1): ("returned", "")}
    before = world.writes()
    for options in ((), ("--full",), ()):
        again = world.run(*options)
        assert (again.code, "SKU" in again.out) == (0, False), again.out
    assert world.writes() == before


def test_what_changes_later_on_either_side_finds_its_product(world):
    world.pim.seed({"products": [born(0, "Cup")]})
    world.run()
    world.pim.seed({"products": [born(0, "Jug")]})
    variant, template = world.erp.named("P00001")
    world.erp.tick(7200)
    world.erp.change("product.product", variant["id"], default_code="THEIRS", weight=0.4)
    done = world.run()
    assert "0 new, 1 updated" in done.out, done.out
    assert template["name"]["en_US"] == "Jug"
    assert world.references() == [("Jug", "THEIRS")]
    world.run()
    assert world.skus() == {uuid(0): "THEIRS"}
    assert world.pim.store.products[uuid(0)].values["weight"]


def test_a_product_that_has_a_sku_keeps_it(world):
    world.pim.seed({"products": [born(0, "Cup", identifier="MINE-1")]})
    assert "without" not in world.run().out
    assert world.references() == [("Cup", "MINE-1")]


def test_an_erp_that_gives_no_number_is_told_until_somebody_gave_one(world):
    world.erp.sequence = ""
    world.pim.seed({"products": [born(0, "Cup")]})
    for _ in range(2):
        done = world.run()
        assert "Odoo made this product, and gave it none. 1 product did not go through" in done.out, done.out
        assert "ERP team: Give it one in Odoo" in done.out
        assert world.references() == [("Cup", False)]
        assert world.skus() == {uuid(0): None}
        assert world.told()[uuid(0)][0] == "attention"
    ((number, _),) = [(one["id"], one) for one in world.variants() if not one["default_code"]]
    world.erp.tick(7200)
    world.erp.change("product.product", number, default_code="BY-HAND")
    world.run()
    assert (world.skus(), world.told()) == ({uuid(0): "BY-HAND"}, {uuid(0): ("returned", "")})


def test_what_the_erp_refuses_is_told_and_goes_when_it_is_mended(world):
    world.pim.seed({"products": [{**born(0, "Cup"), "values": {}}, born(1, "Bowl")]})
    done = world.run()
    assert "Odoo needs a name for a new product" in done.out
    assert world.skus() == {uuid(0): None, uuid(1): "P00001"}
    assert world.told()[uuid(0)][0] == "attention"
    world.pim.seed({"products": [born(0, "Cup")]})
    world.run()
    assert world.skus() == {uuid(0): "P00002", uuid(1): "P00001"}
    assert world.told()[uuid(0)] == ("returned", "")


def test_an_answer_that_was_lost_makes_no_second_product(world):
    world.pim.seed({"products": [born(0, "Cup")]})
    world.erp.faults["load"] = ["cut"]
    assert world.run().code == 1
    assert world.references() == [("Cup", "P00001")]
    assert world.skus() == {uuid(0): None}
    assert world.run().code == 0
    assert world.references() == [("Cup", "P00001")]
    assert world.skus() == {uuid(0): "P00001"}


def test_an_undo_takes_out_of_use_what_was_made_and_no_second_product_comes(world, monkeypatch):
    monkeypatch.chdir(world.folder)
    world.pim.seed({"products": [born(0, "Cup")]})
    world.run()
    done = world.command("undo", "last", "--yes")
    assert done.code == 0, done.out + done.err
    assert world.erp.named("P00001")[0]["active"] is False
    for options in ((), ("--full",)):
        world.run(*options)
    assert world.references() == [("Cup", "P00001")]


def test_many_products_take_a_few_calls_a_batch(world):
    many = [{**born(0, "Cup"), "uuid": f"0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{n:04x}"} for n in range(250)]
    world.pim.seed({"products": many})
    world.run()
    assert len({sku for sku in world.skus().values() if sku}) == 250
    calls = Counter(method for model, method, _ in world.erp.calls if model in {"product.product", "product.template"})
    assert calls["load"] == 3
    assert sum(calls.values()) <= 30, calls


def test_one_product_that_was_asked_for_goes_alone(world):
    world.pim.seed({"products": [born(0, "Cup"), born(1, "Bowl")]})
    assert "1 new" in world.run("--only", uuid(1)).out
    assert world.skus() == {uuid(0): None, uuid(1): "P00001"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    entity: product\n", "", "flows.hand_over.sku.from: `entity` is missing, such as `entity: product`"),
        ("{from: erp}", "{from: erp, record: id}", "flows.hand_over.sku.record: it is the column under `identity`"),
        ("{from: erp}", "{from: erp}\n    key: name", "sku.from: 'odoo.products' knows records by 'name'"),
    ],
)
def test_what_cannot_be_numbered_is_a_mistake_of_the_file(world, old, new, said):
    world.file.write_text(world.file.read_text("utf-8").replace(old, new, 1), "utf-8")
    done = world.run(verb="validate")
    assert done.code == 2
    assert said in done.out + done.err
