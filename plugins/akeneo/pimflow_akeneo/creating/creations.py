"""The check of `create_missing`: what would be made, and whether it can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pimflow import Finding, Severity, joined, said
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
    named = [
        f"{one.owner}: {one.code}" if one.owner else said("category {code}", code=one.code) for one in promises.all
    ]
    named += [said("attribute {code}", code=code) for code in attributes]
    if named:
        reason = said("of what the mapping names the PIM lacks {names}", names=listed(named, 10))
        yield finding(Severity.NOTE, None, reason, said("Nothing to do: a run creates what its records need."))
    catalog = session.catalog
    if asked.category and asked.category.lower() not in catalog.categories:
        reason = said("new categories go below '{code}', and the PIM has no such category", code=asked.category)
        yield finding(Severity.ERROR, None, reason, said("Create it, or name another one under `create_missing`."))
    for locale in asked.locales or ():
        if locale not in catalog.model.locales:
            reason = said("`create_missing` names locale {locale}, which is not active in the PIM", locale=locale)
            active = said("Active: {names}.", names=listed(catalog.model.locales, 20))
            remedy = joined([said("Correct it, or activate it in the PIM."), active])
            yield finding(Severity.ERROR, None, reason, remedy)
    if attributes and not _has_group(session, asked.group):
        reason = said(
            "new attributes go into attribute group '{code}', and the PIM has no such group", code=asked.group
        )
        remedy = said("Create it, or name another one as `group` of `create_missing`.")
        yield finding(Severity.ERROR, None, reason, remedy)
    for path in dict.fromkeys(path for what in asked.what for path in _PATHS[what]):
        yield from rights.check(session, path, Severity.ERROR)


def _has_group(session: Session, code: str) -> bool:
    return bool(StructureWriter(session, ATTRIBUTE_GROUPS).current("attribute-groups", [code], []))
