"""What every ERP's people are told in the same words; `title` is what they call the ERP."""

from __future__ import annotations

from pimflow import Problem, ProblemKind, Who


def awaited(title: str, noun: str, column: str, key: str | None) -> Problem:
    """Tell that a record names another one, a `noun`, that is not there yet."""
    return Problem(
        f"{title} has no such {noun}, and it did not come in this run",
        ProblemKind.REFERENCE,
        column,
        key,
        f"Send that one too, or have it made in {title}; this one then goes by itself.",
        Who.SOURCE_TEAM,
    )


def fixed(title: str, column: str, value: object) -> Problem:
    """Tell that the record has another value, which was made with it."""
    return Problem(
        f"{title} has another one, and it cannot be changed once the record is made",
        ProblemKind.VALUE,
        column,
        value,
        f"Correct it in the source, or archive the record in {title} and have it made anew.",
        Who.SOURCE_TEAM,
    )
