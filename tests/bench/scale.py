"""One machine, many products: `make bench-scale`. Time, memory and size of the state by the number of products.

Products of 14 columns come from a table of a database that tells what changed, and go to a target that answers at once
and keeps nothing, so that all that is measured is pimflow's. SCALE says which numbers: `SCALE=100000,1000000`.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import PAGE
from tests.bench.measuring import PIMFLOW, took

HERE = Path(__file__).parent
RESULTS = HERE / "scale.json"
BEGIN, END = "<!-- figures of make bench-scale: begin -->", "<!-- figures of make bench-scale: end -->"
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(HERE / "nowhere"), os.environ.get("PYTHONPATH", "")])}
PIPELINE = """\
version: 1
name: scale
connections:
  erp: {type: sql, url: "sqlite:///erp.db"}
flows:
  products:
    source: {type: sql.query, connection: erp, table: products, cursor: changed, overlap: 0}
    transforms:
      - filter: {field: status, equals: active}
      - compute: {label: brand ~ " " ~ name}
      - map: {identifier: sku, name-en_US: name, name-de_DE: name_de, main_colour: colour, others: same_code}
      - convert: {price: number}
    sink: {type: nowhere.products}
"""
COLUMNS = (
    *("id INTEGER PRIMARY KEY", "sku TEXT", "name TEXT", "name_de TEXT", "description TEXT", "brand TEXT"),
    *("category TEXT", "colour TEXT", "size TEXT", "weight TEXT", "price TEXT", "ean TEXT", "status TEXT"),
    "changed INTEGER",
)
RUNS = {
    "first": "the first run, of everything",
    "unchanged": "everything again, nothing changed (`run --full`)",
    "delta": "one in a hundred changed, read as changes",
    "quiet": "nothing changed, read as changes",
}


@dataclass(frozen=True)
class Measured:
    """One run: seconds of wall clock and of processor time, MB at the peak, MB of the state after it."""

    products: int
    run: str
    wall: float
    cpu: float
    mb: float
    state_mb: float


def rows(number: int) -> Iterator[tuple[object, ...]]:
    """Give products whose texts are as long as those of real catalogues."""
    dice = random.Random(7)
    colours, sizes = ["red", "anthracite", "sky blue", "white"], ["S", "M", "L", "XL", "40x60 cm"]
    for one in range(number):
        yield (
            *(one, f"SKU-{one:07}", f"Office chair model {one % 977}", f"B\u00fcrostuhl Modell {one % 977}"),
            "Seat height adjustable, five castors, fabric cover, tested to 120 kg",
            *(f"Brand {one % 83}", "chairs", dice.choice(colours), dice.choice(sizes)),
            *(f"{dice.randrange(100, 9000) / 1000:.3f}", f"{dice.randrange(1, 900)}.{dice.randrange(1, 99):02}"),
            *(f"{4000000000000 + one}", "active", one),
        )


def measured(number: int, folder: Path) -> Iterator[Measured]:
    """Make a project of so many products, and measure its runs one after the other."""
    (folder / "scale.yaml").write_text(PIPELINE, "utf-8")
    erp = sqlite3.connect(folder / "erp.db")
    with erp:
        erp.execute(f"CREATE TABLE products ({', '.join(COLUMNS)})")
        erp.executemany(f"INSERT INTO products VALUES ({', '.join('?' * len(COLUMNS))})", rows(number))
        erp.execute("CREATE INDEX products_changed ON products (changed)")
    for run, words in [("first", ()), ("unchanged", ("--full",)), ("delta", ()), ("quiet", ())]:
        if run == "delta":
            with erp:
                erp.execute("UPDATE products SET price = price + 1, changed = id + ? WHERE id % 100 = 0", [number])
        taken = took([*PIMFLOW, "run", "scale.yaml", *words], folder, ENVIRONMENT)
        told = (folder / "output.txt").read_text("utf-8").splitlines()[0]
        size = sum(file.stat().st_size for file in (folder / ".pimflow").glob("state.sqlite*")) / 1e6
        sys.stdout.write(
            f"{taken.wall:.0f} s, {taken.cpu:.0f} s of CPU, {taken.mb:.0f} MB, state {size:.0f} MB: {told}\n"
        )
        sys.stdout.flush()
        yield Measured(number, run, round(taken.wall, 2), round(taken.cpu, 2), round(taken.mb, 1), round(size, 1))
    erp.close()


def shown(results: Mapping[str, Mapping[str, object]]) -> str:
    """Give what was measured as a table."""
    lines = [
        "| Products | Run | Processor time | for 100,000 | Most memory | State after it |",
        "|---|---|---|---|---|---|",
    ]
    for one in (Measured(**found) for found in results.values()):  # type: ignore[arg-type]
        time = f"{one.cpu:.0f} s | {one.cpu / one.products * 1e5:.1f} s"
        lines.append(f"| {one.products:,} | {RUNS[one.run]} | {time} | {one.mb:.0f} MB | {one.state_mb:.0f} MB |")
    return "\n".join(lines)


def keep(found: Measured) -> None:
    """Keep a figure, and write the table of the page anew."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[f"{found.products:09} {list(RUNS).index(found.run)}"] = asdict(found)
    kept = dict(sorted(kept.items()))
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{shown(kept)}\n\n{END}{after}", "utf-8")


def main() -> None:
    """Measure all numbers."""
    for number in os.environ.get("SCALE", "100000,300000,1000000").split(","):
        with tempfile.TemporaryDirectory() as folder:
            for found in measured(int(number), Path(folder)):
                keep(found)


if __name__ == "__main__":
    main()
