"""What products of one server refer to: fields, languages, categories, units, attributes. Loaded when needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import orjson

T = TypeVar("T")
_MANY = 1000
FieldInfo = Mapping[str, Any]


class Asks(Protocol):
    """What the catalog needs of a session."""

    def call(self, method: str, *params: Any) -> Any:
        """Call a method of a model."""

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
        self._lock = threading.RLock()
        self._known: dict[str, Any] = {}

    def fields(self, model: str) -> Mapping[str, FieldInfo]:
        """Give the fields of a model as the server describes them."""
        return self._once(f"fields {model}", lambda: self._session.call(f"{model}.fields_get", None))

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the codes of the languages that are loaded; texts in others do not exist."""
        return self._once("languages", self._languages)

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
    def attributes(self) -> Mapping[str, Attribute]:
        """Give all product attributes by name; none where the server does not know any."""
        return self._once("attributes", self._attributes)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._known:
                self._known[name] = make()
            return cast("T", self._known[name])

    def _all(self, model: str, *names: str) -> list[dict[str, Any]]:
        return [record for page in self._session.pages(model, [], names, _MANY) for record in page]

    def _languages(self) -> tuple[str, ...]:
        order, domain = [["code", "ASC"]], [["translatable", "=", True]]
        found = self._session.call("ir.lang.search_read", domain, 0, None, order, ["code"])
        return tuple(record["code"] for record in found)

    def _categories(self) -> Mapping[int, Category]:
        found = self._all("product.category", "code", "rec_name")
        return {one["id"]: Category(one["id"], one["code"] or "", one["rec_name"]) for one in found}

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
