"""`pimflow discover`: what the sources of a pipeline can give."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from pimflow.cli.common import assembled, echo_json, json_option, only_flow, pipeline_argument


@click.command()
@pipeline_argument
@click.option("--flow", help="Only the source of this flow.")
@json_option
def discover(pipeline: str | None, *, flow: str | None, as_json: bool) -> None:
    """List the columns that the sources of a pipeline can give: name, type, label, language, and whether they are hot.

    A hot column changes all day, as stock does, and belongs into no PIM. The sources are asked, nothing is written.
    """
    from pimflow.errors import FlowError
    from pimflow.sessions import Sessions

    assembly = only_flow(assembled(pipeline), flow)
    found: list[dict[str, Any]] = []
    errors: list[str] = []
    with Sessions(assembly) as sessions:
        for one in assembly.flows:
            try:
                fields = one.source.discover(sessions.of(one.source))
            except FlowError as error:
                errors.append(f"{one.name}: {error}")
                continue
            found.append({"flow": one.name, "source": one.source.type, "columns": [asdict(field) for field in fields]})
    if as_json:
        echo_json({"flows": found, "errors": errors})
    else:
        for told in found:
            _print(told)
        for message in errors:
            click.secho(f"stopped: {message}", err=True, fg="red")
    sys.exit(3 if errors else 0)


def _print(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("column", "type", "label", "", title=f"{told['flow']}: {told['source']}", title_justify="left")
    for column in told["columns"]:
        marks = [word for word, is_so in (("per language", column["translatable"]), ("hot", column["hot"])) if is_so]
        table.add_row(column["name"], column["type"], column["label"], ", ".join(marks))
    width = None if sys.stdout.isatty() else 120
    Console(width=width, markup=False).print(table)  # a column may be called `weight [kg]`
