"""Draws the pictures of reports.

    python docs/draw_report.py

`images/report.svg` is the report of a real run of the sample `files_to_akeneo`, cut after its first causes; a test
holds it against a fresh run. `images/born_report.svg` and `images/born_products.svg` are what the sample
`pim_first_tryton` expects in its folder: the report of its first run, and what the product manager then sees.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.log import configure_console
from pimflow.plugins import create_registry
from pimflow.report import report_text
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state.database import open_database
from pimflow_akeneo.provisioning.calling import HAND_OVER
from pimflow_akeneo_sandbox.serve import serve

DOCS = Path(__file__).parent
PICTURE = DOCS / "images" / "report.svg"
SAMPLE = DOCS.parent / "sample_pipelines" / "files_to_akeneo"
BORN = DOCS.parent / "sample_pipelines" / "pim_first_tryton"
BORN_REPORT, BORN_PRODUCTS = DOCS / "images" / "born_report.svg", DOCS / "images" / "born_products.svg"
CAUSES = 6
_WIDTH = 104


def report_of_the_sample() -> str:
    """Run a copy of the sample against a sandbox of its own and give the text of the report."""
    with tempfile.TemporaryDirectory() as folder, serve(SAMPLE / "catalog.json") as sandbox:
        copy = Path(shutil.copytree(SAMPLE, Path(folder, "sample")))
        names = [line.partition("=")[0] for line in (copy / "sandbox.env").read_text("utf-8").splitlines()]
        os.environ.update(dict.fromkeys((name for name in names if name.startswith("AKENEO")), "sandbox"))
        os.environ["AKENEO_URL"] = sandbox.url
        assembly = assemble(load_pipeline(copy / "files_to_akeneo.yaml"), create_registry())
        database = open_database(copy / "state.sqlite")
        try:
            return report_text(run_pipeline(assembly, database, RunOptions()))
        finally:
            database.close()


def cut(report: str) -> str:
    """Keep the first sentence and the first causes."""
    lines = report.splitlines()
    causes = [number for number, line in enumerate(lines) if line.startswith("  - ")]
    return "\n".join([*lines[: causes[CAUSES]], "  …"])


def born_report() -> str:
    """Give the report of the first run of products that were born in the PIM."""
    report = (BORN / "expected_report.txt").read_text("utf-8")
    return report.replace("hh:mm", "14:15").replace("n s:", "2 s:")


def born_products() -> list[list[str]]:
    """Give what each product then shows in the PIM: name, SKU, status by its label, and what to do."""
    labels = yaml.safe_load(HAND_OVER.read_text("utf-8"))["attributes"]["hand_over_status"]["options"]
    found = []
    for line in (BORN / "expected_products.txt").read_text("utf-8").splitlines():
        name, *told = line.split("  ")
        shown = dict(one.split(": ", 1) for one in told)
        status = labels[shown["hand_over_status"]]["en"]
        found.append([name.partition(" / ")[0], shown["sku"], status, shown.get("hand_over_reason", "")])
    return found


def draw_products(products: Sequence[Sequence[str]]) -> str:
    """Give products as SVG, as a list of them in the PIM."""
    table = Table(show_edge=False, pad_edge=False, box=SIMPLE, header_style="bold")
    for column in ("Product", "SKU", "Status in the ERP", "What to do"):
        table.add_column(column)
    for name, sku, status, todo in products:
        table.add_row(name, sku, Text(status, "yellow" if todo else "green"), todo)
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), highlight=False)
    console.print(table)
    return _svg(console, "products")


def draw(report: str, command: str = "pimflow run files_to_akeneo.yaml") -> str:
    """Give the report as SVG, as it looks in a terminal."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), highlight=False)
    console.print(f"[bold]$ {command}[/bold]")
    for line in report.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        wrapped = Text(line.strip(" ")).wrap(console, _WIDTH - indent - 2)
        for number, part in enumerate(wrapped):
            hanging = indent + (2 if number and line.startswith("  - ") else 0)
            console.print(Text(" " * hanging).append_text(part), style=_style(line))
    return _svg(console, "report")


def _svg(console: Console, name: str) -> str:
    svg = console.export_svg(title="pimflow" if name == "report" else "Akeneo PIM", unique_id=name)
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # the reader's own monospace will do


def _style(line: str) -> str:
    if line.startswith("    "):
        return "cyan"
    return "default" if line.startswith("  ") else "bold green"


if __name__ == "__main__":
    configure_console()
    PICTURE.write_text(draw(cut(report_of_the_sample())), "utf-8")
    BORN_REPORT.write_text(draw(born_report(), "pimflow run pim_first_tryton.yaml"), "utf-8")
    BORN_PRODUCTS.write_text(draw_products(born_products()), "utf-8")
