"""`pimflow akeneo`: what administrators do with a PIM besides running pipelines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from pimflow import confirm_option, environment_option

_STYLES: dict[str, dict[str, Any]] = {
    "head": {"bold": True},
    "bad": {"fg": "red"},
    "hint": {"fg": "cyan"},
    "plain": {},
}


@click.group()
def akeneo() -> None:
    """Set up an Akeneo PIM."""


@akeneo.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--erp", is_flag=True, help="Take a file that ships: attribute group `erp`, and what an ERP owns.")
@click.option(
    "--hand-over", is_flag=True, help="Take one that ships for products born in the PIM: tag, status, what comes back."
)
@click.option(
    "--family",
    "families",
    multiple=True,
    metavar="CODE",
    help="Give this family all attributes of the file; may be given several times.",
)
@click.option("--all-families", is_flag=True, help="Give every family all attributes of the file.")
@click.option("--plan", "dry", is_flag=True, help="Tell what would be created and changed, and write nothing.")
@click.option("--connection", metavar="NAME", help="The connection, where there are several to a PIM.")
@click.option("--pipeline", metavar="PIPELINE", help="The pipeline that has the connection, instead of pimflow.yaml.")
@environment_option
@confirm_option
@click.option("--print", "printed", is_flag=True, help="Print a file that ships, to make one of your own of it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def provision(
    file: Path | None,
    *,
    erp: bool,
    hand_over: bool,
    families: tuple[str, ...],
    all_families: bool,
    dry: bool,
    connection: str | None,
    pipeline: str | None,
    printed: bool,
    as_json: bool,
) -> None:
    """Bring the PIM's structure to what FILE says.

    Attribute groups, attributes with their options, association types, categories, families and family variants: what
    is missing is created, what differs is changed, what FILE does not name stays. Called again, it writes nothing.

    Exit codes: 0 well; 1 something was refused or left out; 2 a file is wrong; 3 the PIM cannot be used.
    """
    if erp + hand_over + (file is not None) != 1:
        raise click.UsageError("give a FILE, or --erp or --hand-over for a file that ships: one of them")
    if printed and file is not None:
        raise click.UsageError("--print prints a file that ships: give it with --erp or --hand-over")
    from pimflow import Writes, connected
    from pimflow_akeneo.connection import AkeneoConnection
    from pimflow_akeneo.provisioning import calling, telling

    file = file or (calling.ERP if erp else calling.HAND_OVER)
    if printed:
        click.echo(file.read_text("utf-8"), nl=False)
        return
    document, form = calling.read(file)
    writes = None if dry else Writes("akeneo provision", "`--plan` shows what it would do", asks=not as_json)
    with connected(AkeneoConnection, connection, pipeline, writes) as (to, session):
        asked = calling.Asked(families, all_families, dry)
        done = calling.carry_out(session, to.address, document, form, asked)
    if as_json:
        click.echo(orjson.dumps(telling.data(done), option=orjson.OPT_INDENT_2).decode())
        sys.exit(done.exit_code)
    for style, text in telling.lines(done):
        click.secho(text, **_STYLES[style])
    if done.error is not None:
        raise done.error
    sys.exit(done.exit_code)


@akeneo.command()
@click.option("--json", is_flag=True, expose_value=False, help="Print JSON, as is done in any case.")
def schema() -> None:
    """Print the JSON Schema of files for `provision`, for editors.

    Save it as provision.schema.json and begin such a file with
    `# yaml-language-server: $schema=provision.schema.json`.
    """
    from pimflow_akeneo.provisioning import form

    click.echo(orjson.dumps(form.schema(), option=orjson.OPT_INDENT_2).decode())
