"""Reads records from and writes records to any SQL database."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, source and sink of this plugin."""
    from pimflow_sql.connection import SqlConnection
    from pimflow_sql.sinks import SqlTableSink
    from pimflow_sql.sources import SqlQuerySource

    return [SqlConnection, SqlQuerySource, SqlTableSink]
