"""What every ERP's people are told in the same words; `title` is what they call the ERP."""

from __future__ import annotations

from pimflow import Problem, ProblemKind, Who, said


def awaited(title: str, noun: str, column: str, key: str | None) -> Problem:
    """Tell that a record names another one, a `noun`, that is not there yet."""
    return Problem(
        said("{title} has no such {noun}, and it did not come in this run", title=title, noun=said(noun)),
        ProblemKind.REFERENCE,
        column,
        key,
        said("Send that one too, or have it made in {title}; this one then goes by itself.", title=title),
        Who.SOURCE_TEAM,
    )


def fixed(title: str, column: str, value: object) -> Problem:
    """Tell that the record has another value, which was made with it."""
    return Problem(
        said("{title} has another one, and it cannot be changed once the record is made", title=title),
        ProblemKind.VALUE,
        column,
        value,
        said("Correct it in the source, or archive the record in {title} and have it made anew.", title=title),
        Who.SOURCE_TEAM,
    )
