"""What needs attention as a table, which people correct and hand back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from pimflow.cli.sheets import sheet_writer
from pimflow.problems.causes import Wanted
from pimflow.problems.export import export_lines
from pimflow_serve.refusals import not_found
from pimflow_serve.serving import Serving, assembly_of


def problem_list(serving: Serving, pipeline: str, kind: str, cause: str) -> FileResponse:
    """Give every record and problem of a pipeline, or of one cause, with its source row: `csv` or `xlsx`."""
    if kind not in {"csv", "xlsx"}:
        raise not_found("list of this kind")
    assembly = assembly_of(serving, pipeline)
    with tempfile.NamedTemporaryFile(prefix="pimflow-", suffix=f".{kind}", delete=False) as made:
        file = Path(made.name)
    try:
        sheet_writer(file)(file, export_lines(assembly, serving.database, Wanted(cause=cause or None)))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    name = f"{pipeline}-{cause or 'problems'}.{kind}"
    return FileResponse(file, filename=name, background=BackgroundTask(file.unlink, missing_ok=True))
