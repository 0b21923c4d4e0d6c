"""What the server itself logs: for administrators, who else look for its file on the machine."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Administrator
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared
from pimflow_serve.views.logs import SERVER_LEVELS, read_server_log

router = APIRouter(include_in_schema=False)


@router.get("/log")
def log_page(
    request: Request,
    serving: Shared,
    person: Administrator,
    level: Annotated[str, Query()] = "INFO",
    text: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show what the server logged, the latest first."""
    level = level if level in SERVER_LEVELS else "INFO"
    log = read_server_log(serving.project, level, text)
    return render(request, "server_log.html", person, log=log, level=level, text=text)
