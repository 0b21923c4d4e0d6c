"""Generic transforms for pimflow pipelines: filter, map, convert, value_map, variants."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the five transforms."""
    from pimflow_transforms.convert import Convert
    from pimflow_transforms.filter import Filter
    from pimflow_transforms.map import Map
    from pimflow_transforms.value_map import ValueMap
    from pimflow_transforms.variants.transform import Variants

    return [Filter, Map, Convert, ValueMap, Variants]
