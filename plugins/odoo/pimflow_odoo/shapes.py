"""What templates look like in Odoo: by which attributes their variants differ, and which variants there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow_odoo.fields import number_of
from pimflow_odoo.session import Record, Session

VALUES = "product_template_attribute_value_ids"
TEMPLATE, VARIANT = "product.template", "product.product"
LINE, VALUE = "product.template.attribute.line", "product.template.attribute.value"
Combination = frozenset[int]
"""The ids of the values that a variant has, one of each attribute by which the variants differ."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant: `code` is its reference, empty where it has none; `named` tells whether anything names it."""

    id: int
    code: str
    active: bool
    values: Combination
    named: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The values that one attribute has in a template."""

    id: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One template. `lines` are by attribute; `own` leads from a value to what the template has of it."""

    id: int
    active: bool
    lines: dict[int, Line] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)
    own: dict[int, int] = field(default_factory=dict)

    def variant(self, values: Combination) -> Variant | None:
        """Give the variant that has these values; as in Odoo one in use counts, then the first."""
        found = [one for one in self.variants if one.values == values]
        return min(found, key=lambda one: (not one.active, one.id), default=None)

    @property
    def in_use(self) -> set[int]:
        """The ids of the variants in use."""
        return {one.id for one in self.variants if one.active}


def read(session: Session, ids: Sequence[int]) -> Mapping[int, Shape]:
    """Ask for templates, in four calls whatever their number; those that are gone are left out."""
    if not ids:
        return {}
    templates = session.call(TEMPLATE, "read", list(ids), fields=["active"])
    shapes = {one["id"]: Shape(one["id"], one["active"]) for one in templates}
    asked = _asked(session, LINE, ids, "attribute_id", "value_ids")
    for one in asked:
        line = Line(one["id"], tuple(one["value_ids"]))
        _home(shapes, one).lines[number_of(one["attribute_id"]) or 0] = line
    values: dict[int, int] = {}
    for one in _asked(session, VALUE, ids, "product_attribute_value_id", "ptav_active"):
        values[one["id"]] = value = number_of(one["product_attribute_value_id"]) or 0
        if one["ptav_active"]:
            _home(shapes, one).own[value] = one["id"]
    for one in _asked(session, VARIANT, ids, "default_code", "barcode", "active", VALUES, archived=True):
        _home(shapes, one).variants.append(_variant(one, values))
    return shapes


def _variant(one: Record, values: Mapping[int, int]) -> Variant:
    code = one["default_code"] or ""
    of_values = frozenset(values[number] for number in one[VALUES] if number in values)
    return Variant(one["id"], code, one["active"], of_values, bool(code or one["barcode"]))


def _asked(session: Session, model: str, ids: Sequence[int], *names: str, archived: bool = False) -> list[Record]:
    domain: list[Any] = [["product_tmpl_id", "in", list(ids)]]
    found: list[Record] = session.call(
        model, "search_read", archived=archived, domain=domain, fields=["product_tmpl_id", *names], order="id"
    )
    return found


def _home(shapes: Mapping[int, Shape], one: Record) -> Shape:
    return shapes[number_of(one["product_tmpl_id"]) or 0]
