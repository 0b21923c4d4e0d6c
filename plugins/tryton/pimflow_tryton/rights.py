"""What the database has activated and the user may do, and in words for the administrator what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from pimflow import AccessError, RemoteError, said
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.places import ATTRIBUTE, CATEGORY, PRODUCT, TEMPLATE
from pimflow_tryton.session import RefusedError, Session

OPTIONAL: Mapping[str, str] = {
    "product_attribute": "no attributes",
    "product_measurements": "no weight and sizes",
    "product_image": "no pictures",
}
"""Modules that products can do without, and what they lack then."""
_READ = (PRODUCT, TEMPLATE, CATEGORY, "product.uom")
_WRITE = (PRODUCT, TEMPLATE, CATEGORY)
_USERS = said("Administration > Users > Users")


def must_read(session: Session) -> None:
    """Raise RemoteError where the database has no products, AccessError where the user may not read all of them."""
    must_have(session, "product")
    lacking = [model for model in _READ if not _access(session, _READ).get(model, {}).get("read")]
    if lacking:
        raise AccessError(
            said(
                "User {user!r} of {title} may not read all that is needed. {remedy}",
                user=session.username,
                title=TITLE,
                remedy=_to_read(session, lacking),
            )
        )


def must_write(session: Session, noun: str, models: Sequence[str]) -> None:
    """Raise RemoteError where the database has no such records, AccessError where the user may not write them."""
    must_have(session, "product")
    if ATTRIBUTE in models:
        must_have(session, "product_attribute")
    lacking = _not_written(session, models)
    if lacking:
        raise AccessError(
            said(
                "User {user!r} of {title} may not write {nouns}. {remedy}",
                user=session.username,
                title=TITLE,
                nouns=noun,
                remedy=_to_write(session, lacking),
            )
        )


def notes(session: Session) -> Iterator[str]:
    """Tell what is no fault and may explain what is missed: modules that are off, what may not be written."""
    lacking = [f"{name} ({loss})" for name, loss in OPTIONAL.items() if name not in session.catalog.modules]
    if lacking:
        yield f"modules not activated: {', '.join(lacking)}"
    closed = _not_written(session, _WRITE)
    if closed:
        groups = _groups(session, closed, "create")
        way = f" (members of {' and '.join(groups)} may)" if groups else ""
        yield f"may not write {', '.join(closed)}{way}"


def must_have(session: Session, module: str) -> None:
    """Raise RemoteError where the database has not activated a module."""
    if module in session.catalog.modules:
        return
    raise RemoteError(
        said(
            "Tryton's database has not activated the module {module}. Its administrator can do that under "
            "Administration > Modules > Modules.",
            module=module,
        )
    )


def _access(session: Session, models: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
    found: Mapping[str, Mapping[str, object]] = session.call("ir.model.access.get_access", list(models))
    return found


def _not_written(session: Session, models: Sequence[str]) -> list[str]:
    access = _access(session, models)
    return [model for model in models if not (access[model]["write"] and access[model]["create"])]


def _to_read(session: Session, models: Sequence[str]) -> str:
    groups = _groups(session, models, "read")
    named = ", ".join(models)
    if groups:
        return said(
            "Add the user to the group {groups} under {menu}: it may read {models}.",
            groups=_all_of(groups),
            menu=_USERS,
            models=named,
        )
    return said(
        "Add the user, under {menu}, to a group that may read and write the models {models}.",
        menu=_USERS,
        models=named,
    )


def _to_write(session: Session, models: Sequence[str]) -> str:
    groups = _groups(session, models, "create")
    named = ", ".join(models)
    if groups:
        return said(
            "Add the user to the group {groups} under {menu}: it may create {models}.",
            groups=_all_of(groups),
            menu=_USERS,
            models=named,
        )
    return said(
        "Add the user, under {menu}, to a group that may create and write the models {models}.",
        menu=_USERS,
        models=named,
    )


def _all_of(groups: Sequence[str]) -> str:
    """Join the names of groups; there are one or two."""
    return reduce(lambda one, other: said("{one} and {other}", one=one, other=other), map(repr, groups))


def _groups(session: Session, models: Sequence[str], right: str) -> list[str]:
    """Name one group for each model that has the right; none where the user may not look at rights."""
    model = "model" if session.catalog.fields("ir.model.access")["model"]["type"] == "char" else "model.model"
    found: set[str] = set()
    for name in models:
        domain = [[model, "=", name], [f"perm_{right}", "=", True], ["group", "!=", None]]
        try:
            rules = session.call("ir.model.access.search_read", domain, 0, 1, [["id", "ASC"]], ["group.name"])
        except RefusedError:
            return []
        found.update(rule["group."]["name"] for rule in rules)
    return sorted(found)
