"""Products of 12 values into the PIM: first all, then none, then one in a hundred; against a hand-written loop.

The sandbox answers a bulk call after 50 ms and 2 ms more a line, the slow one after 200 ms and 30 ms more a line, and
refuses what is more than four calls at once. The loop is push_loop.py, in the same rounds.
"""

import os
import shutil
import statistics
import sys
from pathlib import Path

import pytest

from .measuring import PIMFLOW, took
from .pim import CONNECTION, model, pim, write_products

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HERE = Path(__file__).parent
LOOP = "asyncio loop with 4 lanes"
PIPELINE = f"""\
version: 1
connections:
  {CONNECTION}
flows:
  products:
    source: {{{{type: files.csv, path: products.csv}}}}
    transforms:
      - map:
          identifier: sku
          family: family
          categories: category
          name-en_US: name_en
          name-de_DE: name_de
          description-en_US: text_en
          weight: {{{{from: weight, unit: KILOGRAM}}}}
          others: same_code
    sink: {{{{type: akeneo.products, connection: pim}}}}
"""
OURS, THEIRS = [*PIMFLOW, "run", "pipeline.yaml"], [sys.executable, str(HERE / "push_loop.py")]


def project(folder, served):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "pipeline.yaml").write_text(PIPELINE.format(url=served.url), "utf-8")
    write_products(folder / "products.csv", PRODUCTS)
    return folder


def first(folder, served, command):
    """Push all into an empty PIM; the sandbox must not be what all wait for."""
    served.reset()
    before = served.cpu()
    taken = took(command, folder)
    assert served.calls()["429"] == 0
    assert served.cpu() - before < taken.wall / 2
    return taken


def again(folder, served, command, changed, calls):
    """Push what changed, in so many calls that write."""
    write_products(folder / "products.csv", PRODUCTS, changed)
    before = served.written()
    taken = took(command, folder)
    assert served.written() - before == calls
    return taken


def why(folder, served):
    """Say where a first run spends its time, in all its threads together."""
    served.reset()
    project(folder, served)
    took([sys.executable, str(HERE / "profiled.py"), "run", "pipeline.yaml"], folder)
    return (folder / "profile.txt").read_text("utf-8")


@pytest.fixture
def served(request, tmp_path):
    with pim(tmp_path, model(), concurrency=4, **request.param) as served:
        yield served


@pytest.mark.parametrize("served", [{"latency_ms": 50, "latency_per_line_ms": 2}], indirect=True)
def test_products_into_the_pim(record, tmp_path, served):
    wall, cpu, unchanged = [], [], []
    for _ in range(ROUNDS):
        theirs = project(tmp_path / "theirs", served)
        loop = [*THEIRS, served.url, "products.csv", "hashes.json"]
        plain = first(theirs, served, loop)
        plain_again = again(theirs, served, loop, 0, 0)
        ours = project(tmp_path / "ours", served)
        taken = first(ours, served, OURS)
        taken_again = again(ours, served, OURS, 0, 0)
        again(ours, served, OURS, PRODUCTS // 100, -(-PRODUCTS // 10_000))
        wall.append(taken.wall / plain.wall)
        cpu.append(taken.cpu / plain.cpu)
        unchanged.append(taken_again.cpu / plain_again.cpu)
    told = why(tmp_path / "ours", served)
    record.ratio("push", statistics.median(wall), LOOP, ROUNDS, told)
    record.ratio("push_cpu", statistics.median(cpu), LOOP, ROUNDS, "The profile of `push` tells it as well.")
    record.ratio("push_unchanged", statistics.median(unchanged), f"{LOOP}, its own hash check", ROUNDS)


@pytest.mark.parametrize("served", [{"latency_ms": 200, "latency_per_line_ms": 30}], indirect=True)
def test_products_into_a_slow_pim(record, tmp_path, served):
    wall = []
    for _ in range(ROUNDS):
        loop = [*THEIRS, served.url, "products.csv", "hashes.json"]
        plain = first(project(tmp_path / "theirs", served), served, loop)
        wall.append(first(project(tmp_path / "ours", served), served, OURS).wall / plain.wall)
    record.ratio("push_slow_pim", statistics.median(wall), LOOP, ROUNDS)
