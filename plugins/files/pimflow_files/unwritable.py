"""What a file cannot hold, and how people are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from pimflow import Finding, Outlook, Problem, RowProblem, Severity, Who


class UnwritableError(ValueError):
    """A value has no form in the file, for a reason that people can be told."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def no_column(name: str) -> RowProblem:
    """Tell that a column of the flow is none of the file."""
    remedy = "Name it under `columns:` or in `record:` of the target, or leave it out of the mapping."
    return RowProblem(name, None, "the file has no such column", remedy=remedy, who=Who.ADMINISTRATOR)


def unfilled(chosen: Sequence[str], outlook: Outlook) -> Iterator[Finding]:
    """Tell of columns of the file that the flow does not have, where it has any: they stay empty."""
    there = [*outlook.columns, *outlook.refused]
    for name in chosen if there else ():
        if name not in there:
            near = get_close_matches(name, there, 1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            reason = f"no such column comes, so it stays empty{meant}"
            remedy = "Correct it under `columns:` of the target. Nothing to do where that is meant."
            yield Finding(Severity.WARNING, Problem(reason, field=name, remedy=remedy, who=Who.ADMINISTRATOR))


def unwritable(error: Exception) -> Problem:
    """Say why a row has no form in the file."""
    if isinstance(error, UnwritableError):
        return error.problem
    if isinstance(error, UnicodeEncodeError):
        value = error.object[error.start : error.end]
        reason = f"which the file's encoding {error.encoding} lacks"
        remedy = "State `encoding: utf-8` at the target, or replace the character."
        return Problem(reason, value=value, remedy=remedy, who=Who.ADMINISTRATOR, detail=str(error))
    remedy = "Convert it to text or to a smaller number."
    return Problem(
        "a value of the row has no form in the file", remedy=remedy, who=Who.ADMINISTRATOR, detail=str(error)
    )
