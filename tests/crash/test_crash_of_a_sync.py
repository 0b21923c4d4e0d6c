"""Killed at any moment, the same command again ends as one undisturbed run does.

A fast selection runs with the other tests, everything with `make soak`. Points are drawn from a seed: a failing one is
repeated by its number.
"""

import json
import random
import signal
import sqlite3
from dataclasses import dataclass

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

from ..e2e.conftest import CATALOG, PIPELINE  # noqa: TID252 - tests are no package
from ..started import run as started  # noqa: TID252 - tests are no package
from .stage import CHILD, LONGEST_PAUSE, SEED, quiet

FEW, ALL = 2_500, 5_000
"""Three chunks of rows, with products that wait for others in a later chunk; and with `make soak` all of them."""

CHANGING = {"uuid", "created", "updated", "_links"}


def rows(number):
    """Products with all that can happen to one: bad values, refusals, duplicates, forward references, new keys."""
    for n in range(number):
        key = f"MUG-{n:05}"
        colour = "purple" if n % 20 == 7 else ("red", "blue")[n % 2]
        if n % 100 == 13:
            key = f"bad,{n}"
        if n % 250 == 222:  # in one chunk with the row before, so that the problem names that row
            key = f"MUG-{n - 1:05}"
        related = f"MUG-{min(n + 1200, number - 1):05}" if n % 50 == 3 else ""
        yield f"{key};mugs;cups;Mug {n};{colour};0.{n:05};{related}"


@dataclass(frozen=True)
class End:
    """What is left when all is over: the PIM, what is remembered of it, and what the report counted."""

    products: dict
    records: list
    open_items: list
    counted: int


class Scene:
    """A PIM, and a new project for each try."""

    def __init__(self, pim, folder, number):
        self.pim = pim
        self.folder = folder
        self.number = number
        self.file = folder / "products.csv"
        self.file.write_text("\n".join(["sku;family;category;name;colour;weight;related", *rows(number)]), "utf-8")
        self.tries = 0

    def project(self):
        """Begin anew, with an empty PIM."""
        self.pim.reset()
        self.tries += 1
        folder = self.folder / str(self.tries)
        folder.mkdir()
        text = PIPELINE.format(url=self.pim.url).replace("products.csv", str(self.file))
        text = text.replace("colour: colour", "colour: colour\n          X_SELL-products: related")
        (folder / "pipeline.yaml").write_text(text + "    once: [family]\n", "utf-8")
        return folder

    def run(self, folder, point=0, pause=0.0):
        """Run in a process of its own; give its exit code and, where it lived, its report."""
        done = started([CHILD, point, pause, folder / "points.txt", "run", "pipeline.yaml", "--json"], folder)
        report = json.loads(done.stdout)["flows"][0] if done.returncode == 0 else None
        assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
        return done.returncode, report

    def products(self):
        """Give the products of the PIM by identifier, without what differs from run to run."""
        found, times = {}, 0
        with httpx.Client(base_url=self.pim.url, trust_env=False) as client:
            who = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
            token = client.post("/api/oauth/v1/token", json=who, auth=("sandbox", "sandbox")).json()["access_token"]
            query = "/api/rest/v1/products?limit=100&pagination_type=search_after"
            while query:
                page = client.get(query, headers={"Authorization": f"Bearer {token}"}).json()
                for one in page["_embedded"]["items"]:
                    times += 1
                    found[one["identifier"]] = {name: value for name, value in one.items() if name not in CHANGING}
                query = page["_links"].get("next", {}).get("href", "")
        assert len(found) == times, "an identifier was given twice"
        return found

    def end(self, folder, report):
        with sqlite3.connect(folder / ".pimflow" / "state.sqlite") as state:
            kept = (
                "SELECT resource, key, fingerprint, names FROM records LEFT JOIN column_sets ON id = columns "
                "ORDER BY resource, key"
            )
            items = (
                "SELECT resource, key, row, status IN ('created', 'updated', 'unchanged'), problems, told, fingerprint "
                "FROM open_items ORDER BY resource, key"
            )
            found = state.execute(kept).fetchall(), state.execute(items).fetchall()
        state.close()
        return End(self.products(), *found, sum(report["counts"].values()))


@pytest.fixture(scope="module")
def scene(tmp_path_factory, request):
    catalog = {**CATALOG, "association_types": [{"code": "X_SELL", "labels": {}}]}
    with serve(catalog) as pim:
        yield Scene(pim, tmp_path_factory.mktemp("crashes"), request.param)


@pytest.fixture(scope="module")
def undisturbed(scene):
    folder = scene.project()
    _, report = scene.run(folder)
    points = int((folder / "points.txt").read_text())
    end = scene.end(folder, report)
    assert len(end.products) > 0.95 * scene.number
    assert {"created", "refused"} <= report["counts"].keys()
    return end, points


def differences(one, other):
    """Give the first of what only one of two ends has."""
    found = [(one.counted, other.counted)] if one.counted != other.counted else []
    for these, those in ((one.products.items(), other.products.items()), (one.records, other.records)):
        found += [thing for thing in these if thing not in those] if these != those else []
    for these, those in ((one.open_items, other.open_items), (other.open_items, one.open_items)):
        found += [thing for thing in these if thing not in those]
    return found[:5]


def crash(scene, undisturbed, number):
    end, points = undisturbed
    drawn = random.Random(SEED + number)
    point, pause = drawn.randint(1, points), drawn.uniform(0, LONGEST_PAUSE)
    folder = scene.project()
    code, report = scene.run(folder, point, pause)
    if code == 0:
        pytest.skip(f"this run had less than {point} points")
    quiet(scene.pim)
    before = scene.products()
    _, report = scene.run(folder)
    assert differences(scene.end(folder, report), end) == [], f"point {point}, pause {pause}"
    assert report["counts"].get("created", 0) == len(end.products) - len(before)
    _, again = scene.run(folder)
    assert not {"created", "updated", "failed", "unknown"} & again["counts"].keys()
    assert differences(scene.end(folder, again), end) == []


@pytest.mark.parametrize("scene", [FEW], indirect=True)
@pytest.mark.parametrize("number", range(5))
def test_a_killed_sync_ends_as_an_undisturbed_one(scene, undisturbed, number):
    crash(scene, undisturbed, number)


@pytest.mark.soak
@pytest.mark.parametrize("scene", [ALL], indirect=True)
@pytest.mark.parametrize("number", range(5, 105))
def test_a_killed_sync_ends_as_an_undisturbed_one_at_any_point(scene, undisturbed, number):
    crash(scene, undisturbed, number)
