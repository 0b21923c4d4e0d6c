"""What products of one server refer to: fields, categories, units, attributes. Loaded when needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pimflow_erp.once import Once
from pimflow_odoo.fields import number_of
from pimflow_odoo.refusals import RefusedError

TITLE = "Odoo"
_MANY = 1000
_NEVER = "no_variant"
_ASKED = ("type", "string", "required", "readonly", "relation", "store", "translate", "selection", "digits", "related")
FieldInfo = Mapping[str, Any]
_KEPT: Mapping[str, str] = {
    "product.category": "categories",
    "product.attribute": "attributes",
    "product.attribute.value": "options",
}
"""Under which name the records of a model are kept that sinks write."""


class Asks(Protocol):
    """What the catalog needs of a session."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the codes of the active languages."""

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Call a method of a model."""

    def may(self, model: str, right: str) -> bool:
        """Tell whether the user may do something with the records of a model."""

    def pages(
        self, model: str, domain: Sequence[Any], names: Sequence[str], size: int
    ) -> Iterator[list[dict[str, Any]]]:
        """Give records page by page."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category: `path` is `All / Saleable / Desks`. Odoo gives it no code; one is made of its id."""

    id: int
    name: str
    path: str
    parent: int | None

    @property
    def code(self) -> str:
        """A code that stays when the category is renamed or moved: `category_8`."""
        return f"category_{self.id}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: `code` is its external id, `uom.product_uom_kgm`; that or its name where it has none."""

    id: int
    name: str
    code: str
    factor: float


class Catalog:
    """Asks the server once for each thing. Safe for several threads."""

    def __init__(self, session: Asks) -> None:
        self._session = session
        self._once = Once()

    def fields(self, model: str) -> Mapping[str, FieldInfo]:
        """Give the fields of a model that the user may see, as the server describes them. Raises NoModelError."""

        def ask() -> Mapping[str, FieldInfo]:
            found: Mapping[str, FieldInfo] = self._session.call(model, "fields_get", attributes=list(_ASKED))
            return found

        return self._once(f"fields {model}", ask)

    def may_read(self, model: str) -> bool:
        """Tell whether the user may read records of a model: tags, say, which not everybody may."""
        return self._once(f"may read {model}", lambda: self._session.may(model, "read"))

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the codes of the active languages; texts in others do not exist."""
        return self._session.languages

    @property
    def categories(self) -> Mapping[int, Category]:
        """Give all categories by id."""
        return self._once("categories", self._categories)

    @property
    def units(self) -> Mapping[int, Unit]:
        """Give all units of measure by id."""
        return self._once("units", self._units)

    @property
    def attributes(self) -> Mapping[int, str]:
        """Give the names of the attributes that make variants, by id."""
        found = self._once("attributes", self._attributes)
        return {number: name for number, (name, created) in found.items() if created != _NEVER}

    @property
    def without_variants(self) -> frozenset[str]:
        """Give the names of the attributes that never make variants."""
        found = self._once("attributes", self._attributes)
        return frozenset(name for name, created in found.values() if created == _NEVER)

    @property
    def options(self) -> Mapping[int, Mapping[str, int]]:
        """Give the values in use of each attribute: id of the attribute -> name of the value -> its id."""
        return self._once("options", self._options)

    def is_of_template(self, field: str) -> bool:
        """Tell whether a field of a variant is its template's, so that all variants of that have the same."""
        return str(self.fields("product.product")[field].get("related") or "").startswith("product_tmpl_id.")

    @property
    def tags(self) -> Mapping[int, str]:
        """Give the names of all tags of products by id."""
        return self._once("tags", lambda: {one["id"]: one["name"] for one in self._all("product.tag", "name")})

    def forget(self, model: str) -> None:
        """Ask again for the records of a model, which a write has changed."""
        self._once.forget(_KEPT.get(model, ""))

    def _all(self, model: str, *names: str) -> list[dict[str, Any]]:
        return [record for page in self._session.pages(model, [], names, _MANY) for record in page]

    def _categories(self) -> Mapping[int, Category]:
        found = self._all("product.category", "name", "complete_name", "parent_id")
        return {
            one["id"]: Category(one["id"], one["name"], one["complete_name"], number_of(one["parent_id"]))
            for one in found
        }

    def _units(self) -> Mapping[int, Unit]:
        codes = self._external_ids("uom.uom")
        found = self._all("uom.uom", "name", "factor")
        return {
            one["id"]: Unit(one["id"], one["name"], codes.get(one["id"], one["name"]), one["factor"]) for one in found
        }

    def _attributes(self) -> Mapping[int, tuple[str, str]]:
        if not self.may_read("product.attribute"):
            return {}
        found = self._all("product.attribute", "name", "create_variant")
        return {one["id"]: (one["name"], one["create_variant"]) for one in found}

    def _options(self) -> Mapping[int, Mapping[str, int]]:
        model, found = "product.attribute.value", dict[int, dict[str, int]]()
        archived = ["active"] if "active" in self.fields(model) else []
        for one in self._all(model, "name", "attribute_id", *archived):
            if one.get("active", True):
                found.setdefault(number_of(one["attribute_id"]) or 0, {}).setdefault(one["name"], one["id"])
        return found

    def _external_ids(self, model: str) -> Mapping[int, str]:
        """Give external ids, the first of each record; users without settings may not list them, but ask for them."""
        domain, fields = [["model", "=", model]], ["complete_name", "res_id"]
        try:
            found = self._session.call("ir.model.data", "search_read", domain=domain, fields=fields, order="id")
        except RefusedError:
            return self._external_ids_one_by_one(model)
        return {one["res_id"]: one["complete_name"] for one in reversed(found)}

    def _external_ids_one_by_one(self, model: str) -> Mapping[int, str]:
        ids = [one["id"] for one in self._all(model, "id")]
        try:
            found = self._session.call(model, "get_external_id", ids) if ids else {}
        except RefusedError:
            return {}
        return {int(number): code for number, code in found.items() if code}
