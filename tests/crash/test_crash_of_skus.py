"""Products of the PIM get their SKUs, killed at any moment: what one has it keeps, and no number is left out."""

import os
import random
import subprocess
import sys
import time

import pytest

from pimflow.state.place import ServerState
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


@pytest.mark.soak
def test_eight_pipelines_that_number_the_same_products_give_each_one_sku(state, tmp_path):
    choice, place = random.Random(SEED), state.url if isinstance(state, ServerState) else str(state)
    env = os.environ | {"PIMFLOW_STATE": place}

    def begin(name):
        command = [sys.executable, "-m", "pimflow", "run", f"{name}.yaml", "--full"]
        return subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    with serve(CATALOG) as pim:
        uuids = [f"0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{n:04x}" for n in range(1000)]
        pim.seed({"products": [{"uuid": uuid, "family": "mugs"} for uuid in uuids]})
        for n in range(8):
            (tmp_path / f"p{n}.yaml").write_text(PIPELINE.format(url=pim.url), "utf-8")
        running = {f"p{n}": begin(f"p{n}") for n in range(8)}
        met: dict[str, str] = {}
        end = time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(choice.uniform(0.2, 1))
            name = choice.choice(sorted(running))
            running[name].kill()
            running[name].wait()
            running[name] = begin(name)
            now = {uuid: sku for uuid, sku in skus(pim).items() if sku}
            assert met.items() <= now.items(), "a product got a second SKU"
            met = now
        codes = [one.wait(timeout=300) for one in running.values()]
        last = begin("p0")
        assert (last.wait(timeout=300), set(codes) <= {0, 3, 4}) == (0, True)
        given = skus(pim)
    assert met.items() <= given.items()
    assert None not in given.values()
    assert len(set(given.values())) == len(given) == 1000
