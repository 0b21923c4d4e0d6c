"""Products that a served Odoo numbers, in runs that are killed: each ends once there, with one number on both sides.

A few points run with the other tests; all of them with `make soak`.
"""

import copy
import itertools
import json
import random
import signal

import pytest

from pimflow_akeneo_sandbox.serve import serve as serve_pim

from ..e2e.conftest import CATALOG  # noqa: TID252 - tests are no package
from ..plugins.odoo.conftest import fill  # noqa: TID252
from ..plugins.odoo.odoo_database import Erp  # noqa: TID252
from ..plugins.odoo.odoo_server import serve  # noqa: TID252
from ..plugins.odoo.test_odoo_numbers import NAMES, World, born, uuid  # noqa: TID252
from ..started import run as started  # noqa: TID252
from .stage import CHILD, LONGEST_PAUSE, SEED, quiet

FAST, PARTS = (0.3, 0.55, 0.75), 12
"""How far a run is when it is killed: products are being made, are made and not yet kept, come back."""


class Killed:
    """Runs in processes of their own, one of which kills itself, from the same start each time."""

    def __init__(self, folder, pim, erp):
        self.folder, self.pim, self.erp = folder, pim, erp
        self.world = World(folder, pim, erp, None)
        pim.seed({"products": [born(number, name, f"{name}, deutsch") for number, name in enumerate(NAMES)]})
        self.start = copy.deepcopy((pim.store, erp.data))
        self.again(0)
        self.points = int((folder / "0" / "points.txt").read_text())

    def again(self, point, pause=0.0):
        """Put everything back as it was, run, and give how the process ended."""
        self.pim.sandbox.store, self.erp.data = copy.deepcopy(self.start)
        self.erp.numbers = itertools.count(1)
        self.place = self.folder / str(point)
        self.place.mkdir()
        (self.place / "pipeline.yaml").write_text(self.world.file.read_text("utf-8"), "utf-8")
        return self.run(point, pause)

    def run(self, point=0, pause=0.0):
        words = [CHILD, point, pause, self.place / "points.txt", "run", "pipeline.yaml", "--json"]
        done = started(words, self.place)
        assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else None


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    with serve(fill(Erp(sequence="P"))) as erp, serve_pim(CATALOG) as pim:
        yield Killed(tmp_path_factory.mktemp("killed"), pim, erp)


def crash(killed, point):
    pause = random.Random(SEED + point).uniform(0, LONGEST_PAUSE)
    told = f"point {point} of {killed.points}, pause {pause}"
    assert killed.again(point, pause) is None, told
    quiet(killed.pim)
    before = killed.world.references()
    assert killed.run(), told
    found = killed.world.references()
    assert [name for name, _ in found] == sorted(NAMES), told
    assert before == [one for one in found if one in before], told
    skus = killed.world.skus()
    assert [(NAMES[n], skus[uuid(n)]) for n in (1, 0, 2)] == found, told
    third = killed.run()
    assert not any(flow["counts"].get(done) for flow in third["flows"][:2] for done in ("created", "updated")), told


@pytest.mark.parametrize("far", FAST)
def test_a_run_that_is_killed_leaves_each_product_once_with_one_number(killed, far):
    crash(killed, int(far * killed.points))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_that_is_killed_at_any_point_leaves_each_product_once(killed, part):
    taken = {int(far * killed.points) for far in FAST}
    for point in [one for one in range(part + 1, killed.points + 1, PARTS) if one not in taken]:
        crash(killed, point)
