"""Records of the PIM as rows: which columns there are, and the cells of each record. No I/O.

Lists come as text with commas between, amounts as plain numbers, yes and no as true and false, so that the sinks take
the rows back as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimflow import Field, Header
from pimflow_akeneo import fields
from pimflow_akeneo.columns import ASSOCIATED, QUANTIFIABLE, QUANTITY, UNIT, ValueColumn
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS, Kind
from pimflow_akeneo.media.content import MEDIA
from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.reading import option_labels

PUBLISHED = replace(PRODUCTS, path="published-products")
_NAMES_OF_PROPERTIES = {"enabled": "Enabled", "uuid": "UUID", "family_variant": "Family variant"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of each record. `attributes`, `locales` and `scope` limit the values where they are given."""

    kind: Kind
    model: Model
    attributes: tuple[str, ...] | None = None
    locales: tuple[str, ...] | None = None
    scope: str | None = None
    completeness: bool = False
    quality: bool = False
    labels: bool = False
    keys: bool = False

    def header(self) -> Header:
        """Name the columns."""
        return tuple(one.name for one in self.fields())

    def fields(self) -> Iterator[Field]:
        """Describe the columns; labels are the PIM's own."""
        key = self.model.identifier.label if self.kind.has_identifier else "Code"
        yield Field("identifier" if self.kind.has_identifier else self.kind.key, "text", key)
        if self.keys:
            yield from (_property(name) for name in self.kind.properties if name == "uuid")
            return
        yield from (_property(name) for name in self.kind.properties)
        yield from (Field(name, "text", name.replace("-", " ")) for name in self._associations())
        yield from (_value(column) for column in self._values())
        if self.labels:
            yield from option_labels.fields(self._values(), [one for one in self.model.locales if self._has(one)])
        for name, label in (("completeness", "Completeness"), ("quality_score", "Quality score")):
            if getattr(self, name.partition("_")[0]):
                kind = "number" if name == "completeness" else "text"
                yield from (Field(f"{name}-{place}", kind, f"{label} ({place})") for place in self._channels())

    def cells(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Give the cells of one record by column; what is empty is left out."""
        found = dict(_cells(lines.flat(record, self.model, self.kind), self.model))
        for name, scores in (("completeness", "completenesses"), ("quality_score", "quality_scores")):
            for one in record.get(scores) or ():
                found[f"{name}-{one['locale']}-{one['scope']}"] = one["data"]
        if self.labels:
            found.update(option_labels.cells(record, self.model))
        return found

    def media(self) -> list[ValueColumn]:
        """Give the columns that hold pictures and files."""
        return [] if self.keys else [column for column in self._values() if column.attribute.kind in MEDIA]

    def _channels(self) -> Iterator[str]:
        for code, channel in self.model.channels.items():
            if self.scope in {None, code}:
                yield from (f"{locale}-{code}" for locale in channel.locales if self._has(locale))

    def _associations(self) -> Iterator[str]:
        hidden = "products" if self.kind is BY_UUID else "product_uuids"
        for code, quantified in self.model.association_types.items():
            for kind in QUANTIFIABLE if quantified else ASSOCIATED:
                if kind != hidden:
                    yield f"{code}-{kind}"
                    if quantified:
                        yield f"{code}-{kind}-{QUANTITY}"

    def _values(self) -> Iterator[ValueColumn]:
        codes = self.attributes if self.attributes is not None else sorted(self.model.attributes)
        for attribute in (self.model.attributes[code] for code in codes):
            if attribute is not self.model.identifier and attribute.kind in fields.CODECS:
                yield from self._columns(attribute)

    def _columns(self, attribute: Attribute) -> Iterator[ValueColumn]:
        for locale, scope in self.model.places(attribute):
            if not self._has(locale) or (self.scope is not None and scope not in {None, self.scope}):
                continue
            if attribute.kind == "price_collection":
                parts: tuple[str | None, ...] = self.model.currencies_of(scope)
            else:
                parts = (None, UNIT) if attribute.kind == "metric" else (None,)
            yield from (ValueColumn(attribute, locale, scope, part) for part in parts)

    def _has(self, locale: str | None) -> bool:
        return self.locales is None or locale is None or locale in self.locales


def _cells(flat: Mapping[str, Any], model: Model) -> Iterator[tuple[str, Any]]:
    for name, value in flat.items():
        attribute = model.attributes.get(name.partition("-")[0])
        if isinstance(value, dict):
            yield name, value["amount"]
            yield f"{name}-{UNIT}", value["unit"]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield name, ",".join(str(member["identifier"]) for member in value)
            yield f"{name}-{QUANTITY}", "|".join(str(member["quantity"]) for member in value)
        elif isinstance(value, list):
            yield name, ",".join(value)
        elif attribute is not None and attribute.kind != "price_collection":
            yield name, fields.cell(value, attribute)
        else:
            yield name, value


def _property(name: str) -> Field:
    label = _NAMES_OF_PROPERTIES.get(name, name.capitalize())
    return Field(name, "boolean" if name == "enabled" else "text", label)


def _value(column: ValueColumn) -> Field:
    attribute = column.attribute
    place = ", ".join(part for part in (column.locale, column.scope, column.part) if part)
    label = f"{attribute.label} ({place})" if place else attribute.label
    return Field(column.name, attribute.kind, label, attribute.localizable)
