"""Whether the mapping brings what tells variants apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pimflow import Finding, Known, Problem, ProblemKind, Severity, Who, said
from pimflow_akeneo.checking.families import Families
from pimflow_akeneo.checking.subject import Subject, finding, listed
from pimflow_akeneo.model import FamilyVariant

_REMEDY = said("Map a column of the source to it.")


def check(subject: Subject, families: Families) -> Iterator[Finding]:
    """Tell of axes without a column: of the family variants that are named, else of those of the families."""
    if subject.has("family_variant"):
        yield from _of_named(subject, families)
    elif subject.has("parent") and subject.kind.has_identifier and "family_variant" not in subject.outlook.refused:
        for family in families.named:
            yield from _of_family(family, subject)


def _of_named(subject: Subject, families: Families) -> Iterator[Finding]:
    expected = subject.expected("family_variant")
    for known in expected.known if expected else ():
        found = _find(str(known.value).strip(), families, subject)
        missing = _missing(found, subject) if found else []
        if missing:
            yield Finding(Severity.ERROR, _told_apart(known, missing), known.origin)


def _find(code: str, families: Families, subject: Subject) -> FamilyVariant | None:
    """Look in the families that are named first, which takes fewer calls."""
    found = (subject.catalog.family_variant(code, family) for family in families.named)
    return next(filter(None, found), None) or subject.catalog.family_variant(code)


def _told_apart(known: Known, missing: list[str]) -> Problem:
    reason = said("whose variants are told apart by {axes}, and the mapping has no column for it", axes=listed(missing))
    return Problem(reason, ProblemKind.MISSING, "family_variant", known.value, _REMEDY, Who.ADMINISTRATOR)


def _missing(variant: FamilyVariant, subject: Subject) -> list[str]:
    """Give the axes without a column, of those levels whose records the flow brings."""
    needed = variant.levels
    if not subject.kind.has_identifier and "variants" not in subject.columns:  # models alone, and sub models
        needed = variant.levels[:-1] if subject.has("parent") else ()
    there = {column.attribute.code for column in subject.values.values()}
    return [axis for axes, _ in needed for axis in axes if axis not in there]


def _of_family(family: str, subject: Subject) -> Iterator[Finding]:
    """Tell where no family variant of a family has a column for each axis of its products."""
    there = {column.attribute.code for column in subject.values.values()}
    lowest = [variant.levels[-1][0] for variant in subject.catalog.family_variants(family).values()]
    missing = [[axis for axis in axes if axis not in there] for axes in lowest]
    if missing and all(missing):
        reason = said(
            "variants of family '{family}' are told apart by {axes}, and the mapping has no column for it",
            family=family,
            axes=listed(_fewest(missing)),
        )
        yield finding(Severity.WARNING, "parent", reason, _REMEDY, kind=ProblemKind.MISSING)


def _fewest(missing: Sequence[list[str]]) -> list[str]:
    number = min(len(axes) for axes in missing)
    return next(axes for axes in missing if len(axes) == number)
