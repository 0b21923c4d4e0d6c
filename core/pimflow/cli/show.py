"""How reports and plans look in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pimflow.model import RunReport, Status
from pimflow.plan import PlannedChange
from pimflow.report import report_text
from pimflow.words import plainly

_VALUE_SHOWN = 60


def print_report(report: RunReport, shown: int = 0) -> None:
    """Print a report, and where its details are; so many of its flows were `shown` already."""
    print_new(report, shown)
    if report.log:
        again = f"{report.run.id}{report.run.option}"
        click.echo(f"\nRun {report.run.id}. Every detail: pimflow logs {again} ({_relative(report.log)})")


def print_new(report: RunReport, shown: int) -> None:
    """Print what a report has beyond the flows that were shown already."""
    if not shown or len(report.flows) > shown or (report.checkpoint and not report.checkpoint.left):
        print_lines(report_text(replace(report, flows=report.flows[shown:])))


def print_lines(text: str) -> None:
    """Print the lines of a report: in a terminal, headlines stand out, and so does who has to do something."""
    for line in text.splitlines():
        if line.startswith("    "):
            click.secho(line, fg="cyan")
        elif not line.startswith(" ") and ": stopped. " in line:
            click.secho(line, fg="red", bold=True)
        else:
            click.secho(line, bold=bool(line) and not line.startswith(" "))


def print_plan(changes: Sequence[PlannedChange], hidden: int, most: int) -> None:
    """Print what would happen to each record, value by value; `most` is how many there are of the kind with most."""
    for change in changes:
        click.secho(f"{_VERBS[change.status]} {change.noun} {change.key}", bold=True)
        for value in change.values:
            if change.status is Status.CREATED:
                click.echo(f"    {value.column}: {shown_value(value.new)}")
            else:
                click.echo(f"    {value.column}: {shown_value(value.old)} -> {shown_value(value.new)}")
    if hidden:
        click.echo(f"… and {hidden:,} more records; --show {most} shows all.")


_VERBS = {Status.CREATED: "create", Status.UPDATED: "change"}


def shown_value(value: Any) -> str:
    """Write a value on one line, cut where it is long; `(empty)` for None."""
    if value is None:
        return "(empty)"
    text = plainly(value).replace("\n", " ")
    return f"{text[:_VALUE_SHOWN]}…" if len(text) > _VALUE_SHOWN else text


def _relative(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
