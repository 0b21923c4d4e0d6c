"""Whether records can be told apart at all."""

from __future__ import annotations

from collections.abc import Iterator

from pimflow import Finding, ProblemKind, Severity, Who, said
from pimflow_akeneo.checking.subject import Subject, finding


def check(subject: Subject) -> Iterator[Finding]:
    """Tell of a key that is missing, or is the same for all records, or that numbers spoil."""
    kind = subject.kind
    key = "identifier" if kind.has_identifier else kind.key
    expected = subject.expected(key)
    if expected is None:
        if subject.columns and not (kind.has_identifier and subject.has("uuid")):
            yield _missing(key, subject)
        return
    if expected.only_known and expected.filled and len(expected.known) == 1:
        reason = said("all {nouns} would have the same one, and only one of them could arrive", nouns=kind.noun[1])
        remedy = said("Take it from a column of the source that differs in each record.")
        yield finding(Severity.FATAL, key, reason, remedy, kind=ProblemKind.DUPLICATE)
    if expected.type == "number":
        reason = said("a number has no zeros at its front, and those of an identifier count")
        remedy = said("Leave it as text: take it out of `convert`, or choose a column with text.")
        yield finding(Severity.WARNING, key, reason, remedy, kind=ProblemKind.VALUE)


def _missing(key: str, subject: Subject) -> Finding:
    noun = subject.kind.noun[0]
    reason = said("the mapping has no such column, and the PIM needs one for each {noun}", noun=noun)
    remedy = said("Map a column of the source to '{key}'.", key=key)
    return finding(Severity.FATAL, key, reason, remedy, kind=ProblemKind.MISSING, who=Who.ADMINISTRATOR)
