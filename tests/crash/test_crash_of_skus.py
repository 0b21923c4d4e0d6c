"""Products of the PIM get their SKUs, killed at any moment: what one has it keeps, and no number is left out."""

import random

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ..e2e.conftest import CATALOG  # noqa: TID252 - tests are no package
from .stage import LONGEST_PAUSE, SEED, Stage, quiet, sent

PRODUCTS = 1200
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
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
    sku: {{from: pimflow, pattern: "{{family}}-{{sequence:06d}}", start: 1000}}
    sink: {{type: akeneo.products, connection: pim}}
"""
FAST, ALL = 1, 60


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A stage, and the SKUs that an undisturbed run gives."""
    with serve(CATALOG) as pim:
        stage = Stage(tmp_path_factory.mktemp("stage"), [pim], ("run", "pipeline.yaml"))
        stage.start.mkdir()
        (stage.start / "pipeline.yaml").write_text(PIPELINE.format(url=pim.url), "utf-8")
        uuids = (f"0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{n:04x}" for n in range(PRODUCTS))
        pim.seed({"products": [{"uuid": uuid, "family": "mugs"} for uuid in uuids]})
        pim.seed({"products": [{"identifier": f"mugs-{n:06}", "family": "mugs"} for n in range(1001, 2200, 9)]})
        stage.keep()
        folder = stage.project()
        stage.run(folder, *stage.command)
        stage.points = int((folder / "points.txt").read_text())
        yield stage, skus(pim)


def skus(pim):
    return {uuid: product.identifier for uuid, product in pim.store.products.items()}


def crash(stage, wanted, number):
    drawn = random.Random(SEED + number)
    point, pause = drawn.randint(1, stage.points), drawn.uniform(0, LONGEST_PAUSE)
    folder, (pim,) = stage.project(), stage.pims
    stage.run(folder, *stage.command, point=point, pause=pause)
    quiet(pim)
    told = f"number {number}: point {point} of {stage.points}, pause {pause}"
    before = {uuid: sku for uuid, sku in skus(pim).items() if sku}
    assert stage.run(folder, *stage.command), told
    after = skus(pim)
    assert sorted(after.values()) == sorted(wanted.values()), told
    assert before.items() <= after.items(), told
    assert not any(sent(stage.run(folder, *stage.command)).values()), told
    assert skus(pim) == after, told


@pytest.mark.parametrize("number", range(FAST))
def test_each_product_has_one_sku_and_none_is_left_out(scene, number):
    crash(*scene, number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(FAST, ALL))
def test_each_product_has_one_sku_and_none_is_left_out_at_any_point(scene, number):
    crash(*scene, number)
