"""Product rows of 14 columns: filter, 5 renames, a computed column, a float conversion; CPU against a plain loop.

The baseline of all ratios is plain_rows.py on the same file in the same rounds. `rows_first_fingerprints` is what a
first run into a target with fingerprints costs *more* than the run to CSV, in times of the plain CSV loop;
`rows_unchanged` is the whole of the second run, in times of that loop. What was sent is not kept beside the
fingerprints (`history: {days: 0}`): that is another feature with a price of its own.
"""

import csv
import json
import os
import random
import sys
from pathlib import Path

import pytest

from .measuring import PIMFLOW, in_turn, took

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
ROUNDS = 3
HERE = Path(__file__).parent
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(HERE / "nowhere"), os.environ.get("PYTHONPATH", "")])}
"""Where the plugin `nowhere` is, which is installed nowhere else."""
LOOP = "csv.reader, a list a row, csv.writer"
JSON_LOOP = "csv.reader, a dict a row, json.dumps"
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
    "jsonl": """
      type: files.jsonl
      path: out.jsonl
      record:
        identifier: {from: identifier}
        enabled: true
        family: {from: category}
        values:
          name:
            - {locale: en_US, scope: null, data: {from: name-en_US}}
            - {locale: de_DE, scope: null, data: {from: name-de_DE}}
          description: [{locale: en_US, scope: shop, data: {from: description}}]
          brand: [{locale: null, scope: null, data: {from: brand}}]
          main_colour: [{locale: null, scope: null, data: {from: main_colour}}]
          size: [{locale: null, scope: null, data: {from: size}}]
          weight: [{locale: null, scope: null, data: {amount: {from: weight}, unit: KILOGRAM}}]
          price: [{locale: null, scope: null, data: [{amount: {from: price}, currency: EUR}]}]
          ean: [{locale: null, scope: null, data: {from: ean}}]
          updated: [{locale: null, scope: null, data: {from: updated}}]
          supplier_code: [{locale: null, scope: null, data: {from: supplier_code}}]
          label: [{locale: null, scope: null, data: {from: label}}]
""",
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
        return took([*PIMFLOW, "run", "rows.yaml"], folder, ENVIRONMENT)

    return run


def why(folder):
    """Say where a run of the project in a folder spends its time, in all its threads together."""
    took([sys.executable, str(HERE / "profiled.py"), "run", "rows.yaml"], folder, ENVIRONMENT)
    return (folder / "profile.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "products.csv"
    write_rows(path, ROWS)
    return path


@pytest.fixture(scope="module")
def plain(products):
    def run(form):
        command = [sys.executable, str(HERE / "plain_rows.py"), form, str(products), f"plain.{form}"]
        return lambda: took(command, products.parent).cpu

    return run


def test_rows_to_csv(record, tmp_path, products, plain):
    run = project(tmp_path, "csv", products)
    cpu = in_turn(ROUNDS, pimflow=lambda: run().cpu, plain=plain("csv"))
    assert (tmp_path / "out.csv").read_bytes() == (products.parent / "plain.csv").read_bytes()
    record.ratio("rows_csv", cpu["pimflow"] / cpu["plain"], LOOP, ROUNDS, why(tmp_path))


def test_rows_to_nested_json_lines(record, tmp_path, products, plain):
    run = project(tmp_path, "jsonl", products)
    cpu = in_turn(ROUNDS, pimflow=lambda: run().cpu, plain=plain("jsonl"))
    with (tmp_path / "out.jsonl").open() as ours, (products.parent / "plain.jsonl").open() as theirs:
        for line, other in zip(ours, theirs, strict=True):
            found = json.loads(line)
            amount = found["values"]["price"][0]["data"][0]
            amount["amount"] = float(amount["amount"])  # text, as Akeneo has amounts
            assert found == json.loads(other)
    record.ratio("rows_jsonl", cpu["pimflow"] / cpu["plain"], JSON_LOOP, ROUNDS, why(tmp_path))


def test_rows_into_a_target_whose_records_are_remembered(record, tmp_path, products, plain):
    to_csv, to_target = project(tmp_path / "csv", "csv", products), project(tmp_path / "target", "nowhere", products)

    def forget():
        for left in (tmp_path / "target" / ".pimflow").glob("state.sqlite*"):
            left.unlink()

    def first():
        forget()
        return to_target().cpu

    cpu = in_turn(ROUNDS, plain=plain("csv"), csv=lambda: to_csv().cpu, first=first, unchanged=lambda: to_target().cpu)
    forget()
    more = (cpu["first"] - cpu["csv"]) / cpu["plain"]
    record.ratio("rows_first_fingerprints", more, LOOP, ROUNDS, why(tmp_path / "target"))
    record.ratio("rows_unchanged", cpu["unchanged"] / cpu["plain"], LOOP, ROUNDS, why(tmp_path / "target"))


def test_memory_does_not_grow_with_rows(record, tmp_path, products):
    for name, number in [("peak_mb_100k", 100_000), ("peak_mb_1m", 1_000_000)]:
        folder = tmp_path / name
        folder.mkdir()
        write_rows(folder / "products.csv", number)
        record.megabytes(name, project(folder, "csv")().mb)
