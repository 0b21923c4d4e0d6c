"""Reads from and writes to a Dolibarr ERP: products with their variants, categories and attributes."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, sources and sinks of this plugin."""
    from pimflow_dolibarr.connection import DolibarrConnection
    from pimflow_dolibarr.sinks import DolibarrAttributesSink, DolibarrCategoriesSink, DolibarrProductsSink
    from pimflow_dolibarr.sources import (
        DolibarrAttributeOptionsSource,
        DolibarrAttributesSource,
        DolibarrCategoriesSource,
        DolibarrProductsSource,
        DolibarrTemplatesSource,
    )

    return [
        DolibarrConnection,
        DolibarrProductsSource,
        DolibarrTemplatesSource,
        DolibarrCategoriesSource,
        DolibarrAttributesSource,
        DolibarrAttributeOptionsSource,
        DolibarrProductsSink,
        DolibarrCategoriesSink,
        DolibarrAttributesSink,
    ]
