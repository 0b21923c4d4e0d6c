"""`pimflow serve`: pages for people, schedules, events and the API of one project, until it is stopped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import echo_json, environment_option, json_option, state_option
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow_serve.examining import Examined

ROLES = ("viewer", "operator", "administrator")
role_option = click.option(
    "--role",
    type=click.Choice(ROLES),
    default="viewer",
    show_default=True,
    help="viewer looks; operator (the product manager) runs and answers; administrator looks after everything.",
)


@click.group(invoke_without_command=True)
@click.option("--host", help="Address to listen on; what pimflow.yaml says, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; what pimflow.yaml says, else 8700.")
@click.option("--check", is_flag=True, help="Examine configuration, files, state and port, and start nothing.")
@environment_option
@state_option
@json_option
@click.pass_context
def serve(
    context: click.Context,
    *,
    host: str | None,
    port: int | None,
    check: bool,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Open pimflow in a browser: pages, schedules, problems, and a JSON API.

    It serves the project of the current folder until Ctrl-C. Only this machine can reach it unless `--host` or
    `serve` in pimflow.yaml says otherwise.
    """
    context.obj = state_path
    if context.invoked_subcommand is not None:
        return
    if check:
        from pimflow_serve.examining import examined

        found = examined(host, port, state_path)
        _show_examined(found, as_json=as_json)
        context.exit(0 if all(one.well for one in found) else 2)
    from pimflow_serve.starting import start

    start(host, port, state_path)


@serve.command("people")
@json_option
@click.pass_obj
def people_command(state_path: StatePlace | None, *, as_json: bool) -> None:
    """List who may sign in."""
    from pimflow.state import people
    from pimflow_serve.starting import opened

    with opened(state_path) as database:
        rows = people.everybody(database)
    if as_json:
        echo_json([{"name": one.name, "role": one.role, "active": one.active} for one in rows])
        return
    for one in rows:
        click.echo(f"{one.name}  {one.role}{'' if one.active else '  (may not sign in)'}")
    if not rows:
        click.echo("Nobody yet. `pimflow serve add-person NAME --role administrator` adds somebody.")


@serve.command("add-person")
@click.argument("name")
@role_option
@json_option
@click.pass_obj
def add_person(state_path: StatePlace | None, *, name: str, role: str, as_json: bool) -> None:
    """Let somebody sign in; the password is asked for, or read from standard input."""
    from datetime import UTC, datetime

    from pimflow.state import people
    from pimflow_serve.access.people import new_person
    from pimflow_serve.roles import Role
    from pimflow_serve.starting import opened

    person = new_person(name, Role(role), _password(), datetime.now(UTC))
    with opened(state_path) as database:
        people.add(database, person)
    _say(f"{name} may sign in as {role}", {"name": name, "role": role}, as_json=as_json)


@serve.command("set-password")
@click.argument("name")
@json_option
@click.pass_obj
def set_password(state_path: StatePlace | None, *, name: str, as_json: bool) -> None:
    """Give somebody a new password, and sign them out everywhere."""
    from pimflow.state import people
    from pimflow_serve.access.people import new_password
    from pimflow_serve.starting import opened

    kept = new_password(_password(), name)
    with opened(state_path) as database:
        people.change(database, name, password=kept)
    _say(f"{name} has a new password", {"name": name}, as_json=as_json)


@serve.command("remove-person")
@click.argument("name")
@json_option
@click.pass_obj
def remove_person(state_path: StatePlace | None, *, name: str, as_json: bool) -> None:
    """Let somebody sign in no longer, and sign them out."""
    from pimflow.state import people
    from pimflow_serve.starting import opened

    with opened(state_path) as database:
        people.remove(database, name)
    _say(f"{name} may sign in no longer", {"name": name}, as_json=as_json)


@serve.command("add-token")
@click.argument("name")
@role_option
@click.option("--days", type=click.IntRange(1), help="Days for which it is good; for ever unless given.")
@json_option
@click.pass_obj
def add_token(state_path: StatePlace | None, *, name: str, role: str, days: int | None, as_json: bool) -> None:
    """Make a token for a program that uses the API. It is printed once, and kept nowhere."""
    from datetime import UTC, datetime

    from pimflow.state import sign_ins
    from pimflow_serve.access.people import new_token
    from pimflow_serve.access.tokens import digest, new_token_secret
    from pimflow_serve.roles import Role
    from pimflow_serve.starting import opened

    token = new_token(name, Role(role), "the command line", datetime.now(UTC), days)
    secret = new_token_secret()
    with opened(state_path) as database:
        sign_ins.add_token(database, digest(secret), token)
    _say(secret, {"name": name, "role": role, "token": secret}, as_json=as_json)


@serve.command("remove-token")
@click.argument("name")
@json_option
@click.pass_obj
def remove_token(state_path: StatePlace | None, *, name: str, as_json: bool) -> None:
    """Let a token work no longer."""
    from pimflow.state import sign_ins
    from pimflow_serve.starting import opened

    with opened(state_path) as database:
        sign_ins.remove_token(database, name)
    _say(f"the token {name} works no longer", {"name": name}, as_json=as_json)


def _password() -> str:
    """Ask for a password, or take the first line of what is handed in: it never stands in a command."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="The password again", err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _say(text: str, data: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        echo_json(data)
    else:
        click.echo(text)


def _show_examined(found: Sequence[Examined], *, as_json: bool) -> None:
    if as_json:
        echo_json([asdict(one) for one in found])
        return
    for one in found:
        click.secho(f"{'ok   ' if one.well else 'error'}  {one.name}: {one.text}", fg=None if one.well else "red")
