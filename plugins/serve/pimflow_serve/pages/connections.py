"""The connections: whether they work, and what is missing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.checking import begin_look, check_now
from pimflow_serve.languages import words
from pimflow_serve.rendering import go, render
from pimflow_serve.serving import Shared
from pimflow_serve.views.connections import connections
from pimflow_serve.views.fits import fits

router = APIRouter(include_in_schema=False)

_PATIENCE = 4.0
"""Seconds that a browser waits for a look at a target; one at a large PIM takes minutes."""


@router.get("/connections")
def connections_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show the connections with what their last check said."""
    broken = [one for one in serving.project.pipelines().values() if one.mistakes]
    shown = connections(serving.project, serving.database)
    fit = fits(serving.project, serving.database)
    return render(
        request, "connections.html", person, found=shown, broken=broken, fits=fit, going=serving.looks.going()
    )


@router.post("/connections/check")
def check(
    request: Request,
    serving: Shared,
    person: Operator,
    name: Annotated[str, Form()] = "",
    pipeline: Annotated[str, Form()] = "",
) -> Response:
    """Check one connection, or all."""
    found = check_now(serving, person, name, pipeline)
    wrong = sum(not one.ok for one in found)
    told = words(request, person)
    said = (
        told.ngettext("%(number)s connection does not work.", "%(number)s connections do not work.", wrong)
        % {"number": wrong}
        if wrong
        else told.gettext("It works.")
        if len(found) == 1
        else told.gettext("All connections work.")
    )
    return go("/connections", said)


@router.post("/connections/fit")
def fit(request: Request, serving: Shared, person: Operator, pipeline: Annotated[str, Form()]) -> Response:
    """Hold a pipeline against its targets."""
    say = words(request, person).gettext
    try:
        found = begin_look(serving, person, pipeline).result(_PATIENCE)
    except TimeoutError:
        return go("/connections#fits", say("That takes a while. What is found stands here then."))
    said = say("They fit together.") if found.is_well else say("Something does not fit: see below.")
    return go("/connections#fits", said)
