"""Reads from and writes to an ERPNext site: items with their variants, templates, item groups and attributes."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, sources and sinks of this plugin."""
    from pimflow_erpnext import sinks, sources
    from pimflow_erpnext.connection import ErpnextConnection

    return [
        ErpnextConnection,
        sources.ErpnextProductsSource,
        sources.ErpnextTemplatesSource,
        sources.ErpnextCategoriesSource,
        sources.ErpnextBrandsSource,
        sources.ErpnextAttributesSource,
        sources.ErpnextAttributeOptionsSource,
        sources.ErpnextUnitsSource,
        sources.ErpnextPricesSource,
        sources.ErpnextStockSource,
        sources.ErpnextDeletedSource,
        sinks.ErpnextProductsSink,
        sinks.ErpnextTemplatesSink,
        sinks.ErpnextCategoriesSink,
        sinks.ErpnextAttributesSink,
    ]
