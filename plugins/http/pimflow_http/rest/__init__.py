"""Any REST API that speaks JSON, declared in YAML: connection `rest`, source and sink `rest.records`."""

from __future__ import annotations

from pimflow import Component, hookimpl


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the connection, the source and the sink."""
    from pimflow_http.rest.connection import RestConnection
    from pimflow_http.rest.sink import RestRecordsSink
    from pimflow_http.rest.source import RestRecordsSource

    return [RestConnection, RestRecordsSource, RestRecordsSink]
