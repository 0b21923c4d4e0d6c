"""Reads from and writes to an Akeneo PIM: products, product models, and the structure that they are made of."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, sources and sinks of this plugin."""
    from pimflow_akeneo.connection import AkeneoConnection
    from pimflow_akeneo.media.sinks import AkeneoMediaFilesSink
    from pimflow_akeneo.media.sources import AkeneoMediaFilesSource
    from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
    from pimflow_akeneo.sources import (
        AkeneoProductModelsSource,
        AkeneoProductsSource,
        AkeneoPublishedProductsSource,
    )
    from pimflow_akeneo.structure.components import STRUCTURE

    return [
        AkeneoConnection,
        AkeneoProductsSource,
        AkeneoProductModelsSource,
        AkeneoPublishedProductsSource,
        AkeneoProductsSink,
        AkeneoProductModelsSink,
        AkeneoMediaFilesSource,
        AkeneoMediaFilesSink,
        *STRUCTURE,
    ]
