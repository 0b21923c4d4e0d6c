"""The check of `create_missing`: what would be made, and whether it can be."""

from __future__ import annotations

from collections.abc import Iterator

from pimflow import Finding, Severity
from pimflow_akeneo.checking import rights
from pimflow_akeneo.checking.subject import finding, listed
from pimflow_akeneo.creating.promises import Promises
from pimflow_akeneo.creating.wishes import CreateMissing
from pimflow_akeneo.session import Session


def check(session: Session, asked: CreateMissing, promises: Promises) -> Iterator[Finding]:
    """Tell which of the values of the mapping would be made, and what is in the way of making any."""
    named = [f"{one.owner}: {one.code}" if one.owner else f"category {one.code}" for one in promises.all]
    if named:
        reason = f"of what the mapping names the PIM lacks {listed(named, 10)}"
        yield finding(Severity.NOTE, None, reason, "Nothing to do: a run creates what its records need.")
    catalog = session.catalog
    if asked.category and asked.category.lower() not in catalog.categories:
        reason = f"new categories go below '{asked.category}', and the PIM has no such category"
        yield finding(Severity.ERROR, None, reason, "Create it, or name another one under `create_missing`.")
    for locale in asked.locales or ():
        if locale not in catalog.model.locales:
            reason = f"`create_missing` names locale {locale}, which is not active in the PIM"
            yield finding(Severity.ERROR, None, reason, f"Active: {listed(catalog.model.locales, 20)}.")
    for what, path in (("options", "attributes/any/options"), ("categories", "categories")):
        if what in asked.what:
            yield from rights.check(session, path, Severity.ERROR)
