"""Reads and writes CSV and JSON Lines files in pimflow pipelines."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give `files.csv` and `files.jsonl`, each as a source and as a sink."""
    from pimflow_files.sinks import CsvSink, JsonLinesSink
    from pimflow_files.sources import CsvSource, JsonLinesSource

    return [CsvSource, CsvSink, JsonLinesSource, JsonLinesSink]
