"""The check of products and of product models."""

from __future__ import annotations

from collections.abc import Iterator

from pimflow import Finding, Run
from pimflow_akeneo.checking import axes, changes, families, keys, read_only, rights, types, values
from pimflow_akeneo.checking.families import Families, named_families
from pimflow_akeneo.checking.subject import Subject
from pimflow_akeneo.session import Session


def check(session: Session, run: Run, subject: Subject) -> Iterator[Finding]:
    """Give all that was found; before a run what costs no call that the run would not make."""
    outlook = subject.outlook
    asks = outlook.thorough or subject.has("family")
    named = named_families(subject) if asks else Families((), only=False, origin="")
    yield from _changes(run, subject, named, asks=asks)
    yield from keys.check(subject)
    yield from values.check(subject)
    if outlook.thorough:
        yield from types.check(subject)
        yield from families.check(subject, named)
        yield from axes.check(subject, named)
        yield from read_only.check(subject)
        yield from rights.check(session, subject.kind.path)


def _changes(run: Run, subject: Subject, named: Families, *, asks: bool) -> Iterator[Finding]:
    outlook = subject.outlook
    used = {name.partition("-")[0] for name in (*outlook.columns, *outlook.refused)}
    there = tuple(subject.catalog.families.values()) if asks else ()
    looked_at = (named.named if named.only else there) if asks else None
    now = changes.seen_now(subject.catalog, used, looked_at)
    place = f"{run.pipeline}/{outlook.flow}/{subject.kind.resource}"
    yield from changes.check(run.memory, place, now, used, there)
