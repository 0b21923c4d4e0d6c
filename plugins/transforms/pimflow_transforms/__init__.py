"""Generic transforms for pimflow pipelines: rows, columns, values, and product models of flat rows."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the transforms."""
    from pimflow_transforms.compute import Compute
    from pimflow_transforms.convert import Convert
    from pimflow_transforms.deduplicate import Deduplicate
    from pimflow_transforms.filter import Filter
    from pimflow_transforms.gtin import Gtin
    from pimflow_transforms.lists import Join, Split
    from pimflow_transforms.map import Map
    from pimflow_transforms.measures.transform import MeasureUnits
    from pimflow_transforms.texts import HtmlToText, Slug
    from pimflow_transforms.value_map import ValueMap
    from pimflow_transforms.variants.transform import Variants

    plain: list[type[Component]] = [Filter, Map, Convert, ValueMap, Split, Join, Compute]
    return [*plain, MeasureUnits, Gtin, HtmlToText, Slug, Deduplicate, Variants]
