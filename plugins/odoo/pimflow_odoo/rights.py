"""What the user may do, and in words for the administrator what is missing, and what ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pimflow import AccessError, RemoteError, said
from pimflow_odoo.refusals import NoModelError, RefusedError
from pimflow_odoo.session import Session

PRODUCT, TEMPLATE, CATEGORY = "product.product", "product.template", "product.category"
_READ = (PRODUCT, TEMPLATE, CATEGORY, "uom.uom")
_WRITE = (PRODUCT, TEMPLATE, CATEGORY)
_OPTIONAL: Mapping[str, str] = {
    "product.tag": "tags",
    "product.attribute": "attributes",
    "product.template.attribute.value": "attributes of variants",
    "product.packaging": "packagings",
}
"""Models that products can do without, and what they lack then."""
_RULES = "stock.warehouse.orderpoint"
"""Reordering rules: Odoo archives those of a product with it, so that whoever archives has to see them."""


def must_read(session: Session) -> None:
    """Raise RemoteError where the database has no products, AccessError where the user may not read all of them."""
    lacking = _lacking(session, _READ, "read")
    if lacking:
        raise AccessError(
            said(
                "User {user!r} of Odoo may not read all that is needed: {models}. Make it an internal user, with the "
                "group 'Sales / User: Own Documents Only' if that is not enough, under Settings > Users & Companies > "
                "Users.",
                user=session.user["login"],
                models=", ".join(lacking),
            )
        )


def must_write(session: Session, noun: str, models: Sequence[str]) -> None:
    """Raise RemoteError where the database has no such records, AccessError where the user may not write them."""
    lacking = sorted({*_lacking(session, models, "create"), *_lacking(session, models, "write")})
    if lacking:
        raise AccessError(
            said(
                "User {user!r} of Odoo may not write {nouns}: {models}. Tick 'Product Creation' under Extra Rights "
                "(in older versions: make it 'Sales / Administrator') for the user under Settings > Users & Companies "
                "> Users.",
                user=session.user["login"],
                nouns=noun,
                models=", ".join(lacking),
            )
        )


def notes(session: Session) -> Iterator[str]:
    """Tell what is no fault and may explain what is missed: what may not be written."""
    fields = session.catalog.fields(PRODUCT).values()
    there = {info.get("relation") for info in fields} | {"product.attribute"}
    lost = [noun for model, noun in _OPTIONAL.items() if model in there and not session.catalog.may_read(model)]
    if lost:
        yield f"may not read {', '.join(lost)}: products come without"
    closed = _lacking(session, _WRITE, "write")
    if closed:
        yield f"may not write {', '.join(closed)} (users with 'Product Creation' may)"
    elif _RULES in there and not session.catalog.may_read(_RULES):
        yield "may not archive products, nor take them back: with the app Inventory that needs 'Inventory / User' too"
    for key, day in _ending_keys(session):
        yield f"API key {key!r} of this user ends on {day}: make a new one before"


def _ending_keys(session: Session) -> Iterator[tuple[str, str]]:
    """Give the keys that end, each with the day; none before Odoo 18, or where the user may not list its keys."""
    domain = [["user_id", "=", session.user["id"]], ["expiration_date", "!=", False]]
    asked = ["name", "expiration_date"]
    try:
        found = session.call("res.users.apikeys", "search_read", domain=domain, fields=asked, order="id")
    except (RefusedError, NoModelError):
        return
    yield from ((key["name"], key["expiration_date"][:10]) for key in found)


def _lacking(session: Session, models: Sequence[str], right: str) -> list[str]:
    return [model for model in models if not _may(session, model, right)]


def _may(session: Session, model: str, right: str) -> bool:
    try:
        return session.may(model, right)
    except NoModelError as error:
        raise RemoteError(
            said(
                "Odoo's database has no products: the app Sales, Purchase or Inventory is not installed. Its "
                "administrator can do that under Apps."
            ),
            detail=error.detail,
        ) from None
