"""Products as they were sent, corrections, connections, plugins, and previews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from pimflow.state.corrections import Correction
from pimflow.state.requests import Request as Asked
from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.api.telling import Tell
from pimflow_serve.checking import begin_look, check_now
from pimflow_serve.given import LARGEST, Given, Number
from pimflow_serve.refusals import Refused, not_found
from pimflow_serve.serving import Serving, Shared
from pimflow_serve.views.connections import Checked, ShownConnection, connections
from pimflow_serve.views.corrections import ShownAnswer, ShownCorrection, shown_answers, shown_corrections
from pimflow_serve.views.fits import Fit, fits
from pimflow_serve.views.plugins import ShownPlugin, installed
from pimflow_serve.views.previews import Preview, preview
from pimflow_serve.views.products import ShownProduct, products

router = APIRouter(prefix="/api/v1", tags=["records"])


class NewCorrections(Given):
    """Cells of a source, by column, that a person corrects of one record of a flow."""

    pipeline: str
    flow: str
    key: str
    cells: dict[str, str] = Field(min_length=1)


@router.get("/products")
def list_products(
    serving: Shared,
    tell: Tell,
    key: Annotated[str, Query(max_length=500)],
    column: Annotated[str, Query(max_length=500)] = "",
) -> list[ShownProduct]:
    """Tell what was sent under a key, when and by which run; with a column how its value came about."""
    return tell(products(serving.project, serving.database, key, column))


@router.get("/corrections")
def list_corrections(serving: Shared, _person: Viewer, pipeline: str = "") -> list[ShownCorrection]:
    """Give what people corrected of what sources say."""
    return shown_corrections(serving.project, serving.database, pipeline)


@router.get("/answers")
def list_answers(serving: Shared, _person: Viewer) -> list[ShownAnswer]:
    """Give what people decided once about values, for each record that has them."""
    return shown_answers(serving.project)


@router.post("/corrections", status_code=201)
def post_corrections(given: NewCorrections, serving: Shared, person: Operator) -> list[Correction]:
    """Correct cells of one record; it is sent now."""
    return deciding.correct(serving, person, given.pipeline, given.flow, given.key, given.cells)


@router.delete("/corrections", status_code=204)
def delete_correction(pipeline: str, flow: str, key: str, column: str, serving: Shared, person: Operator) -> None:
    """Take a correction back."""
    deciding.uncorrect(serving, person, pipeline, flow, key, column)


@router.get("/connections")
def list_connections(serving: Shared, tell: Tell) -> list[ShownConnection]:
    """Give all connections, without what is secret of them."""
    return tell(connections(serving.project, serving.database))


@router.post("/connections/check")
def post_check(serving: Shared, person: Operator, tell: Tell, name: str = "", pipeline: str = "") -> list[Checked]:
    """Check the connection of this name, or all: log in, and ask whether all rights are there."""
    return tell(check_now(serving, person, name, pipeline))


@router.get("/fits")
def list_fits(serving: Shared, tell: Tell) -> list[Fit]:
    """Give what the last look at each pipeline and its targets found."""
    return tell(fits(serving.project, serving.database))


@router.post("/fits/{pipeline}")
def post_fit(pipeline: str, serving: Shared, person: Operator, tell: Tell) -> Fit:
    """Hold a pipeline against its targets: what cannot work, who mends it and how. Nothing is written there."""
    return tell(begin_look(serving, person, pipeline).result())


@router.get("/plugins")
def list_plugins(_person: Viewer) -> list[ShownPlugin]:
    """Give the plugins that are installed, with what they offer."""
    return list(installed())


@router.get("/previews/{number}")
def get_preview(
    number: Number,
    serving: Shared,
    tell: Tell,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    only: str = "",
    key: Annotated[str, Query(max_length=500)] = "",
) -> Preview:
    """Give a preview, with some of the records that would change; `next` asks for those behind them.

    `only` is `created` or `updated`; `key` is a part of the keys that are wanted.
    """
    return tell(_found(serving, number, after, only, key))


@router.post("/previews/{number}/apply", status_code=202)
def post_apply(number: Number, serving: Shared, person: Operator) -> Asked:
    """Carry a preview out: exactly that, or nothing."""
    found = _found(serving, number)
    if found.state != "ready":
        raise Refused(409, "this preview cannot be carried out", "Ask for a new one.")
    return serving.runner.ask(found.asked.pipeline, "apply", person.name, plan=number)


def _found(serving: Serving, number: int, after: int = 0, only: str = "", key: str = "") -> Preview:
    found = preview(serving, number, after, only, key)
    if found is None:
        raise not_found("preview of this number")
    return found
