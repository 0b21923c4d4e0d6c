"""Products of a live Tryton that are known by an id of theirs: a code that changes anywhere makes no second product."""

import json

import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD

__all__ = ["command"]
pytestmark = pytest.mark.slow

PIPELINE = """\
version: 1
name: identity
connections:
  erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"}}
flows:
  products:
    entity: product
    identity: uuid
    source: {{type: files.jsonl, path: rows.jsonl}}
    transforms: [{{map: {{code: code, name: name, template_code: template}}}}]
    sink: {{type: tryton.products, connection: erp, default_unit: u}}
"""


@pytest.fixture
def run(tmp_path, erp, command):
    pipeline = tmp_path / "identity.yaml"
    pipeline.write_text(PIPELINE.format(erp=erp.url, password=PASSWORD), "utf-8")

    def go(*rows, words=("run", "--full")):
        rows = [{"uuid": uuid, "code": code, "name": name, "template": model} for uuid, code, name, model in rows]
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return command(words[0], str(pipeline), *words[1:])

    return go


def codes(erp, *codes):
    """Give name and id by code, of the products that have one of these codes."""
    domain = [["code", "in", list(codes)], ["active", "in", [True, False]]]
    found = erp.rpc("product.product.search_read", domain, 0, None, None, ["code", "template.name"])
    return {one["code"]: (one["template."]["name"], one["id"]) for one in found}


def test_a_changed_sku_becomes_the_code_of_the_same_product(run, erp):
    first = run(("u-1", "IDN-1", "Lamp", None))
    assert first.code == 0, first.out
    (_, number) = codes(erp, "IDN-1")["IDN-1"]
    done = run(("u-1", "IDN-9", "Lamp", None))
    assert "0 new, 1 updated" in done.out
    assert codes(erp, "IDN-1", "IDN-9") == {"IDN-9": ("Lamp", number)}
    again = run(("u-1", "IDN-9", "Lamp", None))
    assert "1 already up to date" in again.out


def test_a_code_changed_in_tryton_is_followed_and_no_second_product_made(run, erp):
    run(("u-2", "IDN-2", "Bulb", None))
    (_, number) = codes(erp, "IDN-2")["IDN-2"]
    template = erp.rpc("product.product.read", [number], ["template"])[0]["template"]
    erp.rpc("product.template.write", [template], {"code": "THEIRS-2"})
    done = run(("u-2", "IDN-2", "Bulb, bright", None))
    assert "0 new, 1 updated" in done.out, done.out
    assert codes(erp, "IDN-2", "THEIRS-2") == {"THEIRS-2": ("Bulb, bright", number)}
    assert "'IDN-2' is 'THEIRS-2' there" in done.out
    again = run(("u-2", "IDN-2", "Bulb, brighter", None))
    assert "0 new, 1 updated" in again.out, again.out
    assert codes(erp, "IDN-2", "THEIRS-2") == {"THEIRS-2": ("Bulb, brighter", number)}


def test_a_variant_keeps_its_template_and_gets_another_end_of_its_code(run, erp):
    rows = [("u-3", "FAM-A", "Rug", "FAM"), ("u-4", "FAM-B", "Rug", "FAM")]
    assert run(*rows).code == 0
    (_, number) = codes(erp, "FAM-A")["FAM-A"]
    done = run(("u-3", "FAM-X", "Rug", "FAM"), rows[1])
    assert "1 updated" in done.out, done.out
    assert codes(erp, "FAM-A", "FAM-X", "FAM-B")["FAM-X"] == ("Rug", number)
    assert "FAM-A" not in codes(erp, "FAM-A")


def test_a_variant_is_told_where_its_new_code_is_not_below_its_template(run, erp):
    rows = [("u-5", "RUG-A", "Rug", "RUG"), ("u-6", "RUG-B", "Rug", "RUG")]
    assert run(*rows).code == 0
    done = run(("u-5", "MAT-A", "Rug", "RUG"), rows[1])
    assert "it is a variant of the template RUG, with whose code the codes of its variants begin" in done.out
    assert set(codes(erp, "RUG-A", "MAT-A")) == {"RUG-A"}
