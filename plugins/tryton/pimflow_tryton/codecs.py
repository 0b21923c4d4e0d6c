"""The kinds of values that only Tryton has: units, attribute sets, categories, options of a selection. No calls.

The rest are those of all ERPs, in `pimflow_erp.codecs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pimflow import said
from pimflow_erp.codecs import BOOLEAN, DAY, FLOAT, INTEGER, NUMBER, TEXT, Codec, absent, labelled, listed
from pimflow_tryton.catalog import TITLE, Catalog, Category

OPTIONS = Codec(labelled, read=labelled)
"""Options of a selection."""
OF_TYPE: Mapping[str, Codec] = {
    "char": TEXT,
    "text": TEXT,
    "color": TEXT,
    "integer": INTEGER,
    "float": FLOAT,
    "numeric": NUMBER,
    "boolean": BOOLEAN,
    "date": DAY,
}


def unit(catalog: Catalog) -> Codec:
    """Make the codec of a unit, found by symbol or name."""

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        for name in ("symbol", "name"):
            found = [one for one in catalog.units.values() if one[name] == text]
            if found:
                return str(found[0]["symbol"])
        raise absent(said("unit"), text, TITLE)

    def write(symbol: str) -> int:
        return next(number for number, one in catalog.units.items() if one["symbol"] == symbol)

    return Codec(accept, write, lambda number: catalog.units[number]["symbol"])


def attribute_set(catalog: Catalog) -> Codec:
    """Make the codec of a set of attributes, found by name."""

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        if text not in catalog.attribute_sets.values():
            raise absent(said("attribute set"), text, TITLE)
        return text

    def write(name: str) -> int:
        return next(number for number, one in catalog.attribute_sets.items() if one == name)

    return Codec(accept, write, lambda number: catalog.attribute_sets[number])


def attribute_sets(catalog: Catalog) -> Codec:
    """Make the codec of several sets of attributes, found by name."""
    one = attribute_set(catalog)
    return Codec(
        lambda cell: sorted({one.accept(name) for name in listed(cell)}),
        lambda names: [one.write(name) for name in names],
        lambda numbers: sorted(one.read(number) for number in numbers),
    )


def categories(catalog: Catalog) -> Codec:
    """Make the codec of categories, found by code or path; one is told by its code, or its path where it has none."""

    def accept(cell: Any) -> list[str]:
        known = catalog.categories.values()
        names = {one.path: _name(one) for one in known} | {one.code: one.code for one in known if one.code}
        asked = listed(cell)
        unknown = [text for text in asked if text not in names]
        if unknown:
            raise absent(said("category"), ", ".join(unknown), TITLE)
        return sorted({names[text] for text in asked})

    def write(names: list[str]) -> list[int]:
        return [number for number, one in catalog.categories.items() if _name(one) in names]

    def read(numbers: list[int]) -> list[str]:
        return sorted(_name(catalog.categories[number]) for number in numbers if number in catalog.categories)

    return Codec(accept, write, read)


def _name(category: Category) -> str:
    return category.code or category.path
