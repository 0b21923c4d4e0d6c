"""Reads and writes files in pimflow pipelines: CSV, Excel, JSON Lines, JSON and XML."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name

from pimflow import Component, hookimpl

HOMES: Mapping[tuple[str, str], str] = {
    ("connection", "files"): "connection:FilesConnection",
    ("source", "files.csv"): "sources:CsvSource",
    ("source", "files.excel"): "sources:ExcelSource",
    ("source", "files.jsonl"): "sources:JsonLinesSource",
    ("source", "files.json"): "sources:JsonSource",
    ("source", "files.xml"): "sources:XmlSource",
    ("sink", "files.csv"): "sinks:CsvSink",
    ("sink", "files.excel"): "sinks:ExcelSink",
    ("sink", "files.jsonl"): "sinks:JsonLinesSink",
    ("sink", "files.json"): "sinks:JsonSink",
    ("sink", "files.xml"): "sinks:XmlSink",
}
"""Where the connection and each format is as source and sink: a pipeline loads those that it names."""


@hookimpl
def pimflow_components(kind: str | None, name: str | None) -> list[type[Component]]:
    """Give what is wanted of this plugin, or all that it has."""
    homes = [HOMES[kind, name]] if kind and name and (kind, name) in HOMES else HOMES.values()
    return [resolve_name(f"{__name__}.{home}") for home in homes]
