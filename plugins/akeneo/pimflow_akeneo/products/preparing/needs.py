"""What of the PIM's model the values of some columns are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.columns import ADD_CATEGORIES, REMOVE_CATEGORIES, Column, Property, ValueColumn

_FAMILIES = frozenset({"family", "family_variant"})
_CATEGORIES = frozenset({"categories", ADD_CATEGORIES, REMOVE_CATEGORIES})
_SELECTS = frozenset({"simpleselect", "multiselect"})


def needs(columns: Iterable[Column], catalog: Catalog) -> list[Callable[[], Any]]:
    """Give what reads the parts of the model that these columns need, each part once."""
    return list({name: read for column in columns for name, read in _of(column, catalog)}.values())


def _of(column: Column, catalog: Catalog) -> Iterable[tuple[str, Callable[[], Any]]]:
    if isinstance(column, Property) and column.name in _FAMILIES:
        yield "families", lambda: catalog.families
    elif isinstance(column, Property) and column.name in _CATEGORIES:
        yield "categories", lambda: catalog.categories
    elif isinstance(column, ValueColumn) and column.attribute.kind == "metric":
        yield "units", partial(catalog.units, column.attribute.metric_family or "")
    elif isinstance(column, ValueColumn) and column.attribute.kind in _SELECTS:
        yield f"options of {column.attribute.code}", partial(catalog.options, column.attribute.code)
