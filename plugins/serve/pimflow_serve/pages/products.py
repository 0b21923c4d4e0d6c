"""One product: type its SKU, and see what was sent, when, by which run and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Viewer
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared
from pimflow_serve.views.products import keys_alike, products

router = APIRouter(include_in_schema=False)


@router.get("/products")
def products_page(
    request: Request,
    serving: Shared,
    person: Viewer,
    sku: Annotated[str, Query(max_length=500)] = "",
    column: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Show what is known of a product."""
    key = sku.strip()
    found = products(serving.project, serving.database, key, column) if key else []
    alike = keys_alike(serving.database, key) if key and not found else []
    return render(request, "product.html", person, sku=key, column=column, found=found, alike=alike)
