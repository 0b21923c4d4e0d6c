"""What tells products and product models apart for those who read and write them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimflow import said


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that has values: its path below `/api/rest/v1`, the name of its key, its properties.

    `properties` has the key's name not in it. `made` are columns that a transform makes and the PIM does not have.
    `searched` is what a search calls the key; None where that is the code of the main identifier attribute.
    """

    resource: str
    path: str
    key: str
    noun: tuple[str, str]
    properties: tuple[str, ...]
    searched: str | None
    made: tuple[str, ...] = ()

    @property
    def has_identifier(self) -> bool:
        """Tell whether the main identifier attribute is a property of these records."""
        return self.resource == "products"


PRODUCTS = Kind(
    resource="products",
    path="products",
    key="identifier",
    noun=(said("product"), said("products")),
    properties=("uuid", "enabled", "family", "parent", "categories", "groups"),
    searched=None,
)
BY_UUID = replace(PRODUCTS, path="products-uuid", key="uuid", searched="uuid")
"""The same products, under their uuids."""

MODELS = Kind(
    resource="product-models",
    path="product-models",
    key="code",
    noun=(said("product model"), said("product models")),
    properties=("family", "family_variant", "parent", "categories"),
    searched="identifier",
    made=("variants",),
)


def product_kind(payload: Mapping[str, Any]) -> Kind:
    """Tell under which kind of key a product is written: its uuid where it has one."""
    return BY_UUID if payload.get("uuid") else PRODUCTS
