"""Cells for Odoo -> canonical values -> what Odoo takes, and back: what is Odoo's own. No calls of its own.

Canonical values: plain decimal text rounded as Odoo rounds, paths and codes of categories, external ids of units,
sorted names of tags.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

from pimflow import said
from pimflow_erp.codecs import BOOLEAN, FLOAT, INTEGER, TEXT, Codec, absent, listed, selection
from pimflow_odoo.catalog import TITLE, Catalog, FieldInfo, Unit
from pimflow_odoo.fields import number_of


def of_field(info: FieldInfo, catalog: Catalog) -> Codec | None:
    """Find the codec of a field by its type; None for one that is not written."""
    kind, relation = info["type"], info.get("relation")
    if kind == "float":
        return _rounded(info.get("digits"))
    if kind == "selection" and isinstance(info.get("selection"), list):
        return selection({str(key): str(label) for key, label in info["selection"]}, TITLE)
    make = _RELATED.get((kind, str(relation)))
    return make(catalog) if make else _OF_TYPE.get(kind)


def category(catalog: Catalog, part: str) -> Codec:
    """Make the codec of a category, told by its `part`: `path` or `code`. A cell may have either."""

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        found = [one for one in catalog.categories.values() if text in {one.path, one.code}]
        if not found:
            raise absent(said("category"), text, TITLE)
        if len(found) > 1:
            codes = reduce(
                lambda one, other: said("{one} and {other}", one=one, other=other), [one.code for one in found]
            )
            raise ValueError(
                said(
                    "and {title} has several categories of this path: name it by its code, {codes}",
                    title=TITLE,
                    codes=codes,
                )
            )
        return str(getattr(found[0], part))

    def write(text: str) -> int:
        return next(one.id for one in catalog.categories.values() if text in {one.path, one.code})

    def read(value: Any) -> str | None:
        return getattr(catalog.categories.get(number_of(value) or 0), part, None)

    return Codec(accept, write, read)


NAME = Codec(lambda cell: str(cell).strip())
"""Names that may have to be made."""


def option(catalog: Catalog, attribute: str) -> Codec | None:
    """Make the codec of a value of an attribute that makes variants, by its name; None without such an attribute."""
    numbers = [number for number, name in catalog.attributes.items() if name == attribute]

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        if not any(text in catalog.options.get(number, ()) for number in numbers):
            raise absent(said("value of this attribute"), text, TITLE)
        return text

    return Codec(accept) if numbers else None


def _unit(catalog: Catalog) -> Codec:
    """Make the codec of a unit, found by external id, with its module or without, or by name."""

    def find(text: str) -> Unit | None:
        known = catalog.units.values()
        return next((one for one in known if text in {one.code, one.code.rpartition(".")[2], one.name}), None)

    def accept(cell: Any) -> str:
        found = find(str(cell).strip())
        if found is None:
            raise absent(said("unit"), str(cell).strip(), TITLE)
        return found.code

    def write(code: str) -> int:
        found = find(code)
        assert found is not None
        return found.id

    return Codec(accept, write, lambda value: catalog.units[number_of(value) or 0].code)


def _tags(catalog: Catalog) -> Codec:
    """Make the codec of tags, found by name."""

    def accept(cell: Any) -> list[str]:
        asked = listed(cell)
        unknown = [name for name in asked if name not in catalog.tags.values()]
        if unknown:
            raise absent(said("tag"), ", ".join(unknown), TITLE)
        return sorted(set(asked))

    def write(names: list[str]) -> list[Any]:
        return [[6, 0, sorted(number for number, name in catalog.tags.items() if name in names)]]

    return Codec(accept, write, lambda ids: sorted(catalog.tags[number] for number in ids if number in catalog.tags))


def _rounded(digits: Any) -> Codec:
    """Make the codec of a number with so many digits: `[16, 2]`, or false where Odoo does not round."""
    if not isinstance(digits, list | tuple) or len(digits) < 2:
        return FLOAT
    places = int(digits[1])

    def rounded(value: Any) -> str:
        exact = Decimal(FLOAT.accept(value))
        return str(FLOAT.accept(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)))

    def accept(cell: Any) -> str:
        found = rounded(cell)
        if found == "0" and FLOAT.accept(cell) != "0":
            raise ValueError(
                said("which {title} would round to 0: it keeps {number} decimals there", title=TITLE, number=places)
            )
        return found

    return Codec(accept, float, rounded)


def _moment(cell: Any) -> str:
    try:
        found = dt.datetime.fromisoformat(str(cell).strip())
    except ValueError:
        raise ValueError(said("which is no moment such as {example}", example="2026-01-31 08:30:00")) from None
    moment = found.astimezone(dt.UTC) if found.tzinfo else found
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _day(cell: Any) -> str:
    return _moment(cell)[:10]


_OF_TYPE: Mapping[str, Codec] = {
    "char": TEXT,
    "text": TEXT,
    "html": TEXT,
    "integer": INTEGER,
    "monetary": FLOAT,
    "boolean": BOOLEAN,
    "date": Codec(_day),
    "datetime": Codec(_moment),
}
_RELATED: Mapping[tuple[str, str], Callable[[Catalog], Codec]] = {
    ("many2one", "uom.uom"): _unit,
    ("many2many", "product.tag"): _tags,
}
