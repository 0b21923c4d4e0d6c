"""What people corrected, and what they decided once: all of it, and how it is taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.languages import words
from pimflow_serve.rendering import go, render
from pimflow_serve.serving import Shared
from pimflow_serve.views.corrections import shown_answers, shown_corrections

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=10_000)]


@router.get("/corrections")
def corrections_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show what was corrected, and decided."""
    found, answers = shown_corrections(serving.project, serving.database), shown_answers(serving.project)
    return render(request, "corrections.html", person, found=found, answers=answers)


@router.post("/corrections/remove")
def remove(
    request: Request, serving: Shared, person: Operator, pipeline: Text, flow: Text, key: Text, column: Text
) -> Response:
    """Take a correction back."""
    deciding.uncorrect(serving, person, pipeline, flow, key, column)
    said = words(request, person).gettext("Taken back. What the ERP says counts again, and is sent now.")
    return go("/corrections", said)
