"""What the server itself logs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from pimflow_serve.access.guard import Administrator
from pimflow_serve.serving import Shared
from pimflow_serve.views.logs import Log, read_server_log

router = APIRouter(prefix="/api/v1", tags=["server"])


@router.get("/log")
def get_log(
    serving: Shared,
    _person: Administrator,
    level: Literal["INFO", "WARNING", "ERROR"] = "INFO",
    text: Annotated[str, Query(max_length=200)] = "",
) -> Log:
    """Give the last lines of the server's log of this level or a higher one that hold a text, the latest first."""
    return read_server_log(serving.project, level, text)
