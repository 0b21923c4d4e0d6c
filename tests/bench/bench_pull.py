"""Products of 12 values out of the PIM into a CSV file, one page after the other and in four parts at once.

The sandbox answers a page of 100 after 100 ms, and refuses what is more than four calls at once. The baseline of both
is pull_loop.py, which reads one page after the other, in the same rounds.
"""

import csv
import os
import statistics
import sys
from pathlib import Path

from .measuring import PIMFLOW, took
from .pim import CONNECTION, model, pim, rows
from .push_loop import line

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "50000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HERE = Path(__file__).parent
LOOP = "sequential loop"
PIPELINE = f"""\
version: 1
connections:
  {CONNECTION}
flows:
  products:
    source: {{{{type: akeneo.products, connection: pim{{options}}}}}}
    transforms:
      - map:
          identifier: identifier
          family: family
          categories: categories
          brand: brand
          colour: colour
          description-en_US: description-en_US
          ean: ean
          name-de_DE: name-de_DE
          name-en_US: name-en_US
          origin: origin
          pieces: pieces
          released: released
          supplier: supplier
          washable: washable
          weight: weight
          weight-unit: weight-unit
    sink: {{{{type: files.csv, path: out.csv, delimiter: ","}}}}
"""


def project(folder, served, options):
    folder.mkdir()
    (folder / "pipeline.yaml").write_text(PIPELINE.format(url=served.url, options=options), "utf-8")
    return folder


def pulled(path):
    with path.open(newline="", encoding="utf-8") as file:
        return sorted(csv.reader(file))


def pull(folder, served, theirs):
    """Read everything once; the rows are those that the loop gave, and the sandbox is not what all wait for."""
    before = served.cpu()
    taken = took([*PIMFLOW, "run", "pipeline.yaml", "--full"], folder)
    assert served.calls()["429"] == 0
    assert served.cpu() - before < taken.wall * 0.9
    assert pulled(folder / "out.csv") == theirs
    return taken


def why(folder):
    """Say where a read spends its time, in all its threads together."""
    took([sys.executable, str(HERE / "profiled.py"), "run", "pipeline.yaml", "--full"], folder)
    return (folder / "profile.txt").read_text("utf-8")


def test_products_out_of_the_pim(record, tmp_path):
    products = [line(row) for row in rows(PRODUCTS)]
    with pim(tmp_path, model() | {"products": products}, latency_ms=100, concurrency=4) as served:
        one = project(tmp_path / "one", served, "")
        four = project(tmp_path / "four", served, ", partitions: family")
        pull_ratios, four_ratios = [], []
        for _ in range(ROUNDS):
            loop = [sys.executable, str(HERE / "pull_loop.py"), served.url, "plain.csv"]
            plain = took(loop, tmp_path)
            theirs = pulled(tmp_path / "plain.csv")
            assert len(theirs) == PRODUCTS + 1
            pull_ratios.append(pull(one, served, theirs).wall / plain.wall)
            four_ratios.append(pull(four, served, theirs).wall / plain.wall)
        record.ratio("pull", statistics.median(pull_ratios), LOOP, ROUNDS, why(one))
        record.ratio("pull_four", statistics.median(four_ratios), LOOP, ROUNDS, why(four))
