"""What targets are asked while somebody looks at a page: how people know records and columns, and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pimflow.errors import FlowError, RowProblem
from pimflow.outlook import Card
from pimflow.sentences import said_by
from pimflow_serve import deciding
from pimflow_serve.access.guard import Viewer
from pimflow_serve.languages import language_of
from pimflow_serve.refusals import Refused
from pimflow_serve.serving import Shared

router = APIRouter(prefix="/api/v1", tags=["problems"])

_AT_ONCE = 100
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@contextmanager
def system_asked() -> Iterator[None]:
    """Turn what a system refuses into an answer that says so."""
    try:
        yield
    except RowProblem as error:
        raise Refused(409, said_by(error)) from None
    except FlowError as error:
        raise Refused(502, said_by(error)) from None


@router.get("/pipelines/{pipeline}/flows/{flow}/cards")
def list_cards(
    pipeline: str,
    flow: str,
    request: Request,
    serving: Shared,
    person: Viewer,
    key: Annotated[list[str], Query(max_length=_AT_ONCE)],
) -> dict[str, Card]:
    """Ask the target how people know records: label in their language, page, picture. By key."""
    target = deciding.target_of(serving, pipeline, flow, language_of(request, person))
    with system_asked():
        return dict(target.cards(key))


@router.get("/pipelines/{pipeline}/flows/{flow}/labels")
def list_labels(
    pipeline: str,
    flow: str,
    request: Request,
    serving: Shared,
    person: Viewer,
    column: Annotated[list[str], Query(max_length=_AT_ONCE)],
) -> dict[str, str]:
    """Ask the target how people call columns; those that it calls by their codes are left out. By column."""
    target = deciding.target_of(serving, pipeline, flow, language_of(request, person))
    with system_asked():
        return dict(target.labels(column))


@router.get("/pipelines/{pipeline}/flows/{flow}/picture", response_class=Response)
def get_picture(pipeline: str, flow: str, name: str, request: Request, serving: Shared, person: Viewer) -> Response:
    """Give a picture that a card names, from the target."""
    target = deciding.target_of(serving, pipeline, flow, language_of(request, person))
    with system_asked():
        kind, content = target.picture(name)
    if kind not in _PICTURES:
        raise Refused(404, "the target has this file, and it is no picture that browsers show")
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
    return Response(content, media_type=kind, headers=headers)
