"""The source `akeneo.products`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import petl
from pydantic import Field, field_validator

from pimflow import ConfigError, Header, Source, Use, Window
from pimflow import Field as FieldInfo
from pimflow_akeneo import fields, search
from pimflow_akeneo.columns import ASSOCIATED, PROPERTIES, QUANTIFIABLE, QUANTITY, UNIT, ValueColumn
from pimflow_akeneo.connection import TITLE, AkeneoConnection
from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.products import lines, lookup
from pimflow_akeneo.session import Session


class AkeneoProductsSource(Source):
    """Products of the PIM, with columns named as in Akeneo's own CSV files.

    Lists come as text with commas between, amounts as plain numbers, yes and no as true and false. Products without
    an identifier are not among them.
    """

    type = "akeneo.products"

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    search: dict[str, Any] = Field(
        default_factory=dict,
        description="Filters as the PIM knows them, as in {family: {operator: IN, value: [shoes]}}; all must hold.",
    )
    attributes: list[str] | None = Field(None, description="Codes of the attributes to read; all when left out.")
    locales: list[str] | None = Field(None, description="Locales to read; all active ones when left out.")
    scope: str | None = Field(
        None,
        description="The channel to read: its values, and only products in its category tree. All when left out.",
    )

    @field_validator("search")
    @classmethod
    def _is_search(cls, value: dict[str, Any]) -> dict[str, Any]:
        return dict(search.normalized(value))

    @property
    def title(self) -> str:
        """What a report calls the source."""
        return TITLE

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; labels are those of the attributes in the first locale that has one."""
        model = self._checked(session)
        known = {column.name: column for column in self._values(model)}
        return [_described(name, known.get(name)) for name in self._header(model)]

    def count(self, session: Session, window: Window) -> int | None:
        """Let the PIM count."""
        if window.keys:
            return len(window.keys)
        params = {**self._params(self._checked(session)), "limit": "1", "with_count": "true"}
        found = session.get("products", params).get("items_count")
        return None if found is None else int(found)

    def extract(self, session: Session, window: Window) -> petl.Table:
        """Give the products page by page. Raises ConfigError for what the PIM's model does not have."""
        return _Products(self, session, window)

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a product."""
        model = self._checked(session)
        header = self._header(model)
        yield header
        for product in self._read(session, window, model):
            cells = dict(_cells(lines.flat(product, model), model))
            yield tuple(cells.get(name) for name in header)

    def _read(self, session: Session, window: Window, model: Model) -> Iterator[dict[str, Any]]:
        params = self._params(model)
        if not window.keys:
            yield from lookup.pages(session, params)
        code = model.identifier.code
        for some in lookup.chunks(window.keys):
            wanted = [*self.search.get(code, []), {"operator": "IN", "value": some}]
            yield from lookup.pages(session, {**params, "search": _json({**self.search, code: wanted})})

    def _params(self, model: Model) -> dict[str, str]:
        params = {"search": _json(self.search)} if self.search else {}
        if self.attributes is not None:
            params |= lookup.projection([model.identifier.code, *self.attributes])
        if self.locales is not None:
            params["locales"] = ",".join(self.locales)
        if self.scope is not None:
            params["scope"] = self.scope
        return params

    def _checked(self, session: Session) -> Model:
        model = session.catalog.model
        unknown = [
            *(f"attributes: the PIM has no {code!r}" for code in self.attributes or () if code not in model.attributes),
            *(
                f"locales: {code!r} is not active in the PIM"
                for code in self.locales or ()
                if code not in model.locales
            ),
            *(
                f"scope: the PIM has no channel {code!r}"
                for code in [self.scope]
                if code and code not in model.channels
            ),
            *(f"search: {mistake}" for mistake in search.mistakes(self.search, model)),
        ]
        if unknown:
            raise ConfigError(*unknown)
        return model

    def _header(self, model: Model) -> Header:
        return ("identifier", *PROPERTIES, *_association_columns(model), *(one.name for one in self._values(model)))

    def _values(self, model: Model) -> Iterator[ValueColumn]:
        codes = self.attributes if self.attributes is not None else sorted(model.attributes)
        for attribute in (model.attributes[code] for code in codes):
            if attribute is not model.identifier and attribute.kind in fields.CODECS:
                yield from self._columns(attribute, model)

    def _columns(self, attribute: Attribute, model: Model) -> Iterator[ValueColumn]:
        for locale, scope in model.places(attribute):
            if self.locales is not None and locale is not None and locale not in self.locales:
                continue
            if self.scope is not None and scope not in {None, self.scope}:
                continue
            if attribute.kind == "price_collection":
                parts: tuple[str | None, ...] = model.currencies_of(scope)
            else:
                parts = (None, UNIT) if attribute.kind == "metric" else (None,)
            yield from (ValueColumn(attribute, locale, scope, part) for part in parts)


class _Products(petl.Table):  # type: ignore[misc]  # petl ships no types
    """The rows, read from the PIM while they are asked for."""

    def __init__(self, source: AkeneoProductsSource, session: Session, window: Window) -> None:
        self._arguments = (source, session, window)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        source, session, window = self._arguments
        return source.rows(session, window)


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


def _association_columns(model: Model) -> Iterator[str]:
    for code, quantified in model.association_types.items():
        kinds = QUANTIFIABLE if quantified else ASSOCIATED
        for kind in kinds:
            if kind != "product_uuids":
                yield f"{code}-{kind}"
                if quantified:
                    yield f"{code}-{kind}-{QUANTITY}"


def _described(name: str, column: ValueColumn | None) -> FieldInfo:
    if column is None:
        return FieldInfo(name, "boolean" if name == "enabled" else "text")
    attribute = column.attribute
    label = next(iter(attribute.labels.values()), attribute.code)
    return FieldInfo(name, attribute.kind, label, attribute.localizable)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
