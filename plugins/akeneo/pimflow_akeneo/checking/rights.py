"""Whether the user of the connection may write, found out without writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pimflow import Finding, ProblemKind, Severity, said
from pimflow_akeneo.checking.subject import finding
from pimflow_akeneo.session import COLLECTION, Session

_PRODUCTS = (said("Create and update products"), said("products"))
RIGHTS: Mapping[str, tuple[str, str]] = {
    "products": _PRODUCTS,
    "product-models": _PRODUCTS,
    "attributes": (said("Create and update attributes"), said("attributes")),
    "attributes/any/options": (said("Create and update attribute options"), said("attribute options")),
    "attribute-groups": (said("Create and update attribute groups"), said("attribute groups")),
    "families": (said("Create and update families"), said("families")),
    "families/any/variants": (said("Create and update family variants"), said("family variants")),
    "categories": (said("Create and update categories"), said("categories")),
    "channels": (said("Create and update channels"), said("channels")),
    "association-types": (said("Create and update association types"), said("association types")),
}
"""List below `/api/rest/v1` -> its right as the PIM's screen for roles names it, and what it is about.

The PIM looks at the right before it looks for `any`.
"""
_REFUSED_FOR_OTHER_REASONS = frozenset({400, 404, 405, 413, 422})


def check(session: Session, path: str, severity: Severity = Severity.FATAL) -> Iterator[Finding]:
    """Tell where the right to write to a list is missing.

    It is asked with a collection of no lines: the PIM looks at the right first, and then has nothing to do.
    """
    if path not in RIGHTS or _may_write(session, path):
        return
    right, nouns = RIGHTS[path]
    reason = said("user '{user}' of the PIM may not write {nouns}", user=session.username, nouns=nouns)
    remedy = said("Grant '{right}' under System > Roles > Web API permissions.", right=right)
    yield finding(severity, None, reason, remedy, kind=ProblemKind.PERMISSION)


def _may_write(session: Session, path: str) -> bool:
    handled = {403, *_REFUSED_FOR_OTHER_REASONS}
    headers = {"Content-Type": COLLECTION}
    answer = session.call("PATCH", path, content=b"", headers=headers, repeatable=True, handled=handled)
    return answer.status_code != 403
