"""`pimflow retry`: what needs attention is sent again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import (
    assembled,
    confirm_option,
    echo_json,
    json_option,
    opened_state,
    pipeline_argument,
    state_option,
)
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.assemble import Assembly


@click.command()
@pipeline_argument
@click.argument("keys", nargs=-1)
@click.option(
    "--edit",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Send the rows of a corrected list instead, as `pimflow problems --export` wrote it; the source is not read.",
)
@confirm_option
@state_option
@json_option
def retry(
    pipeline: str | None, keys: tuple[str, ...], edit: Path | None, state_path: StatePlace | None, as_json: bool
) -> None:
    """Read again the records that need attention, or those with KEYS, and send them, changed or not."""
    from pimflow.cli.run import run_and_report
    from pimflow.running.run import RunOptions
    from pimflow.state.open_items import keys_of_pipeline

    assembly = assembled(pipeline)
    if edit is not None:
        if keys:
            raise click.UsageError("--edit sends what stands in its file: give no KEYS with it")
        return _send_corrected(assembly, edit, state_path, as_json=as_json)
    if not keys:
        with opened_state(assembly.pipeline.root, state_path) as database:
            keys = tuple(keys_of_pipeline(database, assembly.pipeline.name))
    if not keys:
        if as_json:
            return echo_json({"flows": [], "exit_code": 0})
        return click.echo("Nothing needs attention.")
    # A row whose key is not known can only be found again by reading all.
    return run_and_report(
        assembly, RunOptions(only=() if "" in keys else keys, retry=True), state_path, as_json=as_json
    )


def _send_corrected(assembly: Assembly, file: Path, state_path: StatePlace | None, *, as_json: bool) -> None:
    from pimflow.cli.run import run_and_report
    from pimflow.cli.sheets import sheet_reader
    from pimflow.problems.corrected_files import corrected_only, read_corrections
    from pimflow.running.run import RunOptions

    lines = sheet_reader(file)(file)
    with opened_state(assembly.pipeline.root, state_path) as database:
        corrections = read_corrections(assembly, database, file.name, lines)
    options = RunOptions(retry=True, corrections=corrections)
    return run_and_report(corrected_only(assembly, corrections), options, state_path, as_json=as_json)
