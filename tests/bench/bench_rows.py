"""Product rows of 14 columns: filter, 5 renames, a computed column, a float conversion; CPU against a plain loop.

The baseline of all ratios is plain_rows.py on the same file in the same rounds. `rows_first_fingerprints` is what a
first run into a target with fingerprints costs *more* than the run to CSV, in times of the plain CSV loop;
`rows_unchanged` is the whole of the second run, in times of that loop. What was sent is not kept beside the
fingerprints (`history: {days: 0}`): that is another feature with a price of its own.
"""

import csv
import os
import random
import sys
from pathlib import Path

import pytest

from .measuring import PIMFLOW, in_turn, took

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
ROUNDS = 3
HERE = Path(__file__).parent
LOOP = "csv.reader, a list a row, csv.writer"
PIPELINE = """\
version: 1
name: rows
history: {days: 0}
flows:
  products:
    source: {type: files.csv, path: products.csv}
    transforms:
      - filter: {field: status, equals: active}
      - compute: {label: brand ~ " " ~ name}
      - map:
          identifier: sku
          name-en_US: name
          name-de_DE: name_de
          main_colour: colour
          supplier_code: supplier
          others: same_code
      - convert: {price: number}
"""
SINKS = {
    "csv": '{type: files.csv, path: out.csv, delimiter: ","}',
    "nowhere": "{type: nowhere.products}",
}


def write_rows(path, rows):
    """Write rows whose texts are as long as those of real catalogues, one in ten of them inactive."""
    dice = random.Random(7)
    colours, sizes = ["red", "anthracite", "sky blue", "white"], ["S", "M", "L", "XL", "40x60 cm"]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            [
                "sku",
                "name",
                "name_de",
                "description",
                "brand",
                "category",
                "colour",
                "size",
                "weight",
                "price",
                "ean",
                "status",
                "updated",
                "supplier",
            ]
        )
        for number in range(rows):
            price = f"{dice.randrange(1, 900)}.{dice.randrange(1, 99):02}"
            status = "active" if dice.random() < 0.9 else "archived"
            out.writerow(
                [
                    *(
                        f"SKU-{number:07}",
                        f"Office chair model {number % 977}",
                        f"B\u00fcrostuhl Modell {number % 977}",
                    ),
                    *("Seat height adjustable, five castors, fabric cover, tested to 120 kg", f"Brand {number % 83}"),
                    *("chairs", dice.choice(colours), dice.choice(sizes), f"{dice.randrange(100, 9000) / 1000:.3f}"),
                    *(price, f"{4000000000000 + number}", status, "2026-01-31", f"SUP-{number % 311:04}"),
                ]
            )


def project(folder, sink, rows=None):
    """Make a project that brings the rows to a sink; give what runs it once."""
    folder.mkdir(exist_ok=True)
    (folder / "rows.yaml").write_text(PIPELINE + f"    sink: {SINKS[sink]}\n", "utf-8")
    if rows is not None:
        (folder / "products.csv").unlink(missing_ok=True)
        (folder / "products.csv").symlink_to(rows)

    def run():
        return took(
            [*PIMFLOW, "run", "rows.yaml"],
            folder,
            {"PYTHONPATH": os.pathsep.join([str(HERE / "nowhere"), os.environ.get("PYTHONPATH", "")])},
        )

    return run


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "products.csv"
    write_rows(path, ROWS)
    return path


@pytest.fixture(scope="module")
def plain(products):
    command = [sys.executable, str(HERE / "plain_rows.py"), str(products), "plain.csv"]
    return lambda: took(command, products.parent).cpu


def test_rows_to_csv(record, tmp_path, products, plain):
    run = project(tmp_path, "csv", products)
    cpu = in_turn(ROUNDS, pimflow=lambda: run().cpu, plain=plain)
    assert (tmp_path / "out.csv").read_bytes() == (products.parent / "plain.csv").read_bytes()
    record.ratio("rows_csv", cpu["pimflow"] / cpu["plain"], LOOP, ROUNDS)


def test_rows_into_a_target_whose_records_are_remembered(record, tmp_path, products, plain):
    to_csv, to_target = project(tmp_path / "csv", "csv", products), project(tmp_path / "target", "nowhere", products)

    def first():
        for left in (tmp_path / "target" / ".pimflow").glob("state.sqlite*"):
            left.unlink()
        return to_target().cpu

    cpu = in_turn(ROUNDS, plain=plain, csv=lambda: to_csv().cpu, first=first, unchanged=lambda: to_target().cpu)
    record.ratio("rows_first_fingerprints", (cpu["first"] - cpu["csv"]) / cpu["plain"], LOOP, ROUNDS)
    record.ratio("rows_unchanged", cpu["unchanged"] / cpu["plain"], LOOP, ROUNDS)


def test_memory_does_not_grow_with_rows(record, tmp_path, products):
    for name, number in [("peak_mb_100k", 100_000), ("peak_mb_1m", 1_000_000)]:
        folder = tmp_path / name
        folder.mkdir()
        write_rows(folder / "products.csv", number)
        record.megabytes(name, project(folder, "csv")().mb)
