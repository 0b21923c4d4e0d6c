"""Generic transforms for pimflow pipelines: filter, map, convert, value_map."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the four transforms."""
    from pimflow_transforms.convert import Convert
    from pimflow_transforms.filter import Filter
    from pimflow_transforms.map import Map
    from pimflow_transforms.value_map import ValueMap

    return [Filter, Map, Convert, ValueMap]
