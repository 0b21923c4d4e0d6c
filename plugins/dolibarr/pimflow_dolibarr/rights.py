"""What the user of the API key may do, and in words for the administrator what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pimflow import AccessError, said
from pimflow_dolibarr.answers import PERMISSIONS, TITLE
from pimflow_dolibarr.session import Session

_EXTRA_FIELDS = "set API_LOGINS_ALLOWED_FOR_GET_EXTRAFIELDS to its login under Home > Setup > Other Setup"


def must_read(session: Session) -> None:
    """Raise AccessError where the user may not read products."""
    assert session.server.version
    try:
        session.listed("products", limit=1, properties="id")
    except AccessError as error:
        raise AccessError(
            said(
                "{who} may not read products. Enable 'Read products' under {menu}, and the module Products where it is "
                "off.",
                who=_who(session),
                menu=PERMISSIONS,
            ),
            detail=error.detail,
        ) from None


def must_write(session: Session, noun: str, group: str, right: str) -> None:
    """Raise AccessError where it is known that the user may not write such records."""
    rights = session.user.get("rights")
    if isinstance(rights, Mapping) and group in rights and not _has(rights, group):
        raise AccessError(
            said(
                "{who} may not write {nouns}. Enable '{right}' under {menu}.",
                who=_who(session),
                nouns=noun,
                right=right,
                menu=PERMISSIONS,
            )
        )


def notes(session: Session) -> Iterator[str]:
    """Tell what is no fault and may explain what is missed."""
    catalog = session.catalog
    if not catalog.reads_categories:
        yield "may not read categories ('Read categories'), so that products have none"
    if not catalog.reads_attributes:
        yield "may not read attributes of variants ('Read variants', module Variants), so that all products come flat"
    if not catalog.reads_extra_fields:
        yield f"may not read what extra fields are, so that they have neither types nor labels ({_EXTRA_FIELDS})"
    rights = session.user.get("rights")
    if isinstance(rights, Mapping) and "produit" in rights and not _has(rights, "produit"):
        yield "may not write products ('Create/modify products')"


def _has(rights: Mapping[str, Any], group: str) -> bool:
    found = rights[group]
    return isinstance(found, Mapping) and bool(found.get("creer") or found.get("write"))


def _who(session: Session) -> str:
    login = session.user.get("login")
    if login:
        return said("User {user!r} of {title}", user=login, title=TITLE)
    return said("The user of the API key of {title}", title=TITLE)
