"""Whether the server is there, and can work: for whoever watches it. Neither tells anything of the project."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from pimflow.errors import StateError
from pimflow.state import people
from pimflow_serve.serving import Shared

router = APIRouter(include_in_schema=False)

_METHODS = ["GET", "HEAD"]


@router.api_route("/healthz", methods=_METHODS)
async def healthz() -> dict[str, str]:
    """Tell that the server answers."""
    return {"status": "ok"}


@router.api_route("/readyz", methods=_METHODS)
def readyz(serving: Shared) -> JSONResponse:
    """Tell whether it can work: the state can be read."""
    try:
        people.anybody(serving.database)
    except StateError:
        return JSONResponse({"status": "not ready", "state": "cannot be used"}, 503)
    return JSONResponse({"status": "ok"})
