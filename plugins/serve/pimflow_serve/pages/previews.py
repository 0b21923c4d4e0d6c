"""A preview: what a run would do, to be read and applied."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.given import LARGEST, Number
from pimflow_serve.languages import words
from pimflow_serve.refusals import not_found
from pimflow_serve.rendering import go, render
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.previews import Preview, preview

router = APIRouter(include_in_schema=False)

_STATUSES = ("created", "updated")


@router.get("/pipelines/{name}/preview/{number}")
def preview_page(
    name: str,
    number: Number,
    request: Request,
    serving: Shared,
    person: Viewer,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    only: Annotated[str, Query()] = "",
    sku: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Show what a run would do."""
    only = only if only in _STATUSES else ""
    found = _found(serving, name, number, after, only, sku)
    return render(request, "preview.html", person, found=found, name=name, only=only, sku=sku.strip(), first=after == 0)


@router.post("/pipelines/{name}/preview/{number}/apply")
def apply(name: str, number: Number, request: Request, serving: Shared, person: Operator) -> Response:
    """Carry a preview out: exactly that, or nothing."""
    found = _found(serving, name, number)
    if found.state == "ready":
        serving.runner.ask(name, "apply", person.name, plan=number)
    said = words(request, person).gettext("The preview is carried out now: exactly that, or nothing.")
    return go(f"/pipelines/{quote(name, safe='')}", said)


def _found(serving: Serving, name: str, number: int, after: int = 0, only: str = "", sku: str = "") -> Preview:
    found = preview(serving, number, after, only, sku)
    if found is None or found.asked.pipeline != name:
        raise not_found("preview of this number")
    return found
