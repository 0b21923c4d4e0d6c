"""Products of a served Odoo that are known by an id of theirs: a SKU that changes anywhere makes no second product."""

import json

import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .conftest import fill
from .odoo_database import KEY, Erp
from .odoo_server import serve

__all__ = ["command"]

PIPELINE = """\
version: 1
name: identity
connections:
  erp: {{type: odoo, url: "{url}", database: shop, username: connector, api_key: "{key}"}}
flows:
  products:
    entity: product
    identity: uuid
    source: {{type: files.jsonl, path: rows.jsonl}}
    transforms: [{{map: {{default_code: sku, name: name, template_code: model, attributes.Hue: hue}}}}]
    sink: {{type: odoo.products, connection: erp, create_options: true}}
"""


@pytest.fixture(params=[(18, 0), (19, 0)], ids=["json-rpc", "json-2"])
def erp(request, no_waiting):
    with serve(fill(Erp(series=request.param))) as running:
        yield running


@pytest.fixture
def run(tmp_path, erp, command):
    def go(*rows):
        told = [dict(zip(("uuid", "sku", "name", "model", "hue"), row, strict=True)) for row in rows]
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), "utf-8")
        (tmp_path / "identity.yaml").write_text(PIPELINE.format(url=erp.url, key=KEY), "utf-8")
        erp.calls.clear()
        answer = command("run", str(tmp_path / "identity.yaml"), "--full")
        assert "Traceback" not in answer.out + answer.err
        return " ".join((answer.out + answer.err).split())

    return go


def skus(erp):
    return {one["default_code"]: one["id"] for one in erp.data["product.product"].values()}


def test_a_changed_sku_becomes_that_of_the_same_product(run, erp):
    assert "1 new" in run(("u-1", "LAMP-1", "Lamp", None, None))
    number = skus(erp)["LAMP-1"]
    assert "0 new, 1 updated" in run(("u-1", "LAMP-9", "Lamp", None, None))
    assert (skus(erp)["LAMP-9"], "LAMP-1" in skus(erp)) == (number, False)
    assert "1 already up to date" in run(("u-1", "LAMP-9", "Lamp", None, None))


def test_a_sku_changed_in_odoo_is_followed_and_no_second_product_made(run, erp):
    run(("u-2", "BULB-2", "Bulb", None, None))
    number = skus(erp)["BULB-2"]
    erp.change("product.product", number, default_code="THEIRS-2")
    told = run(("u-2", "BULB-2", "Bulb, bright", None, None))
    assert "0 new, 1 updated" in told, told
    assert "'BULB-2' is 'THEIRS-2' there" in told
    assert "0 new, 1 updated" in run(("u-2", "BULB-2", "Bulb, brighter", None, None))
    assert "BULB-2" not in skus(erp)
    assert erp.named("THEIRS-2")[1]["name"]["en_US"] == "Bulb, brighter"


def test_a_variant_gets_another_sku_and_stays_one_of_its_template(run, erp):
    rows = [("u-3", "RUG-R", "Rug", "RUG", "Red"), ("u-4", "RUG-B", "Rug", "RUG", "Blue")]
    assert "2 new" in run(*rows)
    number = skus(erp)["RUG-R"]
    assert "0 new, 1 updated, 1 already up to date" in run(("u-3", "RUG-X", "Rug", "RUG", "Red"), rows[1])
    assert skus(erp)["RUG-X"] == number
    assert erp.named("RUG-X")[1] is erp.named("RUG-B")[1]


def test_two_products_that_change_their_skus_into_each_others_keep_theirs(run, erp):
    rows = [("u-5", "CUP-5", "Five", None, None), ("u-6", "CUP-6", "Six", None, None)]
    run(*rows)
    before = skus(erp)
    run(("u-5", "CUP-6", "Five", None, None), ("u-6", "CUP-5", "Six", None, None))
    after = skus(erp)
    assert len(after) == len(before)  # no SKU of two products, whatever was taken
    assert {after["CUP-5"], after["CUP-6"]} == {before["CUP-5"], before["CUP-6"]}


def test_the_sku_of_another_product_is_not_taken(run, erp):
    run(("u-7", "POT-7", "Pot", None, None))
    number = skus(erp)["MUG-03"]
    told = run(("u-7", "MUG-03", "Pot", None, None))
    assert "SKU: rows.jsonl says 'MUG-03', 'Mug 3' has this SKU in Odoo already" in told, told
    assert skus(erp)["MUG-03"] == number
    assert [one["default_code"] for one in erp.data["product.product"].values()].count("MUG-03") == 1
