"""The log of a run: its last lines, or all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import FileResponse

from pimflow.state import history
from pimflow_serve.access.guard import Viewer
from pimflow_serve.refusals import not_found
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.logs import Log, log_file, read_log

router = APIRouter(prefix="/api/v1", tags=["runs"])


@router.get("/runs/{run_id}/log")
def get_log(
    run_id: str,
    serving: Shared,
    _person: Viewer,
    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Query()] = "INFO",
    text: Annotated[str, Query(max_length=200)] = "",
) -> Log:
    """Give the last lines of the log of a run, of this level or a higher one, that hold a text."""
    return read_log(_file(serving, run_id), level, text)


@router.get("/runs/{run_id}/log.jsonl", response_class=FileResponse)
def get_whole_log(run_id: str, serving: Shared, _person: Viewer) -> FileResponse:
    """Give the whole log of a run as a file: one JSON object a line."""
    file = _file(serving, run_id)
    return FileResponse(file, filename=file.name, media_type="application/jsonl")


def _file(serving: Serving, run_id: str) -> Path:
    past = history.find_run(serving.database, run_id)
    file = log_file(serving.project, past) if past else None
    if file is None:
        raise not_found("log of a run of this name")
    return file
