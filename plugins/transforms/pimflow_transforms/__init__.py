"""Generic transforms for pimflow pipelines: rows, columns, values, and product models of flat rows."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name

from pimflow import Component, hookimpl

HOMES: Mapping[str, str] = {
    "filter": "filter:Filter",
    "map": "map:Map",
    "convert": "convert:Convert",
    "value_map": "value_map:ValueMap",
    "defaults": "defaults:FillDefaults",
    "split": "lists:Split",
    "join": "lists:Join",
    "compute": "compute:Compute",
    "units": "measures.transform:MeasureUnits",
    "gtin": "gtin:Gtin",
    "html_to_text": "texts:HtmlToText",
    "slug": "texts:Slug",
    "deduplicate": "deduplicate:Deduplicate",
    "variants": "variants.transform:Variants",
}
"""Where each transform is: a pipeline loads those that it names."""


@hookimpl
def pimflow_components(name: str | None) -> list[type[Component]]:
    """Give the transform that is wanted, or all."""
    homes = [HOMES[name]] if name and name in HOMES else HOMES.values()
    return [resolve_name(f"{__name__}.{home}") for home in homes]
