"""Reads and writes files in pimflow pipelines: CSV, Excel, JSON Lines, JSON; reads XML."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, each format as a source, and all but XML as a sink."""
    from pimflow_files.connection import FilesConnection
    from pimflow_files.sinks import CsvSink, ExcelSink, JsonLinesSink, JsonSink
    from pimflow_files.sources import CsvSource, ExcelSource, JsonLinesSource, JsonSource, XmlSource

    sources: list[type[Component]] = [CsvSource, ExcelSource, JsonLinesSource, JsonSource, XmlSource]
    return [FilesConnection, *sources, CsvSink, ExcelSink, JsonLinesSink, JsonSink]
