"""What the user of the API key may do, and in words for the administrator what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pimflow import AccessError, RemoteError, said
from pimflow_erpnext.answers import TITLE, RefusedError
from pimflow_erpnext.session import Session, resource

_READ = ("Item", "Item Group")
OPTIONAL: Mapping[str, str] = {
    "Item Attribute": "no values that variants could have",
    "UOM": "no codes of units",
    "Item Price": "no prices",
    "Bin": "no stock",
    "Translation": "no texts in other languages",
    "DocField": "no labels and types of fields",
    "Deleted Document": "no deleted items",
}
"""What products can do without, and what they lack then."""
_ROLES: Mapping[str, str] = {"Translation": "System Manager"}
_WRITER = "Item Manager"
_NO_TYPE = "pimflow asks whether it may write"


def must_read(session: Session) -> None:
    """Raise AccessError where the user may not read all that products need, RemoteError where there are none."""
    lacking = [doctype for doctype in _READ if not _may_read(session, doctype)]
    if lacking:
        raise AccessError(
            said(
                "User {user!r} of {title} may not read {doctypes}. Give the user a role that may, under User > Roles, "
                "such as `Stock User`.",
                user=session.username,
                title=TITLE,
                doctypes=", ".join(lacking),
            )
        )


def notes(session: Session) -> Iterator[str]:
    """Tell what is no fault and may explain what is missed: what may not be read, and what is hidden."""
    lacking = [f"{doctype} ({loss})" for doctype, loss in OPTIONAL.items() if not _may_read(session, doctype)]
    if lacking:
        yield f"may not read {', '.join(lacking)}"
    if hidden := _hidden(session):
        yield f"User Permissions hide what does not belong to {hidden}"


def _hidden(session: Session) -> str:
    """Name the documents to which User Permissions confine the user; what else refers to such is left out silently."""
    try:
        told = session.method("frappe.core.doctype.user_permission.user_permission.get_user_permissions")
    except (AccessError, RefusedError):
        return ""
    found = told.items() if isinstance(told, dict) else ()
    return ", ".join(f"{doctype} {one['doc']!r}" for doctype, some in found for one in some)


def must_write(session: Session, noun: str, doctype: str) -> None:
    """Raise AccessError where the user may not create such documents.

    It is asked with a document that cannot be stored: one without what it needs, or with a choice that no field has.
    """
    try:
        session.ask("POST", resource(doctype), json=_IMPOSSIBLE[doctype], repeatable=True)
    except RefusedError:
        return
    except AccessError as error:
        raise AccessError(
            said(
                "User {user!r} of {title} may not write {nouns}. Give the user a role that may, under User > Roles, "
                "such as `{role}`.",
                user=session.username,
                title=TITLE,
                nouns=noun,
                role=_ROLES.get(doctype, _WRITER),
            ),
            detail=error.detail,
        ) from None


def must_name_by_code(session: Session) -> None:
    """Raise RemoteError where the site gives new items codes of its own, as far as the user may look."""
    try:
        settings = session.ask("GET", resource(_SETTINGS, _SETTINGS))["data"]
    except (AccessError, RefusedError):
        return
    if settings.get("item_naming_by") == "Naming Series":
        raise names_by_series()


def names_by_series() -> RemoteError:
    """Make the error about a site that does not take the codes that it is given."""
    return RemoteError(
        said(
            "{title} gives new items codes out of a naming series, and not those that it is sent: each run would make "
            "them anew. Set Stock Settings > Item Naming By to `Item Code`.",
            title=TITLE,
        )
    )


_SETTINGS = "Stock Settings"
_IMPOSSIBLE: Mapping[str, Mapping[str, object]] = {
    "Item": {"item_code": "", "valuation_method": _NO_TYPE},
    "Item Group": {"item_group_name": ""},
    "Item Attribute": {"attribute_name": ""},
    "Translation": {"source_text": ""},
}


def _may_read(session: Session, doctype: str) -> bool:
    parent = "DocType" if doctype == "DocField" else ""
    try:
        session.listed(doctype, ["name"], limit=1, parent=parent)
    except AccessError:
        return False
    return True
