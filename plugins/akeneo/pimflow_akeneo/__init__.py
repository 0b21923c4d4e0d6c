"""Reads products from and writes products to an Akeneo PIM."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, source and sink of this plugin."""
    from pimflow_akeneo.connection import AkeneoConnection
    from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
    from pimflow_akeneo.sources import (
        AkeneoProductModelsSource,
        AkeneoProductsSource,
        AkeneoPublishedProductsSource,
    )

    return [
        AkeneoConnection,
        AkeneoProductsSource,
        AkeneoProductModelsSource,
        AkeneoPublishedProductsSource,
        AkeneoProductsSink,
        AkeneoProductModelsSink,
    ]
