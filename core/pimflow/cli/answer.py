"""`pimflow answer`: what a person decides about a value, once."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import assembled, echo_json, environment_option, json_option, opened_state, state_option
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.answers import Answer
    from pimflow.assemble import Assembly


@click.command()
@click.argument("cause", required=False)
@click.option("--pipeline", help="A file, or the name of one in the folder `pipelines`; needed where that has several.")
@click.option("--use", metavar="VALUE", help="Send this value in its place.")
@click.option("--ignore", is_flag=True, help="Leave the value out, and tell of it no longer.")
@click.option("--forget", is_flag=True, help="Take the answer back.")
@click.option("--list", "list_all", is_flag=True, help="List all answers.")
@environment_option
@state_option
@json_option
def answer(
    cause: str | None,
    pipeline: str | None,
    use: str | None,
    ignore: bool,
    forget: bool,
    list_all: bool,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Decide once about a value that the target does not take. CAUSE is its name in `pimflow problems`.

    The answer is kept in answers/PIPELINE.csv, and holds for each record that has the value, now and later.
    """
    from pimflow.problems.answering import give

    if [use is not None, ignore, forget, list_all].count(True) != 1 or list_all == (cause is not None):
        raise click.UsageError("give CAUSE with --use VALUE, --ignore or --forget; or --list")
    if use is not None and not use.strip():
        raise click.UsageError("--use needs a value; --ignore leaves the value out")
    assembly = assembled(pipeline)
    if list_all:
        return _list(assembly, as_json=as_json)
    assert cause is not None
    if forget:
        return _forget(assembly, cause, as_json=as_json)
    with opened_state(assembly.pipeline.root, state_path) as database:
        becomes = use.strip() if use else None
        now, reread = datetime.now(UTC), lambda: assembled(pipeline)
        made = give(assembly, database, cause, becomes, getpass.getuser(), now, reread)
    return _tell(made.answer, made.records, made.table, as_json=as_json)


def _list(assembly: Assembly, *, as_json: bool) -> None:
    found = [one for flow in assembly.flows for one in flow.answers]
    if as_json:
        return echo_json([_data(one) for one in found])
    for one in found:
        given = " ".join(part for part in (one.given[:10], f"by {one.by}" if one.by else "") if part)
        click.echo(f"{one.id}  {one.flow}, {_said(one)}{f' (given {given})' if given else ''}")
    if not found:
        click.echo("Nothing was answered yet. `pimflow problems` shows what waits for an answer.")
    return None


def _said(one: Answer) -> str:
    becomes = "is left out" if one.becomes is None else f"becomes '{one.becomes}'"
    return f"{one.column}: '{one.value}' {becomes}"


def _data(one: Answer) -> dict[str, str | None]:
    about = {"id": one.id, "flow": one.flow, "column": one.column, "value": one.value}
    return {**about, "becomes": one.becomes, "given": one.given, "by": one.by}


def _forget(assembly: Assembly, cause: str, *, as_json: bool) -> None:
    from pimflow.problems.answering import forget

    known = forget(assembly, cause)
    if as_json:
        return echo_json({"forgotten": _data(known)})
    return click.echo(f"Forgotten: {_said(known)}. The next run reads everything; the value counts as it stands.")


def _tell(new: Answer, records: int, table: Path, *, as_json: bool) -> None:
    if as_json:
        return echo_json({**_data(new), "records": records, "file": str(table)})
    waiting = f"{records:,} {'record waits' if records == 1 else 'records wait'} for it"
    then = (
        f"{waiting}: the next run sends them, `pimflow retry` does it now." if records else "The next run applies it."
    )
    click.echo(f"{new.flow}, {_said(new)}, for all records now and to come. {then}")
    return click.echo(f"Kept in {table.parent.name}/{table.name}.")
