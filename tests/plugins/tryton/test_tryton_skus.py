"""Products made in the PIM get a SKU that a live Tryton does not have either, and go there under it."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...e2e.conftest import CATALOG, command  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD

__all__ = ["command"]
pytestmark = pytest.mark.slow

PIPELINE = """\
version: 1
connections:
  erp: {{type: tryton, url: "{erp}", database: erp, username: admin, password: "{password}"}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  numbers:
    entity: product
    identity: uuid
    source: {{type: akeneo.products, connection: pim, by_uuid: true, attributes: []}}
    transforms:
      - filter: {{field: identifier, present: false}}
      - map: {{uuid: uuid, identifier: identifier}}
    mode: update
    diff: target
    on_missing: ignore
    sku: {{from: pimflow, pattern: "BORN-{{sequence:04d}}", also_free_in: [erp]}}
    sink: {{type: akeneo.products, connection: pim}}
  hand_over:
    needs: [numbers]
    source: {{type: akeneo.products, connection: pim, attributes: [name]}}
    transforms:
      - map: {{code: identifier, name: name-en_US, default_uom: {{constant: u}}}}
    guards: {{first_import: allow}}
    sink: {{type: tryton.products, connection: erp}}
"""


def test_a_product_of_the_pim_gets_a_sku_that_neither_side_has_and_goes_to_the_erp(tmp_path, erp, command):
    uuid = "0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b0001"
    file = tmp_path / "pipeline.yaml"
    with serve(CATALOG) as pim:
        file.write_text(PIPELINE.format(erp=erp.url, password=PASSWORD, pim=pim.url), "utf-8")
        old = ["BORN-0001", "BORN-0002"]
        pim.seed({"products": [{"identifier": code, "family": "mugs", "values": named(code)} for code in old]})
        first = command("run", str(file))
        assert first.code == 0, first.out
        pim.reset()  # from here on Tryton alone has them
        pim.seed({"products": [{"uuid": uuid, "family": "mugs", "values": named("Mug")}]})
        ran = command("run", str(file), "--full")
        assert ran.code == 0, ran.out
        assert pim.store.products[uuid].identifier == "BORN-0003"
    assert "1 new" in ran.out
    assert [erp.product(code, "name")["name"] for code in (*old, "BORN-0003")] == [*old, "Mug"]


def named(text):
    return {"name": [{"locale": "en_US", "scope": None, "data": text}]}
