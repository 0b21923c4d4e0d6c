"""`pimflow schema`: JSON Schema for editors."""

from __future__ import annotations

import click

from pimflow.cli.common import echo_json


@click.command()
@click.option("--json", is_flag=True, expose_value=False, help="Print JSON, as is done in any case.")
def schema() -> None:
    """Print the JSON Schema of pipeline files, made from the installed plugins.

    With it an editor completes and checks YAML: save it as pimflow.schema.json and begin a pipeline file with
    `# yaml-language-server: $schema=pimflow.schema.json`.
    """
    from pimflow.plugins import create_registry
    from pimflow.schema import pipeline_schema

    echo_json(pipeline_schema(create_registry()))
