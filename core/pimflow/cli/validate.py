"""`pimflow validate`: files only."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import assembled, echo_json, json_option, pipeline_argument
from pimflow.cli.findings import of_hot_columns, of_keys, of_the_contract, print_line
from pimflow.errors import ConfigError
from pimflow.words import titled

if TYPE_CHECKING:
    from pimflow.assemble import Assembly


@click.command()
@pipeline_argument
@json_option
def validate(pipeline: str | None, as_json: bool) -> None:
    """Check a pipeline file and everything it names, without contacting anything.

    All mistakes are told at once, each with its file and line; the exit code is then 2.
    """
    assembly = assembled(pipeline)
    _check_serve(assembly)
    environment = assembly.pipeline.environment_name or None
    flows = [flow.name for flow in assembly.flows]
    found = (*of_the_contract(assembly), *of_keys(assembly), *of_hot_columns(assembly))
    remarks = [asdict(line) for line in found]
    if as_json:
        about = {"pipeline": assembly.pipeline.name, "environment": environment, "valid": True, "flows": flows}
        echo_json({**about, "remarks": remarks})
    else:
        click.echo(f"{titled(str(assembly.pipeline.file), environment)}: valid. Flows in order: {', '.join(flows)}.")
        for remark in remarks:
            print_line(remark)
        click.echo("Next: `pimflow check` logs in and holds the mapping against the target.")


def _check_serve(assembly: Assembly) -> None:
    """Let `pimflow-serve` check what is said of the server. Raises ConfigError; runs do without."""
    pipeline = assembly.pipeline
    if pipeline.serve is not None:
        mistakes = assembly.registry.mistakes_in(pipeline.root, pipeline.environment_name or None, "serve")
        if mistakes:
            raise ConfigError(*mistakes)
