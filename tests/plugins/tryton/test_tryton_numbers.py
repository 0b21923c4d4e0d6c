"""Products of the PIM that a live Tryton numbers by its sequences: each is made once, and its code comes back."""

import json
import signal
from dataclasses import replace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...crash.stage import CHILD, quiet  # noqa: TID252 - tests have no name to import by
from ...e2e.conftest import CATALOG, command  # noqa: TID252
from ...started import run as started  # noqa: TID252
from .erp import PASSWORD

__all__ = ["command"]
pytestmark = pytest.mark.slow

CONNECTIONS = """\
version: 1
connections:
  erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
"""
PIPELINE = f"""{CONNECTIONS}\
flows:
  hand_over:
    entity: product
    identity: uuid
    source: {{{{type: akeneo.products, connection: pim, by_uuid: true}}}}
    transforms: [{{{{map: {{{{code: identifier, name: name-en_US, name@fr: name-de_DE}}}}}}}}]
    sku: {{{{from: erp}}}}
    sink: {{{{type: tryton.products, connection: erp, default_unit: u}}}}
  back:
    returns: hand_over
    source: {{{{type: tryton.products, connection: erp}}}}
    transforms: [{{{{map: {{{{identifier: code, weight: {{{{from: weight, unit: KILOGRAM}}}}}}}}}}}}]
    sink: {{{{type: akeneo.products, connection: pim}}}}
"""
VARIANTS = f"""{CONNECTIONS}\
flows:
  variants:
    entity: product
    identity: id
    source: {{{{type: files.jsonl, path: rows.jsonl}}}}
    transforms: [{{{{map: {{{{code: sku, name: name, template_code: model}}}}}}}}]
    sku: {{{{from: erp}}}}
    sink: {{{{type: tryton.products, connection: erp, default_unit: u}}}}
"""


def uuid(number):
    return f"0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{number:04x}"


class World:
    """The PIM, the Tryton, and a folder with a pipeline between them."""

    def __init__(self, folder, pim, erp, command):
        self.folder, self.pim, self.erp, self._command = folder, pim, erp, command
        self.file = folder / "pipeline.yaml"
        self.write(PIPELINE)

    def write(self, pipeline):
        self.file.write_text(pipeline.format(erp=self.erp.url, password=PASSWORD, pim=self.pim.url), "utf-8")

    def run(self, *words):
        done = self._command("run", str(self.file), *words)
        assert "Traceback" not in done.out + done.err
        return done

    def born(self, number, name, french=""):
        texts = [("en_US", name), *([("de_DE", french)] if french else [])]
        names = [{"locale": locale, "scope": None, "data": text} for locale, text in texts]
        self.pim.seed({"products": [{"uuid": uuid(number), "family": "mugs", "values": {"name": names}}]})

    def sku(self, number):
        return self.pim.store.products[uuid(number)].identifier

    def codes(self, mark):
        """Give the codes of the products that carry a mark."""
        found = self.erp.rpc("product.product.search_read", [["identifiers.code", "=", mark]], 0, None, None, ["code"])
        return [one["code"] or "" for one in found]


@pytest.fixture
def world(tmp_path, untouched, command):
    with serve(CATALOG) as pim:
        yield World(tmp_path, pim, untouched, command)


@pytest.fixture(autouse=True, scope="module")
def sequences(untouched):
    """Let Tryton number products, and what stands behind the codes of templates."""
    for name, option, prefix in (("Product", "template_sequence", "T"), ("Variant", "product_sequence", "-")):
        (kind,) = untouched.rpc("ir.sequence.type.search", [["name", "=", name]], 0, None, None)
        values = {"name": name, "sequence_type": kind, "prefix": prefix, "padding": 4 if prefix == "T" else 2}
        (made,) = untouched.rpc("ir.sequence.create", [values])
        if prefix == "T":
            untouched.rpc("product.configuration.write", [1], {option: made})
    return made


