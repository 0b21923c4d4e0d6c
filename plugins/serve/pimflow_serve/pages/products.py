"""One product: type its SKU, and see what was sent, when, by which run and why."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from pimflow.errors import ConfigError
from pimflow.sentences import said_by
from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.languages import words
from pimflow_serve.rendering import go, render
from pimflow_serve.roles import Person
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.products import keys_alike, products

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=10_000)]


@router.get("/products")
def products_page(
    request: Request,
    serving: Shared,
    person: Viewer,
    sku: Annotated[str, Query(max_length=500)] = "",
    column: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Show what is known of a product."""
    return _page(request, serving, person, sku.strip(), column)


@router.post("/products/correct")
def correct(
    request: Request,
    serving: Shared,
    person: Operator,
    *,
    pipeline: Text,
    flow: Text,
    key: Text,
    column: Text,
    becomes: Text = "",
    sku: Text = "",
) -> Response:
    """Correct one cell of what the source says of a product."""
    say = words(request, person).gettext
    try:
        given = deciding.correct(serving, person, pipeline, flow, key, {column: becomes})
    except ConfigError as error:
        return _page(request, serving, person, sku, wrong=said_by(error))
    said = say("Corrected. It is sent now, and stands until the ERP has another value.")
    return go(f"/products?{urlencode({'sku': sku})}", said if given else say("Nothing was changed."))


def _page(
    request: Request, serving: Serving, person: Person, key: str, column: str = "", *, wrong: str = ""
) -> Response:
    found = products(serving.project, serving.database, key, column) if key else []
    alike = keys_alike(serving.database, key) if key and not found else []
    shown = {"sku": key, "column": column, "found": found, "alike": alike, "wrong": wrong}
    return render(request, "product.html", person, status=409 if wrong else 200, **shown)
