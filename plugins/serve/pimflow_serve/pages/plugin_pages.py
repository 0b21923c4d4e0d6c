"""The pages that plugins add."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Any

from fastapi import APIRouter, Request
from loguru import logger
from markupsafe import Markup
from starlette.responses import Response

from pimflow.model import Page, Visit
from pimflow.plugins import create_registry
from pimflow_serve.access.guard import Viewer
from pimflow_serve.languages import language_of
from pimflow_serve.refusals import N_, Refused, not_found
from pimflow_serve.rendering import render
from pimflow_serve.serving import Shared

router = APIRouter(include_in_schema=False)


@cache
def pages_of_plugins() -> tuple[Page, ...]:
    """Ask all plugins for their pages; one that fails costs its own."""
    registry = create_registry()
    registry.load_all()
    found: list[list[Page]] = []
    for implementation in registry.manager.hook.pimflow_pages.get_hookimpls():
        try:
            given: Any = implementation.function()
            found.append(list(given))
        except Exception as error:  # noqa: BLE001 - somebody else's code
            logger.opt(exception=error).error("plugin {} failed to give its pages", implementation.plugin_name)
    return tuple(sorted(chain.from_iterable(found), key=lambda page: page.title))


@router.get("/plugin/{path}")
def plugin_page(path: str, request: Request, serving: Shared, person: Viewer) -> Response:
    """Show a page of a plugin: its HTML is trusted as its code is, and may hold no scripts."""
    pages: tuple[Page, ...] = request.app.state.plugin_pages
    page = next((one for one in pages if one.path == path), None)
    if page is None:
        raise not_found("page of a plugin with this name")
    visit = Visit(serving.project.root, serving.project.environment or "", person.name, language_of(request, person))
    try:
        content = Markup(page.render(visit))  # noqa: S704 - a plugin that is installed is trusted  # nosec B704
    except Exception as error:  # noqa: BLE001 - somebody else's code
        logger.opt(exception=error).error("the page {} of a plugin failed", path)
        raise Refused(
            500,
            N_("this page of a plugin failed"),
            N_("Your administrator finds what happened in the log of the server."),
        ) from None
    return render(request, "plugin_page.html", person, page=page, content=content)
