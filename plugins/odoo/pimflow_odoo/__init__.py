"""Reads from and writes to an Odoo ERP: variants, templates, categories and attributes of products."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, sources and sinks of this plugin."""
    from pimflow_odoo.connection import OdooConnection
    from pimflow_odoo.sinks import (
        OdooAttributeOptionsSink,
        OdooAttributesSink,
        OdooCategoriesSink,
        OdooProductsSink,
        OdooTemplatesSink,
    )
    from pimflow_odoo.sources import (
        OdooAttributeOptionsSource,
        OdooAttributesSource,
        OdooCategoriesSource,
        OdooProductsSource,
        OdooTemplatesSource,
    )

    return [
        OdooConnection,
        OdooProductsSource,
        OdooTemplatesSource,
        OdooCategoriesSource,
        OdooAttributesSource,
        OdooAttributeOptionsSource,
        OdooProductsSink,
        OdooTemplatesSink,
        OdooCategoriesSink,
        OdooAttributesSink,
        OdooAttributeOptionsSink,
    ]
