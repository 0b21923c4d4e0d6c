"""How what a check found is shown, by `check` and by `validate`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pimflow.words import capital, full_stop

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.outlook import Finding

_MARKS = {
    "ok": ("ok   ", "green"),
    "warning": ("warn ", "yellow"),
    "note": ("note ", "cyan"),
    "change": ("news ", "cyan"),
}
_ORDER = ("change", "fatal", "error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked; `severity` is `ok`, or that of a finding, or `unusable` for a system."""

    what: str
    ok: bool
    found: str
    remedy: str = ""
    detail: str = ""
    severity: str = "ok"
    who: str = ""
    column: str | None = None


def line_of(finding: Finding, flow: str) -> Line:
    """Put a finding into words; what is about no flow stands alone."""
    from pimflow.checking.foresight import BAD, sentence

    problem = finding.problem
    place = f"flow {flow}, column {problem.field}" if problem.field else f"flow {flow}"
    return Line(
        finding.about or place,
        finding.severity not in BAD,
        sentence(finding),
        problem.remedy,
        problem.detail,
        str(finding.severity),
        str(problem.who),
        problem.field,
    )


def worst_first(lines: Iterable[Line]) -> list[Line]:
    """Sort findings by how bad they are; before all stands what is news."""
    return sorted(lines, key=lambda line: _ORDER.index(line.severity))


def of_the_contract(assembly: Assembly) -> list[Line]:
    """Give what can be said of an ownership contract without asking anybody."""
    if assembly.pipeline.ownership is None:
        return []
    from pimflow.checking.ownership import remarks

    return worst_first(line_of(finding, "") for finding in remarks(assembly))


def of_hot_columns(assembly: Assembly) -> list[Line]:
    """Give the columns that change all day and are mapped into a PIM, as far as that is known without asking."""
    from pimflow.checking.hot import unasked

    return [line_of(finding, flow) for flow, finding in unasked(assembly)]


def of_keys(assembly: Assembly) -> list[Line]:
    """Give the flows whose records are known by a code alone, although their source gives them an id."""
    from pimflow.checking.known_by import unasked

    return [line_of(finding, flow) for flow, finding in unasked(assembly)]


def print_line(line: dict[str, Any]) -> None:
    """Print it with its mark, and below it what to do."""
    mark, colour = _MARKS.get(line["severity"], ("wrong", "red"))
    click.secho(mark, nl=False, fg=colour)
    click.echo(f" {line['what']}: {full_stop(str(line['found']))}")
    if line["remedy"]:
        click.secho(f"      {capital(line['who'])}: {line['remedy']}", fg="cyan")
    if line["detail"]:
        click.echo(f"      {line['detail']}")
