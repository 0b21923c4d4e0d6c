"""`pimflow check`: the connections, and each flow against its target."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import assembled, echo_json, json_option, opened_state, pipeline_argument, state_option
from pimflow.cli.findings import Line, line_of, of_the_contract, print_line, worst_first
from pimflow.state.place import StatePlace
from pimflow.words import full_stop

if TYPE_CHECKING:
    from pimflow.assemble import Assembly, Flow
    from pimflow.sessions import Sessions
    from pimflow.state.database import Database


@click.command()
@pipeline_argument
@click.option("--strict", is_flag=True, help="Exit with 1 where there are warnings.")
@state_option
@json_option
def check(pipeline: str | None, strict: bool, state_path: StatePlace | None, as_json: bool) -> None:
    """Check the files, log in everywhere, and hold each flow against its target. Nothing is written there.

    Tells all that cannot work, who mends it and how, and what changed in the target since the last check.

    Exit codes: 0 well; 1 warnings, with --strict; 2 a file is wrong, or the target cannot take what a flow brings;
    3 a system cannot be used.
    """
    from pimflow.log import masker
    from pimflow.running.first_run import shared_with_production
    from pimflow.sessions import Sessions

    assembly: Assembly = assembled(pipeline)
    mask = masker(assembly.secrets)
    shared = list(shared_with_production(assembly))
    with opened_state(assembly.pipeline.root, state_path) as database, Sessions(assembly) as sessions:
        connections = [mask(asdict(one)) for one in _connections(assembly, sessions)]
        found = of_the_contract(assembly)
        if all(one["ok"] for one in connections):
            found += [one for flow in assembly.flows for one in _flow(assembly, flow, sessions, database)]
        flows = [mask(asdict(one)) for one in dict.fromkeys(found)]
    if as_json:
        named = {"environment": assembly.pipeline.environment_name or None, "warnings": shared}
        echo_json({**named, "connections": connections, "flows": flows})
    else:
        if assembly.pipeline.environment:
            click.echo(f"Environment {assembly.pipeline.environment_name}")
        for told in shared:
            click.secho("warn ", nl=False, fg="yellow")
            click.echo(f" {full_stop(told)}")
        for one in (*connections, *flows):
            print_line(one)
    sys.exit(_exit_code([*connections, *flows], warned=bool(shared), strict=strict))


def _connections(assembly: Assembly, sessions: Sessions) -> Iterator[Line]:
    from pimflow.errors import FlowError

    for name, connection in assembly.connections.items():
        try:
            yield Line(f"connection {name}", True, connection.check(sessions.connect(name)))
        except FlowError as error:
            yield Line(f"connection {name}", False, str(error), detail=error.detail, severity="unusable")


def _flow(assembly: Assembly, flow: Flow, sessions: Sessions, database: Database) -> Iterator[Line]:
    from pimflow.checking.check import check_flow
    from pimflow.errors import FlowError

    try:
        columns, findings = check_flow(assembly, flow, sessions, database)
    except FlowError as error:
        yield Line(f"flow {flow.name}", False, str(error), detail=error.detail, severity="unusable")
        return
    lines = [line_of(finding, flow.name) for finding in findings]
    yield from worst_first(lines)
    if all(line.ok for line in lines):
        yield Line(f"flow {flow.name}", True, columns)


def _exit_code(lines: list[dict[str, Any]], *, warned: bool, strict: bool) -> int:
    severities = {line["severity"] for line in lines}
    if "unusable" in severities:
        return 3
    if severities & {"fatal", "error"}:
        return 2
    return int(strict and (warned or "warning" in severities))
