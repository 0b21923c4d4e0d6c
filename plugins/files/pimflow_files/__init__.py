"""Reads and writes files in pimflow pipelines: CSV, Excel, JSON Lines."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give each format as a source and as a sink."""
    from pimflow_files.sinks import CsvSink, ExcelSink, JsonLinesSink
    from pimflow_files.sources import CsvSource, ExcelSource, JsonLinesSource

    return [CsvSource, CsvSink, ExcelSource, ExcelSink, JsonLinesSource, JsonLinesSink]
