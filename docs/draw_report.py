"""Draws `images/report.svg`: the report of a real run of the sample, cut after its first causes.

    python docs/draw_report.py

The sample's expected report is in its folder; a test holds the picture against a fresh run.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.log import configure_console
from pimflow.plugins import create_registry
from pimflow.report import report_text
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state.database import open_database
from pimflow_akeneo_sandbox.serve import serve

DOCS = Path(__file__).parent
PICTURE = DOCS / "images" / "report.svg"
SAMPLE = DOCS.parent / "sample_pipelines" / "files_to_akeneo"
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


def draw(report: str) -> str:
    """Give the report as SVG, as it looks in a terminal."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), highlight=False)
    console.print("[bold]$ pimflow run files_to_akeneo.yaml[/bold]")
    for line in report.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        wrapped = Text(line.strip(" ")).wrap(console, _WIDTH - indent - 2)
        for number, part in enumerate(wrapped):
            hanging = indent + (2 if number and line.startswith("  - ") else 0)
            console.print(Text(" " * hanging).append_text(part), style=_style(line))
    svg = console.export_svg(title="pimflow", unique_id="report")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # the reader's own monospace will do


def _style(line: str) -> str:
    if line.startswith("    "):
        return "cyan"
    return "default" if line.startswith("  ") else "bold green"


if __name__ == "__main__":
    configure_console()
    PICTURE.write_text(draw(cut(report_of_the_sample())), "utf-8")
