"""Many products into a PIM that answers at once: `make bench-scale`, after scale.py.

The PIM is the sandbox, in a process of its own whose memory and time are told apart: it keeps every product in memory.
SCALE_PIM says which numbers: `SCALE_PIM=100000,1000000`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.bench_push import PIPELINE
from tests.bench.figures import PAGE
from tests.bench.measuring import PIMFLOW, took
from tests.bench.pim import Pim, model, pim, write_products

RESULTS = Path(__file__).parent / "scale_pim.json"
BEGIN, END = "<!-- figures of scale_pim: begin -->", "<!-- figures of scale_pim: end -->"
RUNS = {
    "first": "the first import, of everything",
    "unchanged": "everything again, nothing changed",
    "delta": "everything again, one in a hundred changed",
}


@dataclass(frozen=True)
class Measured:
    """One run: seconds of wall clock and of processor time, MB at the peak, MB of the state after it; and the PIM's."""

    products: int
    run: str
    wall: float
    cpu: float
    mb: float
    state_mb: float
    pim_cpu: float
    pim_mb: float
    calls: int


def measured(number: int, folder: Path, served: Pim) -> Iterator[Measured]:
    """Import so many products, and measure the runs one after the other."""
    (folder / "pipeline.yaml").write_text(PIPELINE.format(url=served.url), "utf-8")
    for run in RUNS:
        write_products(folder / "products.csv", number, number // 100 if run == "delta" else 0)
        cpu, calls = served.cpu(), served.written()
        taken = took([*PIMFLOW, "run", "pipeline.yaml"], folder)
        told = (folder / "output.txt").read_text("utf-8").splitlines()[0]
        size = sum(file.stat().st_size for file in (folder / ".pimflow").glob("state.sqlite*")) / 1e6
        found = Measured(
            number,
            run,
            round(taken.wall, 1),
            round(taken.cpu, 1),
            round(taken.mb, 1),
            round(size, 1),
            round(served.cpu() - cpu, 1),
            round(served.process.memory_info().rss / 1e6),
            served.written() - calls,
        )
        sys.stdout.write(f"{found}: {told}\n")
        sys.stdout.flush()
        yield found


def shown(results: Mapping[str, Mapping[str, object]]) -> str:
    """Give what was measured as a table."""
    lines = [
        "| Products | Run | Wall clock | Processor time | for 100,000 | Most memory | State after it | The PIM's own |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in (Measured(**found) for found in results.values()):  # type: ignore[arg-type]
        time = f"{one.wall:.0f} s | {one.cpu:.0f} s | {one.cpu / one.products * 1e5:.1f} s"
        theirs = f"{one.pim_cpu:.0f} s, {one.pim_mb:.0f} MB"
        lines.append(
            f"| {one.products:,} | {RUNS[one.run]} | {time} | {one.mb:.0f} MB | {one.state_mb:.0f} MB | {theirs} |"
        )
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
    """Measure all numbers, each with a PIM of its own."""
    for number in os.environ.get("SCALE_PIM", "100000,1000000").split(","):
        with tempfile.TemporaryDirectory() as name, pim(Path(name), model()) as served:
            for found in measured(int(number), Path(name), served):
                keep(found)


if __name__ == "__main__":
    main()