def test_a_product_goes_without_a_sku_and_comes_back_with_the_code_of_tryton(world):
    world.born(1, "Cup", "Tasse")
    world.born(2, "Bowl")
    done = world.run()
    assert done.code == 0, done.out
    assert "2 products have no SKU yet and went without" in done.out
    assert [world.sku(1), world.sku(2)] == ["T0001", "T0002"]
    assert world.codes(uuid(1)) == ["T0001"]
    assert world.erp.product("T0001", "name", language="fr")["name"] == "Tasse"
    stamps = [world.erp.product(code, "write_date") for code in ("T0001", "T0002")]
    calls = world.pim.stats()["calls"]
    for options in ((), ("--full",), ()):
        again = world.run(*options)
        assert (again.code, "0 new, 0 updated" in again.out) == (0, True)
    assert [world.erp.product(code, "write_date") for code in ("T0001", "T0002")] == stamps
    assert world.pim.stats()["calls"] > calls
    world.born(1, "Mug", "Tasse")
    assert "1 updated" in world.run().out
    assert world.erp.product("T0001", "name")["name"] == "Mug"


def test_what_tryton_refuses_goes_when_it_is_mended_and_takes_one_number(world):
    world.born(10, "Jug")
    product = world.pim.store.products[uuid(10)]
    world.pim.store.put_product(replace(product, values={}))
    assert "needs a name" in world.run().out
    assert world.codes(uuid(10)) == []
    world.pim.store.put_product(product)
    world.run("--full")
    assert world.codes(uuid(10)) == [world.sku(10)]


def test_a_tryton_without_a_sequence_is_told_until_somebody_gave_a_code(world):
    (before,) = world.erp.rpc("product.configuration.read", [1], ["template_sequence"])
    world.erp.rpc("product.configuration.write", [1], {"template_sequence": None})
    world.born(20, "Jar")
    for _ in range(2):
        assert "Tryton made this product, and gave it none. 1 product did not go through" in world.run().out
        assert (world.codes(uuid(20)), world.sku(20)) == ([""], None)
    domain = [["identifiers.code", "=", uuid(20)]]
    (product,) = world.erp.rpc("product.product.search_read", domain, 0, None, None, ["template"])
    world.erp.rpc("product.template.write", [product["template"]], {"code": "BY-HAND"})
    world.run()
    assert world.sku(20) == "BY-HAND"
    world.erp.rpc("product.configuration.write", [1], {"template_sequence": before["template_sequence"]})


def test_a_variant_gets_the_code_of_its_template_and_a_number_behind_it(world, sequences):
    (before,) = world.erp.rpc("product.configuration.read", [1], ["template_sequence"])
    # A Tryton that numbers templates takes no codes of templates.
    numbers_variants = {"product_sequence": sequences, "template_sequence": None}
    world.erp.rpc("product.configuration.write", [1], numbers_variants)
    world.write(VARIANTS)
    rows = [{"id": str(n), "sku": None, "name": "Tray", "model": "TRAY"} for n in (1, 2)]
    (world.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = world.run()
    assert "2 new" in done.out, done.out
    assert [world.codes(mark) for mark in ("1", "2")] == [["TRAY-01"], ["TRAY-02"]]
    assert "2 already up to date" in world.run("--full").out
    numbers_templates = {"product_sequence": None, "template_sequence": before["template_sequence"]}
    world.erp.rpc("product.configuration.write", [1], numbers_templates)


@pytest.mark.parametrize("far", [0.4, 0.55, 0.7])
def test_a_run_that_is_killed_leaves_each_product_once_with_one_code(world, far):
    number = 100 + int(100 * far)
    world.born(number, "Vase")
    world.run()

    def child(point=0):
        done = started([CHILD, point, 0.0, world.folder / "points.txt", "run", "pipeline.yaml", "--json"], world.folder)
        assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else None

    world.born(number + 200, "Urn", "Urne")
    assert child()
    points = int((world.folder / "points.txt").read_text())
    world.born(number + 400, "Urn", "Urne")
    world.born(number + 600, "Pot")
    point = int(far * points)
    assert child(point) is None, f"point {point} of {points}"
    quiet(world.pim)
    assert child()
    for mine in (number + 400, number + 600):
        assert world.codes(uuid(mine)) == [world.sku(mine)], f"point {point} of {points}"
    third = child()
    changed = [flow["counts"].get(done) for flow in third["flows"] for done in ("created", "updated")]
    assert not any(changed), third
