"""`pimflow problems`: what needs attention now."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import (
    assembled,
    echo_json,
    flow_called,
    flow_option,
    json_option,
    opened_state,
    pipeline_argument,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.model import SETTLED, ProblemKind
from pimflow.state.place import StatePlace
from pimflow.words import to_the_minute

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.problems.causes import OpenCause, OpenFlow, Wanted
    from pimflow.state.database import Database

_HINT = (
    "`pimflow answer CAUSE --use VALUE{of}` (or `--ignore`) decides about a value once; `pimflow problems{named} "
    "--export FILE.xlsx` lists every record, to be corrected and sent with `pimflow retry{named} --edit`."
)


@click.command()
@pipeline_argument
@flow_option
@click.option("--kind", type=click.Choice([str(kind) for kind in ProblemKind]), help="Only problems of this class.")
@click.option("--cause", help="List the records of this cause; its name is what the list of causes begins with.")
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every record and problem, with its source row, into FILE.csv or FILE.xlsx.",
)
@state_option
@json_option
def problems(
    pipeline: str | None,
    flow: str | None,
    kind: str | None,
    cause: str | None,
    export: Path | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Show what needs attention now, grouped by cause, with what to do and who."""
    from pimflow.problems.causes import Wanted

    assembly = assembled(pipeline)
    if flow is not None:
        flow_called(assembly, flow)
    wanted = Wanted(flow, ProblemKind(kind) if kind else None, cause)
    with opened_state(assembly.pipeline.root, state_path) as database:
        if export is not None:
            return _export(assembly, database, wanted, export, as_json=as_json)
        if cause is not None:
            return _list_records(assembly, database, wanted, as_json=as_json)
        return _list_causes(assembly, database, wanted, pipeline, as_json=as_json)


def _list_causes(
    assembly: Assembly, database: Database, wanted: Wanted, pipeline: str | None, *, as_json: bool
) -> None:
    from pimflow.problems.causes import by_cause, places
    from pimflow.state.attention import dismissed

    found = by_cause(assembly, database, wanted)
    if as_json:
        return echo_json([_data(one, cause) for one in found for cause in one.causes])
    for one in found:
        _print_flow(one)
    hidden = sum(len(dismissed(database, place.scope)) for place in places(assembly, database))
    if hidden:
        click.echo(f"{hidden:,} dismissed {'record is' if hidden == 1 else 'records are'} not shown.")
    hint = (
        _HINT.format(of=f" --pipeline {pipeline}", named=f" {pipeline}") if pipeline else _HINT.format(of="", named="")
    )
    return click.echo(f"\n{hint}" if found else "Nothing needs attention.")


def _print_flow(found: OpenFlow) -> None:
    from pimflow.report import advice

    report, number, causes = found.report, found.records, len(found.causes)
    noun = report.noun[0] if number == 1 else report.noun[1]
    needs, of = "needs" if number == 1 else "need", "cause" if causes == 1 else "causes"
    way = f"{report.source.removeprefix('the ')} -> {report.target.removeprefix('the ')}"
    head = f"{report.name}, {way}: {number:,} {noun} {needs} attention ({causes:,} {of})."
    click.secho(head, bold=True)
    for one in found.causes:
        click.echo(f"  {one.id}  {one.says}")
        problem = one.cause.problem
        if problem.remedy:
            click.secho(f"          {advice(problem)}", fg="cyan")
        no_answer = f" No answer mends it: {one.unanswerable}." if one.unanswerable else ""
        times = f"since {_day(one.since)}, last {_day(one.last)}"
        click.secho(f"          {_begun(problem.kind)}, {times}.{no_answer}", dim=True)
        if one.answer:
            click.secho(f"          {_answered(one)}", fg="green")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(moment: datetime | None) -> str:
    return to_the_minute(moment) if moment else "?"


def _answered(one: OpenCause) -> str:
    """Tell what was decided, and whether that has helped."""
    answer = one.answer
    assert answer is not None
    told = f"Answered: use '{answer.becomes}'" if answer.becomes else "Answered: leave it out"
    if one.last and (given := _moment(answer.given)) and one.last > given:
        return (
            f"{told}; a run since then still met it. Something before or behind the answer changes this value or "
            "refuses it: correct it in the mapping or at the source."
        )
    return f"{told}. The next run sends what waits for it."


def _moment(given: str) -> datetime | None:
    """Give the end of the second, or of the day, that a table names; None for what is no time."""
    try:
        unit = timedelta(days=1) if len(given) == len("2026-11-23") else timedelta(seconds=1)
        return datetime.fromisoformat(given).astimezone() + unit
    except ValueError:
        return None


def _data(found: OpenFlow, one: OpenCause) -> dict[str, Any]:
    problem, answer = one.cause.problem, one.answer
    return {
        "id": one.id,
        "flow": one.flow,
        "source": found.report.source,
        "target": found.report.target,
        "kind": problem.kind,
        "count": one.cause.count,
        "status": one.cause.status,
        "keys": one.cause.keys,
        "field": problem.field,
        "label": one.cause.label,
        "value": problem.value,
        "reason": problem.reason,
        "says": one.says,
        "remedy": problem.remedy,
        "who": problem.who,
        "detail": problem.detail,
        "since": one.since,
        "last": one.last,
        "answer": {"becomes": answer.becomes, "given": answer.given} if answer else None,
        "unanswerable": one.unanswerable,
    }


def _list_records(assembly: Assembly, database: Database, wanted: Wanted, *, as_json: bool) -> None:
    from pimflow.plain import to_json
    from pimflow.problems.causes import by_cause, open_problems, shown_key

    if not as_json:
        causes = [cause for one in by_cause(assembly, database, wanted) for cause in one.causes]
        for cause in causes:
            click.secho(cause.says, bold=True)
    number = 0
    for place, item, _, problem in open_problems(assembly, database, wanted):
        number += 1
        key, since = shown_key(item), item.since
        if not as_json:
            became = "arrived without it" if item.status in SETTLED else item.status
            click.echo(f"  {key}  row {item.row}  {became}  since {_day(since)}")
            continue
        data = {"flow": place.flow.name, "key": key, "row": item.row, "status": item.status, "reason": problem.reason}
        data |= {"since": since, "last": item.last, "source_row": item.source_row}
        click.echo(f"{'[' if number == 1 else ','}\n{to_json(data).decode()}", nl=False)
    if as_json:
        return click.echo("\n]" if number else "[]")
    if not number:
        raise ConfigError(f"no cause is called {wanted.cause!r}; `pimflow problems` lists them")
    return None


def _export(assembly: Assembly, database: Database, wanted: Wanted, file: Path, *, as_json: bool) -> None:
    from pimflow.cli.sheets import sheet_writer
    from pimflow.problems.export import export_lines

    number = sheet_writer(file)(file, export_lines(assembly, database, wanted)) - 1
    if as_json:
        return echo_json({"file": str(file), "lines": number})
    return click.echo(f"{number:,} {'line' if number == 1 else 'lines'} written to {file}.")
