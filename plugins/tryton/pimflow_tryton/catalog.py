"""What products of one server refer to: fields, languages, categories, units, attributes. Loaded when needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from pimflow_erp.once import Once

TITLE = "Tryton"
_MANY = 1000
_LISTS = {"product.category": "categories", "product.attribute": "attributes"}
FieldInfo = Mapping[str, Any]


class Asks(Protocol):
    """What the catalog needs of a session."""

    def call(self, method: str, *params: Any) -> Any:
        """Call a method of a model."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the codes of the languages that are loaded."""

    def pages(
        self, model: str, domain: Sequence[Any], names: Sequence[str], size: int
    ) -> Iterator[list[dict[str, Any]]]:
        """Give records page by page."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category: `path` is `Luggage / Backpacks`, in the language of the session."""

    id: int
    code: str
    path: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A product attribute; `options` are the keys of a selection with their labels."""

    name: str
    type: str
    label: str
    options: Mapping[str, str]


class Catalog:
    """Asks the server once for each thing. Safe for several threads."""

    def __init__(self, session: Asks) -> None:
        self._session = session
        self._once = Once()

    def fields(self, model: str) -> Mapping[str, FieldInfo]:
        """Give the fields of a model as the server describes them."""
        return self._once(f"fields {model}", lambda: self._session.call(f"{model}.fields_get", None))

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the codes of the languages that are loaded; texts in others do not exist."""
        return self._session.languages

    @property
    def modules(self) -> frozenset[str]:
        """Name the modules that are activated."""
        return self._once("modules", self._modules)

    @property
    def categories(self) -> Mapping[int, Category]:
        """Give all categories by id."""
        return self._once("categories", self._categories)

    @property
    def units(self) -> Mapping[int, Mapping[str, Any]]:
        """Give all units of measure by id: `symbol`, `name`."""
        return self._once("units", self._units)

    @property
    def attribute_sets(self) -> Mapping[int, str]:
        """Give the names of all sets of product attributes by id: a product takes attributes of its set alone."""
        found = self._once("attribute sets", lambda: self._all("product.attribute.set", "name"))
        return {one["id"]: one["name"] for one in found}

    @property
    def identifier_types(self) -> Mapping[str, str]:
        """Give the types of identifiers with their labels; none where products have no identifiers."""
        if "identifiers" not in self.fields("product.product"):
            return {}
        found = self.fields("product.identifier")["type"]["selection"]
        return {key: str(label) for key, label in found if key}

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """Give all product attributes by name; none where the server does not know any."""
        return self._once("attributes", self._attributes)

    def forget(self, model: str) -> None:
        """Ask again for the records of a model, which a write has changed."""
        self._once.forget(_LISTS.get(model, ""))

    def _all(self, model: str, *names: str) -> list[dict[str, Any]]:
        return [record for page in self._session.pages(model, [], names, _MANY) for record in page]

    def _modules(self) -> frozenset[str]:
        found = self._session.call(
            "ir.module.search_read", [["state", "in", ["activated", "to upgrade"]]], 0, None, None, ["name"]
        )
        return frozenset(record["name"] for record in found)

    def _categories(self) -> Mapping[int, Category]:
        coded = ["code"] if "code" in self.fields("product.category") else []
        found = self._all("product.category", "rec_name", *coded)
        return {one["id"]: Category(one["id"], one.get("code") or "", one["rec_name"]) for one in found}

    def _units(self) -> Mapping[int, Mapping[str, Any]]:
        return {one["id"]: one for one in self._all("product.uom", "symbol", "name")}

    def _attributes(self) -> Mapping[str, Attribute]:
        if "attributes" not in self.fields("product.product"):
            return {}
        found = self._all("product.attribute", "name", "string", "type_", "selection_json")
        return {one["name"]: _attribute(one) for one in found}


def _attribute(record: Mapping[str, Any]) -> Attribute:
    options = {str(key): str(label) for key, label in orjson.loads(record["selection_json"] or "[]")}
    return Attribute(record["name"], record["type_"], record["string"] or "", options)
