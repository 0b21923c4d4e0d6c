"""`pimflow state numbers`: the SKUs that were given, and what comes next."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import echo_json, environment_option, json_option, opened_state, project_root, state_option
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.state.database import Database
    from pimflow.state.numbers import NumberNow


@click.command()
@click.argument("which", nargs=-1)
@click.option("--forget", is_flag=True, help="Take these from their records, which get others when they come again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@state_option
@json_option
def numbers(which: tuple[str, ...], forget: bool, yes: bool, state_path: StatePlace | None, as_json: bool) -> None:
    """Show what comes next in each sequence of SKUs; with WHICH, SKUs or ids of records, who has which.

    It is for the whole project, whichever pipeline gave them.
    """
    if forget and not which:
        raise click.UsageError("--forget needs to know which: give SKUs, or ids of records")
    if forget and as_json and not yes:
        raise ConfigError("with `--json` nobody can be asked; add `--yes`")
    with opened_state(project_root(), state_path) as database:
        if which:
            _show_records(database, which, forget=forget, yes=yes, as_json=as_json)
        else:
            _show_sequences(database, as_json=as_json)


def _show_sequences(database: Database, *, as_json: bool) -> None:
    from pimflow.state.numbers import counts, sequences_now

    given, sequences = counts(database), sequences_now(database)
    if as_json:
        return echo_json({"given": given, "sequences": [asdict(one) for one in sequences]})
    if not given:
        click.echo("No SKU was given so far.")
    for series, number in given.items():
        click.echo(f"{series}: {number:,} given")
        for one in sequences:
            if one.series == series:
                click.echo(f"  {f'{one.part}: ' if one.part else ''}{one.next} is next")
    return None


def _show_records(database: Database, which: tuple[str, ...], *, forget: bool, yes: bool, as_json: bool) -> None:
    from pimflow.state import numbers as kept

    found = kept.looked_up(database, which)
    if forget and found:
        told = ", ".join(one.number for one in found)
        if not yes:
            question = f"Forget {told}? The records get other SKUs when they come again, and nobody gets these"
            click.confirm(question, abort=True)
        kept.forget(database, found)
    if as_json:
        return echo_json({"forgotten" if forget else "numbers": [asdict(one) for one in found]})
    known = {kept.folded(text) for one in found for text in (one.record, one.number)}
    for text in which:
        if kept.folded(text) not in known:
            click.echo(f"{text} is no SKU that was given here, and no record that got one.")
    for one in found:
        click.echo(f"{one.number} {'was taken from' if forget else 'belongs to'} {_whose(one)}")
    return None


def _whose(one: NumberNow) -> str:
    day = one.given[:10]
    unsure = "" if one.free else "; not used yet, as nobody was asked so far whether it is free"
    return f"{f'{one.system} ' if one.system else ''}{one.record} (series {one.series}, given on {day}{unsure})"
