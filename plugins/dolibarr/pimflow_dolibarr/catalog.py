"""What products of one server refer to: categories, attributes, extra fields, languages. Loaded when needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pimflow import AccessError
from pimflow_dolibarr.fields import mapping
from pimflow_erp.once import Once

_ALL = 10_000
_SAMPLE = 100
OPTION = "options_"
"""What stands before the code of an extra field in a product."""


class Asks(Protocol):
    """What the catalog needs of a session."""

    def get(self, path: str, **query: Any) -> Any:
        """Read one thing."""

    def listed(self, path: str, **query: Any) -> list[Any]:
        """Read a list."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category: `path` is `Luggage / Backpacks`; `code` its external reference, else `category_2`."""

    id: int
    code: str
    label: str
    path: str
    parent: int
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of variants: `values` are the references of its values by id."""

    id: int
    ref: str
    label: str
    position: int
    values: Mapping[int, str]
    labels: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A field that somebody added to products: `options` are keys of a selection with their labels."""

    code: str
    type: str
    label: str
    options: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a product calls it."""
        return f"{OPTION}{self.code}"


class Catalog:
    """Asks the server once for each thing. Safe for several threads."""

    def __init__(self, session: Asks, language: str | None) -> None:
        self._session = session
        self._language = language
        self._once = Once()

    @property
    def categories(self) -> Mapping[int, Category]:
        """Give all categories of products by id; none where the user may not read them."""
        return self._once("categories", self._categories) or {}

    @property
    def attributes(self) -> Mapping[int, Attribute]:
        """Give all attributes of variants by id; none where the user may not read them."""
        return self._once("attributes", self._attributes) or {}

    @property
    def extra_fields(self) -> Mapping[str, ExtraField]:
        """Give the extra fields of products by code; as plain texts where the user may not read what they are."""
        found = self._once("extra fields", self._extra_fields)
        return self._sampled_fields() if found is None else found

    @property
    def reads_categories(self) -> bool:
        """Tell whether the user may read categories."""
        return self._once("categories", self._categories) is not None

    @property
    def reads_attributes(self) -> bool:
        """Tell whether the user may read attributes of variants."""
        return self._once("attributes", self._attributes) is not None

    @property
    def reads_extra_fields(self) -> bool:
        """Tell whether the user may read what extra fields are: only administrators may."""
        return self._once("extra fields", self._extra_fields) is not None

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the languages in which the first products have texts; none where Dolibarr keeps one language."""
        return tuple(sorted({language for one in self._sample for language in mapping(one.get("multilangs"))}))

    @property
    def fields(self) -> tuple[str, ...]:
        """Name the fields that the API gives of a product; none where there is no product."""
        return self._once("fields", lambda: tuple(sorted(next(iter(self._session.listed("products", limit=1)), ()))))

    @property
    def has_products(self) -> bool:
        """Tell whether there is any product, from which languages could be told."""
        return bool(self._sample)

    @property
    def language(self) -> str | None:
        """Give the language of texts that name none: where it is not told, that whose texts are the products' own."""
        if self._language is not None:
            return self._language
        own = Counter(
            language
            for one in self._sample
            for language, texts in mapping(one.get("multilangs")).items()
            if texts.get("label") == one.get("label")
        )
        return own.most_common(1)[0][0] if own else None

    def forget(self, name: str) -> None:
        """Ask again for what a write has changed."""
        self._once.forget(name)

    @property
    def _sample(self) -> Sequence[Mapping[str, Any]]:
        return self._once("sample", self._sampled)

    def _sampled(self) -> Sequence[Mapping[str, Any]]:
        wanted = "id,label,multilangs,array_options"
        return self._session.listed("products", sortfield="t.rowid", limit=_SAMPLE, properties=wanted)

    def _sampled_fields(self) -> Mapping[str, ExtraField]:
        names = sorted({name for one in self._sample for name in mapping(one.get("array_options"))})
        codes = [name.removeprefix(OPTION) for name in names]
        return {code: ExtraField(code, "varchar", code, {}) for code in codes}

    def _categories(self) -> Mapping[int, Category] | None:
        try:
            found = self._session.listed("categories", type="product", sortfield="t.rowid", limit=_ALL)
        except AccessError:
            return None
        by_id = {int(one["id"]): one for one in found}
        return {number: _category(number, by_id) for number in by_id}

    def _attributes(self) -> Mapping[int, Attribute] | None:
        try:
            found = self._session.listed("products/attributes", limit=_ALL)
            return {int(one["id"]): self._attribute(one) for one in found}
        except AccessError:
            return None

    def _attribute(self, one: Mapping[str, Any]) -> Attribute:
        found = self._session.listed(f"products/attributes/{one['id']}/values")
        values = {int(value["id"]): str(value["ref"]) for value in found}
        labels = {int(value["id"]): str(value.get("value") or value["ref"]) for value in found}
        return Attribute(
            int(one["id"]), str(one["ref"]), str(one.get("label") or ""), int(one.get("position") or 0), values, labels
        )

    def _extra_fields(self) -> Mapping[str, ExtraField] | None:
        try:
            found = mapping(self._session.get("setup/extrafields", elementtype="product"))
        except AccessError:
            return None
        return {code: _extra_field(code, told) for code, told in mapping(found.get("product")).items()}


def _category(number: int, by_id: Mapping[int, Mapping[str, Any]]) -> Category:
    one = by_id[number]
    parent = int(one.get("fk_parent") or 0)
    code = str(one.get("ref_ext") or f"category_{number}")
    return Category(number, code, str(one["label"]), " / ".join(_labels(number, by_id)), parent, one)


def _labels(number: int, by_id: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Give the labels from the root on; a chain that leads back into itself ends there."""
    labels: list[str] = []
    seen: set[int] = set()
    while number in by_id and number not in seen:
        seen.add(number)
        labels.insert(0, str(by_id[number]["label"]))
        number = int(by_id[number].get("fk_parent") or 0)
    return labels


def _extra_field(code: str, told: Mapping[str, Any]) -> ExtraField:
    options = mapping(mapping(told.get("param")).get("options"))
    labels = {str(key): str(label) for key, label in options.items()}
    return ExtraField(code, str(told.get("type") or "varchar"), str(told.get("label") or code), labels)
