"""Eight processes number the same products at once, killed at any moment: no SKU twice, none for a product twice."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from pimflow.state.place import ServerState

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")


def weather(state, folder, products, seconds):
    address = state.url if isinstance(state, ServerState) else str(state)
    folder.mkdir()
    told = subprocess.run(
        [sys.executable, Path(__file__).with_name("sku_storm.py"), address, folder, str(products), str(seconds)],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    assert (told.returncode, told.stderr) == (0, "")
    known = dict(line.split("\t") for line in told.stdout.splitlines())
    used = defaultdict(set)
    for log in folder.glob("log-*"):
        for line in log.read_text().splitlines(keepends=True):
            if line.endswith("\n"):  # the last one of a killed process may be half of one
                product, number = line.rstrip().split("\t")
                used[product].add(number)
    assert all(len(numbers) == 1 for numbers in used.values()), "a product got a second SKU"
    assert all(known[product] == number for product, (number,) in used.items())
    assert len(set(known.values())) == len(known), "two products got one SKU"
    for product, (number,) in used.items():
        assert (folder / number).read_text() in {product, ""}, "a SKU of somebody else was given"
    return len(used)


def test_no_sku_is_given_twice_while_processes_are_killed(state, tmp_path):
    assert weather(state, tmp_path / "target", 1000, 5) > 100


@pytest.mark.soak
def test_all_of_a_thousand_products_get_theirs(state, tmp_path):
    assert weather(state, tmp_path / "target", 1000, 120) == 1000
