"""`pimflow retry`: what needs attention is sent again."""

from __future__ import annotations

from pathlib import Path

import click

from pimflow.cli.common import assembled, echo_json, json_option, opened_state, pipeline_argument, state_option


@click.command()
@pipeline_argument
@click.argument("keys", nargs=-1)
@state_option
@json_option
def retry(pipeline: str | None, keys: tuple[str, ...], state_path: Path | None, as_json: bool) -> None:
    """Read again the records that need attention, or those with KEYS, and send them, changed or not."""
    from pimflow.cli.run import run_and_report
    from pimflow.run import RunOptions
    from pimflow.state.open_items import keys_of_pipeline

    assembly = assembled(pipeline)
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
