"""All that the sandbox knows: structure, products, models, media. In memory, written through to an optional file."""

from collections.abc import Iterator
from copy import copy
from typing import Any
from uuid import uuid4

from pimflow_akeneo_sandbox.collection import Collection, Record
from pimflow_akeneo_sandbox.entities import NO_SCOPE, Draft, Product, ProductModel, to_json
from pimflow_akeneo_sandbox.index import SortedKeys
from pimflow_akeneo_sandbox.media import MediaFile
from pimflow_akeneo_sandbox.persistence import SqliteFile
from pimflow_akeneo_sandbox.recent import Recent
from pimflow_akeneo_sandbox.settings import Settings

STRUCTURE = (
    "locales",
    "currencies",
    "measurement_families",
    "attribute_groups",
    "attributes",
    "attribute_options",
    "categories",
    "channels",
    "families",
    "family_variants",
    "association_types",
    "group_types",
    "groups",
    "reference_data",
    "jobs",
)
OWNERS = {"attribute_options": "attribute", "family_variants": "family"}


def key_of(kind: str, record: Record) -> str:
    """Return the key of a structure entity: its code, behind that of its owner where codes may repeat."""
    if kind == "attribute_options":
        return f"{record['attribute']}/{record['code']}"
    return str(record["code"])


class Store:
    """The catalogue. Every change goes through `put`, `put_product`, `put_model` and their removals."""

    def __init__(self, file: SqliteFile | None = None, settings: Settings | None = None) -> None:
        self.file = file
        self.settings = settings or Settings()
        self.zone = self.settings.zone
        self.recent = Recent()
        self.structure = {kind: Collection() for kind in STRUCTURE}
        self.products: dict[str, Product] = {}
        self.models: dict[str, ProductModel] = {}
        self.media: dict[str, MediaFile] = {}
        self.by_identifier: dict[str, str] = {}
        self.in_identifier_order = SortedKeys()
        self.in_uuid_order = SortedKeys()
        self.in_model_order = SortedKeys()
        self.published: dict[str, Product] = {}
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.in_published_order = SortedKeys()
        self.variants: dict[str, dict[str, None]] = {}
        self.submodels: dict[str, dict[str, None]] = {}
        self.unique_values: dict[tuple[str, str], dict[str, None]] = {}
        self.options_of: dict[str, Collection] = {}
        self.family_variants: dict[str, Record] = {}
        self.identifier_attribute = "sku"
        self._unique_attributes: frozenset[str] = frozenset()
        self._family_attributes: dict[str, frozenset[str]] = {}

    # structure

    def get(self, kind: str, key: Any) -> Record | None:
        """Return a structure entity whatever the case of its key, or None."""
        return self.structure[kind].get(key)

    def need(self, kind: str, key: str) -> Record:
        """Return a structure entity that something stored refers to; raises LookupError when it is gone."""
        found = self.structure[kind].get(key)
        if found is None:
            raise LookupError(f"There is no {kind} '{key}'.")
        return found

    def put(self, kind: str, record: Record) -> None:
        """Add or replace a structure entity."""
        key = key_of(kind, record)
        self.structure[kind].put(key, record)
        if kind == "attributes":
            self._index_attributes()
        elif kind == "families":
            self._family_attributes[record["code"]] = frozenset(record["attributes"])
        elif kind == "family_variants":
            self.family_variants[record["code"].lower()] = record
        elif kind == "attribute_options":
            self.options_of.setdefault(record["attribute"], Collection()).put(record["code"], record)
        if self.file:
            self.file.save(kind, key.lower(), record)

    def remove(self, kind: str, key: str) -> None:
        """Take a structure entity out."""
        self.structure[kind].remove(key)
        if self.file:
            self.file.delete(kind, key.lower())

    def _index_attributes(self) -> None:
        identifiers = [a for a in self.structure["attributes"] if a["type"] == "pim_catalog_identifier"]
        main = [a for a in identifiers if a.get("is_main_identifier")] or identifiers
        self.identifier_attribute = main[0]["code"] if main else "sku"
        self._unique_attributes = frozenset(
            a["code"]
            for a in self.structure["attributes"]
            if a.get("unique") and a["code"] != self.identifier_attribute
        )

    def family_attributes(self, family: str) -> frozenset[str]:
        """Return the attribute codes of a family, spelt as stored."""
        return self._family_attributes.get(family, frozenset())

    def option(self, attribute: str, code: Any) -> Record | None:
        """Return an option of an attribute, whatever the case of its code."""
        options = self.options_of.get(attribute)
        return options.get(code) if options else None

    def options(self, attribute: str) -> list[Record]:
        """Return the options of an attribute in order of code."""
        found = self.options_of.get(attribute)
        return found.in_order() if found else []

    # products

    def product(self, identifier: Any) -> Product | None:
        """Return a product by identifier, whatever its case."""
        uuid = self.by_identifier.get(identifier.lower()) if isinstance(identifier, str) else None
        return self.products[uuid] if uuid else None

    def put_product(self, product: Product) -> None:
        """Add or replace a product."""
        old = self.products.get(product.uuid)
        if self.recent.seconds:
            self.recent.products.note(product.uuid, old, self.recent.seconds)
        if old:
            self._forget(old)
        else:
            self.in_uuid_order.add(product.uuid, product.uuid)
        self.products[product.uuid] = product
        if product.identifier is not None:
            self.by_identifier[product.identifier.lower()] = product.uuid
            self.in_identifier_order.add(product.identifier.lower(), product.uuid)
        if product.parent:
            self.variants.setdefault(product.parent, {})[product.uuid] = None
        for key in self._unique_keys(product):
            self.unique_values.setdefault(key, {})[product.uuid] = None
        if self.file:
            self.file.save("products", product.uuid, to_json(product))

    def remove_product(self, product: Product) -> None:
        """Take a product out."""
        self._forget(product)
        self.in_uuid_order.remove(product.uuid, product.uuid)
        del self.products[product.uuid]
        if self.file:
            self.file.delete("products", product.uuid)

    def _forget(self, product: Product) -> None:
        if product.identifier is not None:
            del self.by_identifier[product.identifier.lower()]
            self.in_identifier_order.remove(product.identifier.lower(), product.uuid)
        if product.parent:
            self.variants[product.parent].pop(product.uuid, None)
        for key in self._unique_keys(product):
            self.unique_values.get(key, {}).pop(product.uuid, None)

    def _unique_keys(self, product: Product) -> Iterator[tuple[str, str]]:
        for code in self._unique_attributes.intersection(product.values):
            data = product.values[code].get(NO_SCOPE)
            if data is not None:
                yield code, str(data).lower()

    def holders(self, attribute: str, data: Any) -> list[str]:
        """Return the uuids of the products that have this value, in any letter case, in a unique attribute."""
        return list(self.unique_values.get((attribute, str(data).lower()), ()))

    def publish(self, product: Product) -> None:
        """Keep a product with an identifier as published. Raises ValueError for one without."""
        if product.identifier is None:
            raise ValueError(f"Product {product.uuid} has no identifier and cannot be published.")
        old = self.published.get(product.uuid)
        if old:
            self.in_published_order.remove((old.identifier or "").lower(), old.uuid)
        self.published[product.uuid] = product
        self.in_published_order.add(product.identifier.lower(), product.uuid)
        if self.file:
            self.file.save("published_products", product.uuid, to_json(product))

    def has_reference_data(self, name: Any, code: str) -> bool:
        """Whether a list of reference data has the code; every code passes where the list itself is not known."""
        known = self.get("reference_data", name)
        return known is None or code.lower() in {one.lower() for one in known["codes"]}

    # product models

    def model(self, code: Any) -> ProductModel | None:
        """Return a product model by code, whatever its case."""
        return self.models.get(code.lower()) if isinstance(code, str) else None

    def put_model(self, model: ProductModel) -> None:
        """Add or replace a product model."""
        key = model.code.lower()
        old = self.models.get(key)
        if self.recent.seconds:
            self.recent.models.note(key, old, self.recent.seconds)
        if old is None:
            self.in_model_order.add(key, key)
        elif old.parent:
            self.submodels[old.parent].pop(old.code, None)
        self.models[key] = model
        if model.parent:
            self.submodels.setdefault(model.parent, {})[model.code] = None
        if self.file:
            self.file.save("product_models", key, to_json(model))

    def remove_model(self, model: ProductModel) -> None:
        """Take a product model out."""
        key = model.code.lower()
        self.in_model_order.remove(key, key)
        del self.models[key]
        if model.parent:
            self.submodels[model.parent].pop(model.code, None)
        if self.file:
            self.file.delete("product_models", key)

    def indexed(self) -> "Store":
        """Return the store with products and models as the search index has them; itself without a lag."""
        if not self.recent.seconds:
            return self
        seen = copy(self)
        seen.products, seen.models = self.recent.products.over(self.products), self.recent.models.over(self.models)
        return seen

    # media

    def put_media(self, media: MediaFile) -> None:
        """Keep an uploaded file."""
        self.media[media.code] = media
        if self.file:
            self.file.save_media(media)

    def remove_media(self, media: MediaFile) -> None:
        """Forget a file that could not be attached."""
        del self.media[media.code]
        if self.file:
            self.file.delete_media(media)

    def commit(self) -> None:
        """Make the changes since the last commit durable, where there is a file."""
        if self.file:
            self.file.commit()


def new_uuid() -> str:
    """Return a random uuid (version 4)."""
    return str(uuid4())
