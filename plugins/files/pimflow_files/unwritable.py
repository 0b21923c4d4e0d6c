"""What a file cannot hold, and how people are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from pimflow import Finding, Outlook, Problem, RowProblem, Severity, Who, said


class UnwritableError(ValueError):
    """A value has no form in the file, for a reason that people can be told."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def no_column(name: str) -> RowProblem:
    """Tell that a column of the flow is none of the file."""
    remedy = said("Name it under `columns:` or in `record:` of the target, or leave it out of the mapping.")
    return RowProblem(name, None, said("the file has no such column"), remedy=remedy, who=Who.ADMINISTRATOR)


def unfilled(chosen: Sequence[str], outlook: Outlook) -> Iterator[Finding]:
    """Tell of columns of the file that the flow does not have, where it has any: they stay empty."""
    there = [*outlook.columns, *outlook.refused]
    for name in chosen if there else ():
        if name not in there:
            near = get_close_matches(name, there, 1)
            reason = said("no such column comes, so it stays empty")
            if near:
                reason = said("no such column comes, so it stays empty; did you mean {near!r}?", near=near[0])
            remedy = said("Correct it under `columns:` of the target. Nothing to do where that is meant.")
            yield Finding(Severity.WARNING, Problem(reason, field=name, remedy=remedy, who=Who.ADMINISTRATOR))


def unwritable(error: Exception) -> Problem:
    """Say why a row has no form in the file."""
    if isinstance(error, UnwritableError):
        return error.problem
    if isinstance(error, UnicodeEncodeError):
        value = error.object[error.start : error.end]
        reason = said("which the file's encoding {encoding} lacks", encoding=error.encoding)
        remedy = said("State `encoding: utf-8` at the target, or replace the character.")
        return Problem(reason, value=value, remedy=remedy, who=Who.ADMINISTRATOR, detail=str(error))
    remedy = said("Convert it to text or to a smaller number.")
    return Problem(
        said("a value of the row has no form in the file"), remedy=remedy, who=Who.ADMINISTRATOR, detail=str(error)
    )
