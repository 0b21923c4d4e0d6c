"""`pimflow demo`: the sample catalogue arrives in a sandbox, twice; the second time nothing has to be sent."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pimflow import RunReport
from pimflow.assemble import Assembly, assemble
from pimflow.cli.progress import shown_progress
from pimflow.cli.show import print_report
from pimflow.configuration.loading import load_pipeline
from pimflow.context import Progress
from pimflow.log import configure_console
from pimflow.plugins import create_registry
from pimflow.running.run import RunOptions, run_pipeline, state_file
from pimflow.state.database import Database, open_database
from pimflow_akeneo_sandbox.serve import Served, serve

PIPELINE = "files_to_akeneo.yaml"
_INSTALLED = Path(__file__).parent / "sample"
_CHECKOUT = Path(__file__).parents[3] / "sample_pipelines" / "files_to_akeneo"
_READS = ("GET ", "POST /api/oauth/")
"""How the routes begin that change nothing in the PIM."""

Calls = Mapping[str, tuple[int, int]]
"""Route -> calls and lines."""


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new or empty folder to work in; a temporary one unless given.",
)
def demo(folder: Path | None) -> None:
    """Watch a sample catalogue arrive in an Akeneo-compatible server on this machine.

    Copies the sample, starts the server, runs the pipeline twice, tells what was called, and stops the server.
    """
    work = _copy_of_sample(folder)
    configure_console()
    with serve(work / "catalog.json") as sandbox, _environment(work, sandbox), _state_of(work) as database:
        click.echo(f"A PIM without products listens at {sandbox.url}; the files of an ERP lie in {work / 'erp'}.")
        assembly = assemble(load_pipeline(work / PIPELINE), create_registry())
        _title("First run: everything is new")
        first, _ = _run(assembly, database, sandbox)
        _title("Second run: the same files again")
        second, writes = _run(assembly, database, sandbox)
    click.echo(_verdict(writes))
    _title("Where to look next")
    click.echo(_next_steps(work, first))
    sys.exit(max(first.exit_code, second.exit_code, int(writes > 0)))


def _copy_of_sample(folder: Path | None) -> Path:
    work = Path(tempfile.mkdtemp(prefix="pimflow-demo-")) if folder is None else folder.absolute()
    if work.exists() and any(work.iterdir()):
        raise click.UsageError(f"{work} is not empty. Give a new folder, so that nothing of yours is overwritten.")
    origin = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    shutil.copytree(origin, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow", "making"))
    return work


@contextmanager
def _environment(work: Path, sandbox: Served) -> Iterator[None]:
    """Set what the pipeline asks for, as a person would with `sandbox.env`, but with the port of this server."""
    lines = (work / "sandbox.env").read_text(encoding="utf-8").splitlines()
    named = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    before = {name: os.environ.get(name) for name in named}
    os.environ.update({**named, "AKENEO_URL": sandbox.url})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _state_of(work: Path) -> Iterator[Database]:
    database = open_database(state_file(work))
    try:
        yield database
    finally:
        database.close()


def _run(assembly: Assembly, database: Database, sandbox: Served) -> tuple[RunReport, int]:
    """Run once and show report and calls; give the report and the number of calls that wrote."""
    before = _calls(sandbox)
    with _progress() as on_progress:
        report = run_pipeline(assembly, database, RunOptions(), on_progress)
    print_report(report)
    after = _calls(sandbox)
    calls = {
        route: (calls - before.get(route, (0, 0))[0], lines - before.get(route, (0, 0))[1])
        for route, (calls, lines) in after.items()
    }
    _show_calls(calls)
    return report, sum(number for route, (number, _) in calls.items() if not route.startswith(_READS))


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar in a terminal, a line for each chunk of rows anywhere else."""
    if sys.stderr.isatty():
        with shown_progress(quiet=False) as bar:
            yield bar
    else:
        yield lambda flow, done, _total: click.echo(f"{flow}: {done:,} rows" if done else f"{flow} ...")


def _calls(sandbox: Served) -> Calls:
    routes: dict[str, dict[str, Any]] = sandbox.stats()["routes"]
    return {route: (figures["calls"], figures["lines"]) for route, figures in routes.items()}


def _show_calls(calls: Calls) -> None:
    table = Table("calls that the server counted (/_sandbox/stats)", "calls", "records written", box=None)
    for route, (number, lines) in sorted(calls.items()):
        if number:
            table.add_row(route, f"{number:,}", f"{lines:,}" if lines else "")
    click.echo()
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _verdict(writes: int) -> str:
    if writes:
        return f"\nThe second run made {writes} calls that write. It should have made none: please report this."
    return (
        "\nThe second run made no call that writes: pimflow remembers what it sent, read the files, found everything "
        "already up to date, and left the PIM alone."
    )


def _title(text: str) -> None:
    click.secho(f"\n{text}\n{'-' * len(text)}", bold=True)


def _next_steps(work: Path, first: RunReport) -> str:
    return f"""\
Everything of this demo is in {work}
  {PIPELINE:<22} the pipeline, with comments that say why; README.md tells what the sample shows
  erp/                   the files that were read, with their mistakes; mend one and run again
  .pimflow/state.sqlite  what pimflow remembers
  {first.log.removeprefix(f"{work}/")}
                         every detail of the first run

In that folder
  pimflow runs           the runs so far; `pimflow runs last` shows a report again
  pimflow logs           what happened in the last run, line by line

To go on by hand, start the server (in one terminal, in that folder)
  pimflow sandbox --port 8090 --catalog catalog.json
and run the pipeline (in another)
  set -a; . ./sandbox.env; set +a
  pimflow plan {PIPELINE}
  pimflow run {PIPELINE}

A pipeline of your own begins with `pimflow init`; `pimflow plugins` lists what it can be made of.
"""
