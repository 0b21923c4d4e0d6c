"""Why a database did not take a record, in words for the product manager."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pimflow import Problem, ProblemKind, Who, said
from pimflow_sql.errors import RefusedError
from pimflow_sql.faults import Fault
from pimflow_sql.places import Target

_COLUMN = (
    r"Key \((?P<all>[^)]+)\)=",  # PostgreSQL: duplicates and references
    r'column "(?P<one>[^"]+)"',  # PostgreSQL: empty
    r"constraint failed: [^.]*\.(?P<sqlite>\w+)",
    r"FOREIGN KEY \([`\"](?P<mysql>\w+)",
    r"(?:Column|Field|column) '(?P<two>\w+)'",
    r"for key '(?:[^'.]*\.)?(?P<index>[^']+)'",  # MySQL names the index
    r"(?:constraint|CONSTRAINT|CHECK constraint failed:) [\"'`]?(?P<rule>\w+)",
)
_CORRECT = said("Correct it in the source; it will then arrive by itself.")
_WORDS: Mapping[Fault, tuple[str, ProblemKind, str]] = {
    Fault.DUPLICATE: (
        said("another row of the table has the same already"),
        ProblemKind.DUPLICATE,
        said("Correct or remove one of the two; this one then goes by itself."),
    ),
    Fault.EMPTY: (
        said("the table does not take a record without it"),
        ProblemKind.MISSING,
        said("Fill it in the source, or have it mapped; the record then goes by itself."),
    ),
    Fault.REFERENCE: (
        said("the database has no such record yet"),
        ProblemKind.REFERENCE,
        said("Send that one too, or have it made there; this one then goes by itself."),
    ),
    Fault.RULE: (said("it breaks a rule of the table"), ProblemKind.VALUE, _CORRECT),
    Fault.TOO_LONG: (said("a text is longer than its column"), ProblemKind.TOO_LARGE, _CORRECT),
    Fault.VALUE: (said("a value does not fit its column"), ProblemKind.VALUE, _CORRECT),
}


def told(error: RefusedError, target: Target, values: Mapping[str, Any]) -> Problem:
    """Tell a refusal: the column and its value where the database names one, its own words as detail."""
    reason, kind, remedy = _WORDS[error.fault]
    column = _column(error, target)
    value = None if column is None else values.get(column)
    rule = _rule(error) if error.fault is Fault.RULE else ""
    if rule:
        reason = said("{reason}, {rule!r}", reason=reason, rule=rule)
    return Problem(reason, kind, column, value, remedy, Who.SOURCE_TEAM, detail=error.detail)


def still_needed(error: RefusedError) -> Problem:
    """Tell why a record cannot be deleted."""
    if error.fault is Fault.REFERENCE:
        remedy = said("Delete those first, or let `on_missing` be `disable`.")
        return Problem(
            said("other rows of the database refer to it"), ProblemKind.REFERENCE, None, None, remedy, Who.ADMINISTRATOR
        )
    reason, kind, _ = _WORDS[error.fault]
    return Problem(reason, kind, None, None, "", Who.ADMINISTRATOR, detail=error.detail)


def _column(error: RefusedError, target: Target) -> str | None:
    for pattern in _COLUMN:
        found = re.search(pattern, error.detail)
        if found is None:
            continue
        word: str = next(text for text in found.groups() if text is not None)
        names = target.uniques.get(word, tuple(part.strip(' "') for part in word.split(",")))
        known = [name for name in names if name in target.places]
        others = [name for name in known if name not in target.keys]
        if known:
            return (others or known)[0]
    return None


def _rule(error: RefusedError) -> str:
    found = re.search(_COLUMN[-1], error.detail)
    return found["rule"] if found else ""
