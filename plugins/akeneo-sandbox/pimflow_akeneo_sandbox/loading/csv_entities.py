"""Rows of products.csv and product_models.csv as payloads of the REST API."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.media import media_file
from pimflow_akeneo_sandbox.values import kinds

PRODUCT = frozenset({"uuid", "enabled", "family", "parent", "categories", "groups", "identifier"})
MODEL = frozenset({"code", "family_variant", "parent", "categories"})
LINKS = {
    "products": "products",
    "product_models": "product_models",
    "groups": "groups",
    "product_uuids": "product_uuids",
}


@dataclass(frozen=True)
class Column:
    """A value column `code[-locale][-channel][-CURRENCY or -unit]`."""

    attribute: Record
    locale: str | None = None
    scope: str | None = None
    currency: str | None = None
    is_unit: bool = False


class ProductReader:
    """Reads rows with the structure of the same folder; `media` gathers the files that cells name."""

    def __init__(self, folder: Path, catalog: dict[str, Any]) -> None:
        self._folder = folder
        self._attributes = {attribute["code"]: attribute for attribute in catalog["attributes"]}
        self._locales = {locale["code"] for locale in catalog["locales"]}
        self._channels = {channel["code"] for channel in catalog["channels"]}
        self._identifier = next((a["code"] for a in catalog["attributes"] if a["type"] == kinds.IDENTIFIER), "sku")
        self._columns: dict[str, Column | tuple[str, str]] = {}
        self._media: dict[str, Record] = {}

    @property
    def media(self) -> list[Record]:
        """The files named so far; those that are not in the folder are empty."""
        return list(self._media.values())

    def product(self, row: dict[str, str]) -> Record:
        """Return a row of products.csv. Raises ValueError for a column that means nothing."""
        record: Record = {
            "identifier": row.get(self._identifier) or row.get("identifier") or None,
            "enabled": row.get("enabled", "1") != "0",
            "family": row.get("family") or None,
            "parent": row.get("parent") or None,
            "categories": _split(row.get("categories")),
            "groups": _split(row.get("groups")),
        }
        if row.get("uuid"):
            record["uuid"] = row["uuid"]
        return record | self._values(row, PRODUCT | {self._identifier}, "products.csv")

    def model(self, row: dict[str, str]) -> Record:
        """Return a row of product_models.csv. Raises ValueError for a column that means nothing."""
        record: Record = {
            "code": row["code"],
            "family_variant": row["family_variant"],
            "parent": row.get("parent") or None,
            "categories": _split(row.get("categories")),
        }
        return record | self._values(row, MODEL, "product_models.csv")

    def _values(self, row: dict[str, str], properties: frozenset[str], file: str) -> Record:
        cells: dict[tuple[str, str | None, str | None], dict[str, str]] = {}
        links: dict[str, dict[str, list[str]]] = {}
        for name, cell in row.items():
            if name in properties or not cell:
                continue
            column = self._column(name, file)
            if isinstance(column, tuple):
                links.setdefault(column[0], {})[column[1]] = _split(cell)
                continue
            part = "unit" if column.is_unit else column.currency or ""
            key = (column.attribute["code"], column.scope, column.locale)
            cells.setdefault(key, {})[part] = cell
        values: dict[str, list[Record]] = {}
        for (code, scope, locale), parts in cells.items():
            data = self._data(self._attributes[code], parts)
            values.setdefault(code, []).append({"locale": locale, "scope": scope, "data": data})
        return {"values": values, **({"associations": links} if links else {})}

    def _column(self, name: str, file: str) -> Column | tuple[str, str]:
        if name not in self._columns:
            self._columns[name] = self._read_column(name, file)
        return self._columns[name]

    def _read_column(self, name: str, file: str) -> Column | tuple[str, str]:
        code, *rest = name.split("-")
        attribute = self._attributes.get(code)
        if attribute is None:
            if len(rest) == 1 and rest[0] in LINKS:
                return code, LINKS[rest[0]]
            raise ValueError(f"{file}: column '{name}' is neither a property nor an attribute of attributes.csv.")
        locale = rest.pop(0) if rest and rest[0] in self._locales else None
        scope = rest.pop(0) if rest and rest[0] in self._channels else None
        is_unit = attribute["type"] == kinds.METRIC and rest == ["unit"]
        currency = rest[0] if attribute["type"] == kinds.PRICE and len(rest) == 1 else None
        if rest and not is_unit and currency is None:
            raise ValueError(f"{file}: column '{name}': '{'-'.join(rest)}' is no locale, channel or currency.")
        return Column(attribute, locale, scope, currency, is_unit)

    def _data(self, attribute: Record, parts: dict[str, str]) -> Any:
        kind, cell = attribute["type"], parts.get("", "")
        if kind == kinds.PRICE:
            return _prices(parts)
        if kind == kinds.METRIC:
            return _metric(attribute, parts)
        if kind == kinds.NUMBER:
            return _number(cell)
        if kind == kinds.BOOLEAN:
            return cell == "1"
        if kind in {kinds.MULTISELECT, kinds.REFERENCES}:
            return _split(cell)
        return self._file(cell) if kind in kinds.MEDIA else cell

    def _file(self, cell: str) -> str:
        path = self._folder / cell
        content = path.read_bytes() if path.is_file() else b""
        digest = hashlib.sha1(cell.encode(), usedforsecurity=False).hexdigest()
        name = path.name
        code = f"{'/'.join(digest[:4])}/{digest}_{name}"
        media = media_file(name, content, code)
        self._media[code] = {
            "code": code,
            "original_filename": name,
            "mime_type": media.mime_type,
            "content": content,
        }
        return code


def _prices(parts: dict[str, str]) -> list[Record]:
    """Return one price a currency column, and those of a cell such as `12 EUR, 14 USD`."""
    pairs = [(code, amount) for code, amount in parts.items() if code]
    for price in _split(parts.get("")):
        amount, _, code = price.rpartition(" ")
        pairs.append((code, amount))
    return [{"amount": _number(amount), "currency": code} for code, amount in pairs]


def _metric(attribute: Record, parts: dict[str, str]) -> Record | None:
    """Return amount and unit of two columns, or of a cell such as `500 GRAM`."""
    amount, _, unit = parts.get("", "").partition(" ")
    if not amount:
        return None
    return {"amount": _number(amount), "unit": parts.get("unit") or unit or attribute["default_metric_unit"]}


def _split(cell: str | None) -> list[str]:
    return [member.strip() for member in (cell or "").split(",") if member.strip()]


def _number(cell: str) -> Any:
    """Return an integer where the cell is one, else the text: the PIM judges it."""
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return cell
    return int(number) if number == number.to_integral_value() and "." not in cell else cell
