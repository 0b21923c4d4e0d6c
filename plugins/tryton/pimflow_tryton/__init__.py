"""Reads from and writes to a Tryton ERP: variants, templates and categories of products."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, sources and sinks of this plugin."""
    from pimflow_tryton.connection import TrytonConnection
    from pimflow_tryton.sinks import (
        TrytonAttributesSink,
        TrytonCategoriesSink,
        TrytonProductsSink,
        TrytonTemplatesSink,
    )
    from pimflow_tryton.sources import (
        TrytonAttributeOptionsSource,
        TrytonAttributesSource,
        TrytonCategoriesSource,
        TrytonProductsSource,
        TrytonTemplatesSource,
    )

    return [
        TrytonConnection,
        TrytonProductsSource,
        TrytonTemplatesSource,
        TrytonCategoriesSource,
        TrytonAttributesSource,
        TrytonAttributeOptionsSource,
        TrytonProductsSink,
        TrytonTemplatesSink,
        TrytonCategoriesSink,
        TrytonAttributesSink,
    ]
