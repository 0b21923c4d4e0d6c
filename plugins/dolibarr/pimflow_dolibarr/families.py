"""Which product a variant belongs to, and what tells it apart from its siblings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pimflow_dolibarr import filters
from pimflow_dolibarr.catalog import Attribute
from pimflow_dolibarr.session import Session

_KEPT = 200
Features = Mapping[str, str]
"""References of attributes with those of their values: `{"COLOR": "RED"}`."""


@dataclass(frozen=True, slots=True)
class Member:
    """A variant's place: the id and reference of its parent, and its features."""

    parent: int
    parent_ref: str
    features: Features


def features_of(session: Session, parent: int) -> dict[int, Features]:
    """Give the features of the variants of a product, by their ids."""
    attributes = session.catalog.attributes
    found = session.listed(f"products/{parent}/variants")
    return {int(one["fk_product_child"]): _features(one, attributes) for one in found}


def refs(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Give the references of products by id."""
    found: dict[int, str] = {}
    size = 200
    for start in range(0, len(ids), size):
        told = filters.among("t.rowid", [str(one) for one in ids[start : start + size]])
        page = session.listed("products", sqlfilters=told, limit=size, properties="id,ref")
        found.update({int(one["id"]): str(one["ref"]) for one in page})
    return found


class Families:
    """Finds the places of variants: two calls for each parent, whose variants mostly come one after the other."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[int, dict[int, Features]] = {}

    def members(self, variants: Sequence[int]) -> dict[int, Member]:
        """Give the places of the variants of a page."""
        parents = {one: parent for one in variants if (parent := self._parent(one))}
        names = refs(self._session, sorted(set(parents.values())))
        found = {
            one: Member(parent, names.get(parent, ""), self._kept[parent].get(one, {}))
            for one, parent in parents.items()
        }
        for parent in list(self._kept)[:-_KEPT]:
            del self._kept[parent]
        return found

    def _parent(self, variant: int) -> int:
        for parent, variants in self._kept.items():
            if variant in variants:
                return parent
        parent = int(self._session.get(f"products/{variant}", includeparentid="true").get("fk_product_parent") or 0)
        if parent:
            self._kept[parent] = features_of(self._session, parent)
        return parent


def _features(one: Mapping[str, object], attributes: Mapping[int, Attribute]) -> Features:
    found: dict[str, str] = {}
    parts = one.get("attributes")
    for part in parts if isinstance(parts, list) else []:
        attribute = attributes.get(int(part["fk_prod_attr"]))
        value = attribute.values.get(int(part["fk_prod_attr_val"])) if attribute else None
        if attribute and value:
            found[attribute.ref] = value
    return found
