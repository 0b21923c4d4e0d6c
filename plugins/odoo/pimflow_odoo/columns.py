"""The columns of a source: what each asks of the server, and how its cell is read from a record. No calls of its own.

Fields of Odoo keep their names: `weight`. A text in a language is `name@fr_FR`, an attribute `attributes.Color`. What
is asked with a dot, `product_tag_ids.name`, is read of the records that a list names.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

from pimflow import Field
from pimflow_erp.columns import Column, Record, column
from pimflow_odoo.catalog import Catalog, FieldInfo
from pimflow_odoo.fields import day, filled, label_of, moment, number_of

HOT = frozenset(
    {
        *("list_price", "lst_price", "standard_price", "price_extra", "avg_cost", "total_value", "value_svl"),
        *("qty_available", "virtual_available", "free_qty", "incoming_qty", "outgoing_qty", "quantity_svl"),
    }
)
_TECHNICAL = frozenset({"create_uid", "write_uid", "display_name", "__last_update", "product_variant_id"})


def _same(value: Any) -> Any:
    return value


_PLAIN: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "char": ("text", filled),
    "text": ("text", filled),
    "html": ("text", filled),
    "selection": ("selection", filled),
    "boolean": ("boolean", bool),
    "integer": ("integer", _same),
    "float": ("number", _same),
    "monetary": ("number", _same),
    "date": ("date", day),
    "datetime": ("date and time", moment),
}
"""Types of Odoo -> ours, with what makes a cell of a value."""
_LISTS = frozenset({"many2many", "one2many"})


def of_field(name: str, info: FieldInfo, catalog: Catalog) -> Column | None:
    """Make the column of a field by its type; None for a type that has no cell, such as a picture."""
    kind, label = info["type"], info.get("string") or ""
    if kind in _PLAIN:
        told, read = _PLAIN[kind]
        return Column(
            Field(name, told, label, bool(info.get("translate")), name in HOT), (name,), lambda one: read(one[name])
        )
    if kind == "many2one":
        of_unit = info.get("relation") == "uom.uom"
        return Column(Field(name, "text", label), (name,), _unit(name, catalog) if of_unit else _label(name))
    if kind in _LISTS:
        shown = "name" if info.get("relation") == "product.tag" else "display_name"
        return Column(Field(name, "list", label), (f"{name}.{shown}",), lambda one: [part[shown] for part in one[name]])
    return None


def of_locale(found: Column, field: str, locale: str, language: str) -> Column:
    """Make the column of the same field for one locale, in one language of Odoo."""
    told = Field(f"{found.name}@{locale}", found.field.type, f"{found.field.label} ({locale})", True)
    return Column(told, (field,), found.read, language)


def of_category(catalog: Catalog) -> Iterator[Column]:
    """Make the columns of the category that a product is in."""

    def part(name: str) -> Callable[[Record], Any]:
        def read(one: Record) -> Any:
            found = catalog.categories.get(number_of(one["categ_id"]) or 0)
            return getattr(found, name, None)

        return read

    def path(one: Record) -> Any:
        """Give the path; a category made since the catalog was read has what Odoo shows of it."""
        return part("path")(one) or label_of(one["categ_id"])

    asks = ("categ_id",)
    yield Column(Field("category", "text", "Category, with those above"), asks, path)
    yield Column(Field("category_code", "text", "Code made of the category's id"), asks, part("code"))
    yield Column(Field("category_id", "integer", "Id of the category"), asks, lambda one: number_of(one["categ_id"]))


def of_attributes(catalog: Catalog) -> Iterator[Column]:
    """Make a column for each attribute that makes variants; its cell is the name of the value."""
    asks = tuple(f"{_VALUES}.{name}" for name in ("name", "attribute_id"))
    for name in sorted(set(catalog.attributes.values())):
        numbers = {number for number, other in catalog.attributes.items() if other == name}
        yield Column(Field(f"attributes.{name}", "text", name), asks, _attribute(numbers))


def others(fields: Mapping[str, FieldInfo], taken: Sequence[Column], catalog: Catalog) -> Iterator[Column]:
    """Make columns of all further fields that have a cell."""
    names = {column.name for column in taken}
    for name, info in sorted(fields.items()):
        found = of_field(name, info, catalog) if name not in _TECHNICAL | names else None
        if found is not None:
            yield found


_VALUES = "product_template_attribute_value_ids"


def _picture(one: Record) -> str | None:
    """Give a picture as a data URL, which tells no type: it is seen by how the file begins."""
    return f"data:;base64,{one['image_1920']}" if one["image_1920"] else None


PICTURE = column("image", "picture", "Picture, of the template where the variant has none", ("image_1920",), _picture)


def _attribute(numbers: Container[int | None]) -> Callable[[Record], Any]:
    def read(one: Record) -> Any:
        return next((part["name"] for part in one[_VALUES] if number_of(part["attribute_id"]) in numbers), None)

    return read


def _label(name: str) -> Callable[[Record], Any]:
    return lambda one: label_of(one[name])


def _unit(name: str, catalog: Catalog) -> Callable[[Record], Any]:
    """Make what reads a unit: its external id, as names are translated."""

    def read(one: Record) -> Any:
        found = catalog.units.get(number_of(one[name]) or 0)
        return found.code if found else label_of(one[name])

    return read
