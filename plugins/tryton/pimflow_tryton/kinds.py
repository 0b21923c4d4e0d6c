"""What variants, templates and categories have of their own: their columns, and where their changes show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pimflow import Field
from pimflow_erp.columns import Column, Record, column, of_language
from pimflow_tryton import columns, stamps
from pimflow_tryton.session import Session

_MEASURES = tuple(name for one in ("weight", "length", "width", "height", "volume") for name in (one, f"{one}_uom"))
_SHARED = ("name", "type", "default_uom", *_MEASURES, "attribute_set", "categories", "cost_price")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its model, the fields read by default, and those below which a change of it shows."""

    model: str
    noun: tuple[str, str]
    fields: tuple[str, ...]
    parts: tuple[str, ...] = ()
    module: str = "product"


PRODUCTS = Kind(
    "product.product",
    ("product", "products"),
    ("suffix_code", "description", "position", "replaced_by", *_SHARED),
    ("template", "identifiers", "images", "template.images"),
)
TEMPLATES = Kind("product.template", ("template", "templates"), (*_SHARED, "list_price"), ("products", "images"))
CATEGORIES = Kind("product.category", ("category", "categories"), ("name",))
ATTRIBUTES = Kind(
    "product.attribute",
    ("attribute", "attributes"),
    ("string", "type_", "digits", "selection", "help"),
    module="product_attribute",
)


def of_products(session: Session) -> Iterator[Column]:
    """Make the columns of variants that are no plain fields: their template's, prices, identifiers."""
    yield column("id", "integer", "Id of the variant, which never changes", ("id",), lambda one: one["id"])
    yield column("code", "text", "Code", ("code",), lambda one: one["code"])
    asks: tuple[str, ...] = ("template.code",)
    yield column("template_id", "integer", "Id of the template", asks, lambda one: one["template."]["id"])
    yield column("template_code", "text", "Code of the template", asks, lambda one: one["template."]["code"])
    asks = ("active", "template.active")
    yield column("active", "boolean", "Active", asks, lambda one: bool(one["active"] and one["template."]["active"]))
    fields = session.catalog.fields(PRODUCTS.model)
    asks = (*stamps.names(fields), *stamps.below("template", fields))
    yield column("last_modified_at", "date and time", "Last change of variant or template", asks, _last_change)
    price = "list_price_used" if "list_price_used" in fields else "list_price"
    yield Column(Field("list_price", "number", "List price", hot=True), (price,), lambda one: one[price])
    asks = ("identifiers.type", "identifiers.code")
    yield column("ean", "text", "GTIN, the first where there are several", asks, _identifier("ean"))
    for kind, label in session.catalog.identifier_types.items():
        if kind != "ean":
            yield column(f"identifiers.{kind}", "text", label, asks, _identifier(kind))
    yield column("identifiers", "list", "All identifiers, as type and code", asks, _identifiers)
    yield from _pictures(session, PRODUCTS)
    yield from columns.of_attributes(session.catalog)


def of_templates(session: Session) -> Iterator[Column]:
    """Make the columns of templates that are no plain fields."""
    yield column("id", "integer", "Id of the template, which never changes", ("id",), lambda one: one["id"])
    yield column("code", "text", "Code", ("code",), lambda one: one["code"])
    yield column("active", "boolean", "Active", ("active",), lambda one: bool(one["active"]))
    yield column("variants", "list", "Codes of the active variants", ("products.code", "products.active"), _variants)
    yield _moment(session, TEMPLATES)
    yield from _pictures(session, TEMPLATES)


def of_categories(session: Session) -> Iterator[Column]:
    """Make the columns of categories that are no plain fields; before series 8 they may have no codes."""
    coded = "code" in session.catalog.fields(CATEGORIES.model)
    yield column("id", "integer", "Id of the category, which never changes", ("id",), lambda one: one["id"])
    yield column("code", "text", "Code", ("code",) if coded else (), lambda one: one.get("code"))
    yield column("path", "text", "Names from the root on", ("rec_name",), lambda one: one["rec_name"])
    asks = ("parent.rec_name", *(["parent.code"] if coded else []))
    yield column("parent", "text", "Code of the parent", asks, lambda one: (one["parent."] or {}).get("code"))
    yield column("parent_path", "text", "Path of the parent", asks, lambda one: (one["parent."] or {}).get("rec_name"))
    yield _moment(session, CATEGORIES)


def of_attributes(session: Session) -> Iterator[Column]:
    """Make the columns of definitions of attributes that are no plain fields."""
    sets = session.catalog.attribute_sets
    yield column("id", "integer", "Id of the attribute, which never changes", ("id",), lambda one: one["id"])
    yield column("name", "text", "Name", ("name",), lambda one: one["name"])
    yield column("sets", "list", "Attribute sets", ("sets",), lambda one: sorted(sets[part] for part in one["sets"]))
    yield _moment(session, ATTRIBUTES)


def of_options(languages: Sequence[str]) -> Iterator[Column]:
    """Make the columns from which the options of an attribute are read: `selection_json@fr` has those in French."""
    yield column("id", "integer", "Id of the attribute", ("id",), lambda one: one["id"])
    yield column("name", "text", "Attribute", ("name",), lambda one: one["name"])
    asks = ("selection_json",)
    options = column("selection_json", "text", "Options", asks, lambda one: orjson.loads(one["selection_json"] or "[]"))
    yield options
    yield from (of_language(options, "selection_json", language) for language in languages)


def _moment(session: Session, kind: Kind) -> Column:
    asks = stamps.names(session.catalog.fields(kind.model))
    return column("last_modified_at", "date and time", "Last change", asks, stamps.of)


def _pictures(session: Session, kind: Kind) -> Iterator[Column]:
    """Make the columns of the pictures' addresses. The server has some for records in use that have a code."""
    if "image_url" not in session.catalog.fields(kind.model):
        return
    asks = ("image_url", "active", "images", *(_OF_TEMPLATE if kind is PRODUCTS else ()))

    def read(one: Record) -> list[str]:
        path, used = (one["image_url"] or "").partition("?")[0], one["active"]
        number, template = len(one["images"]), one.get("template.")
        if template:
            used = used and template["active"]
            number += sum(not picture["product"] for picture in template["images."])
        address = f"{session.url}{path}" if path.startswith("/") else path
        return [f"{address}?{_LARGEST}&i={place}" for place in range(number)] if address and used else []

    yield column("image", "text", "Address of the first picture", asks, lambda one: next(iter(read(one)), None))
    yield column("images", "list", "Addresses of all pictures", asks, read)


_OF_TEMPLATE = ("template.active", "template.images.product")
_LARGEST = "s=2048"
"""Without a size the server gives 400 pixels; this is the most that it takes unless it is configured otherwise."""


def _last_change(one: Record) -> Any:
    return max(stamps.of(one), stamps.of(one["template."]))


def _identifier(kind: str) -> Callable[[Record], str | None]:
    """Make what reads the first identifier of a type."""
    return lambda one: next((part["code"] for part in one["identifiers."] if part["type"] == kind), None)


def _identifiers(one: Record) -> list[dict[str, Any]]:
    return [{"type": part["type"], "code": part["code"]} for part in one["identifiers."]]


def _variants(one: Record) -> list[str]:
    return sorted(part["code"] for part in one["products."] if part["code"] and part["active"])
