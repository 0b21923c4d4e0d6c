"""Products and product models as the sandbox keeps them.

Values are `attribute code -> (scope, locale) -> data`, in the form of values/create.py. Associations name products by
uuid, models and groups by code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Scoped = tuple[str | None, str | None]
Values = Mapping[str, Mapping[Scoped, Any]]
Associations = Mapping[str, Mapping[str, tuple[str, ...]]]
Quantified = Mapping[str, Mapping[str, tuple[tuple[str, int], ...]]]

NO_SCOPE: Scoped = (None, None)


def stored_order(key: str) -> tuple[int, str]:
    """Return what sorts keys as the database keeps those of a JSON object: shorter ones first."""
    return len(key), key


LINKS = ("products", "product_models", "groups")


@dataclass(frozen=True)
class Product:
    """A product; `parent` is the code of its product model when it is a variant."""

    uuid: str
    identifier: str | None
    created: datetime
    updated: datetime
    enabled: bool = True
    family: str | None = None
    parent: str | None = None
    categories: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)
    associations: Associations = field(default_factory=dict)
    quantified: Quantified = field(default_factory=dict)


@dataclass(frozen=True)
class ProductModel:
    """A product model; root models have no parent."""

    code: str
    family_variant: str
    created: datetime
    updated: datetime
    parent: str | None = None
    categories: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)
    associations: Associations = field(default_factory=dict)
    quantified: Quantified = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """The values of a product as one user would have them, who may edit it and does not own it."""

    values: Values
    status: str = "draft_in_progress"


Entity = Product | ProductModel


def to_json(entity: Entity) -> dict[str, Any]:
    """Return the entity as JSON for the SQLite file."""
    plain = dict(vars(entity))
    plain["values"] = [
        [code, scope, locale, data]
        for code, by_scope in entity.values.items()
        for (scope, locale), data in by_scope.items()
    ]
    for name in ("created", "updated"):
        plain[name] = plain[name].isoformat()
    return plain


def _common(plain: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, dict[Scoped, Any]] = {}
    for code, scope, locale, data in plain["values"]:
        values.setdefault(code, {})[scope, locale] = data
    return {
        **plain,
        "values": values,
        "created": datetime.fromisoformat(plain["created"]),
        "updated": datetime.fromisoformat(plain["updated"]),
        "categories": tuple(plain["categories"]),
        "associations": {
            code: {link: tuple(members) for link, members in links.items()}
            for code, links in plain["associations"].items()
        },
        "quantified": {
            code: {link: tuple((key, number) for key, number in members) for link, members in links.items()}
            for code, links in plain["quantified"].items()
        },
    }


def product_from_json(plain: dict[str, Any]) -> Product:
    """Return the product that to_json wrote."""
    return Product(**{**_common(plain), "groups": tuple(plain["groups"])})


def model_from_json(plain: dict[str, Any]) -> ProductModel:
    """Return the product model that to_json wrote."""
    return ProductModel(**_common(plain))


def now() -> datetime:
    """Return the time of the server: UTC, whole seconds as the PIM keeps them."""
    return datetime.now(UTC).replace(microsecond=0)
