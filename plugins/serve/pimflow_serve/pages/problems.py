"""What needs attention, by cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from pimflow.model import ProblemKind, Who
from pimflow.problems.causes import Wanted
from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.exporting import problem_list
from pimflow_serve.languages import words
from pimflow_serve.rendering import go, render
from pimflow_serve.serving import Shared
from pimflow_serve.views.problems import problems

router = APIRouter(include_in_schema=False)


@router.get("/problems")
def problems_page(
    request: Request,
    serving: Shared,
    person: Viewer,
    pipeline: Annotated[str, Query()] = "",
    who: Annotated[str, Query()] = "",
    kind: Annotated[str, Query()] = "",
) -> Response:
    """Show all that needs attention."""
    chosen = wanted(who, kind)
    whoever = problems(serving.project, serving.database, replace(chosen, who=None), pipeline)
    found = problems(serving.project, serving.database, chosen, pipeline) if chosen.who else whoever
    return render(
        request,
        "problems.html",
        person,
        flows=found,
        by_who=Counter(card.who for one in whoever for card in one.causes),
        records=sum(one.records for one in found),
        causes=sum(len(one.causes) for one in found),
        pipelines=list(serving.project.pipelines()),
        pipeline=pipeline,
        who=chosen.who or "",
        kind=chosen.kind or "",
        everybody=list(Who),
        kinds=list(ProblemKind),
        dismissed=deciding.dismissed(serving, pipeline),
    )


@router.get("/problems/{pipeline}/export.{kind}")
def export(pipeline: str, kind: str, serving: Shared, _person: Viewer, cause: str = "") -> Response:
    """Give every record and problem, with its source row, as a table that can be corrected."""
    return problem_list(serving, pipeline, kind, cause)


@router.post("/problems/show-again")
def show_again(request: Request, serving: Shared, person: Operator, pipeline: Annotated[str, Form()]) -> Response:
    """Show again what was dismissed."""
    deciding.show_again(serving, pipeline)
    return go("/problems", words(request, person).gettext("Everything is shown again."))


def wanted(who: str, kind: str) -> Wanted:
    """Give what the filters say; what is none of their choices chooses nothing."""
    return Wanted(kind=ProblemKind(kind) if kind in {*ProblemKind} else None, who=Who(who) if who in {*Who} else None)
