"""Whether the user of the connection may write, found out without writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pimflow import Finding, ProblemKind, Severity
from pimflow_akeneo.checking.subject import finding
from pimflow_akeneo.session import COLLECTION, Session

_RIGHTS: Mapping[str, str] = {
    "products": "products",
    "product-models": "products",
    "attributes": "attributes",
    "attributes/any/options": "attribute options",
    "attribute-groups": "attribute groups",
    "families": "families",
    "families/any/variants": "family variants",
    "categories": "categories",
    "channels": "channels",
    "association-types": "association types",
}
"""List below `/api/rest/v1` -> what its right is called; the PIM looks at the right before it looks for `any`."""
_REFUSED_FOR_OTHER_REASONS = frozenset({400, 404, 405, 413, 422})


def check(session: Session, path: str, severity: Severity = Severity.FATAL) -> Iterator[Finding]:
    """Tell where the right to write to a list is missing.

    It is asked with a collection of no lines: the PIM looks at the right first, and then has nothing to do.
    """
    if path not in _RIGHTS or _may_write(session, path):
        return
    right = f"Create and update {_RIGHTS[path]}"
    reason = f"user '{session.username}' of the PIM may not write {_RIGHTS[path]}"
    remedy = f"Grant '{right}' under System > Roles > Web API permissions."
    yield finding(severity, None, reason, remedy, kind=ProblemKind.PERMISSION)


def _may_write(session: Session, path: str) -> bool:
    handled = {403, *_REFUSED_FOR_OTHER_REASONS}
    headers = {"Content-Type": COLLECTION}
    answer = session.call("PATCH", path, content=b"", headers=headers, repeatable=True, handled=handled)
    return answer.status_code != 403
