"""The check of `create_missing`: what would be made, and whether it can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pimflow import Finding, Severity
from pimflow_akeneo.checking import rights
from pimflow_akeneo.checking.subject import finding, listed
from pimflow_akeneo.creating.promises import Promises
from pimflow_akeneo.creating.wishes import CreateMissing
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure.resources import ATTRIBUTE_GROUPS
from pimflow_akeneo.structure.writing import StructureWriter

_PATHS: Mapping[str, tuple[str, ...]] = {
    "options": ("attributes/any/options",),
    "categories": ("categories",),
    "attributes": ("attributes", "families"),
}
"""What is made -> the lists below `/api/rest/v1` that are written to."""


def check(session: Session, asked: CreateMissing, promises: Promises, attributes: Collection[str]) -> Iterator[Finding]:
    """Tell which of the values of the mapping would be made, and what is in the way of making any."""
    named = [f"{one.owner}: {one.code}" if one.owner else f"category {one.code}" for one in promises.all]
    named += [f"attribute {code}" for code in attributes]
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
            yield finding(
                Severity.ERROR,
                None,
                reason,
                f"Correct it, or activate it in the PIM. Active: {listed(catalog.model.locales, 20)}.",
            )
    if attributes and not _has_group(session, asked.group):
        reason = f"new attributes go into attribute group '{asked.group}', and the PIM has no such group"
        yield finding(Severity.ERROR, None, reason, "Create it, or name another one as `group` of `create_missing`.")
    for path in dict.fromkeys(path for what in asked.what for path in _PATHS[what]):
        yield from rights.check(session, path, Severity.ERROR)


def _has_group(session: Session, code: str) -> bool:
    return bool(StructureWriter(session, ATTRIBUTE_GROUPS).current("attribute-groups", [code], []))
