"""One cause of problems: its records, and what people decide about it or do with them."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from pimflow.errors import FlowError, PimflowError, RowProblem
from pimflow.outlook import Choice
from pimflow.sentences import in_language, said_by
from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.languages import language_of, words
from pimflow_serve.refusals import Refused
from pimflow_serve.rendering import go, render
from pimflow_serve.roles import Person
from pimflow_serve.serving import Serving, Shared, assembly_of
from pimflow_serve.views.problem_records import records_page
from pimflow_serve.views.problems import answered, cause_card

router = APIRouter(include_in_schema=False)

_A_PAGE = 25
Text = Annotated[str, Form(max_length=10_000)]


async def _filled(request: Request) -> FormData:
    return await request.form()


Filled = Annotated[FormData, Depends(_filled)]


@router.get("/problems/{pipeline}/{cause}")
def cause_page(
    pipeline: str, cause: str, request: Request, serving: Shared, person: Viewer, after: Annotated[str, Query()] = ""
) -> Response:
    """Show one cause and its records."""
    return _page(pipeline, cause, request, serving, person, after=after)


@router.post("/problems/{pipeline}/{cause}/answer")
def answer(
    pipeline: str,
    cause: str,
    request: Request,
    serving: Shared,
    person: Operator,
    *,
    does: Annotated[str, Form()],
    becomes: Text = "",
    label: Text = "",
) -> Response:
    """Decide about a value once: use another one, create it, or leave it out."""
    say, language = words(request, person).gettext, language_of(request, person)
    try:
        if does == "create":
            given = deciding.create(serving, person, pipeline, cause, Choice("", label.strip()), language)
        else:
            given = deciding.answer(serving, person, pipeline, cause, None if does == "ignore" else becomes, language)
        deciding.retry(serving, person, pipeline, cause=cause)
    except Refused as error:
        return _page(pipeline, cause, request, serving, person, wrong=error.sentences(words(request, person)))
    except (FlowError, RowProblem, PimflowError) as error:
        return _page(pipeline, cause, request, serving, person, wrong=_told(error, words(request, person)))
    if given.answer.becomes is None:
        said = say("“%(value)s” is left out from now on. The records that waited are sent now.")
    else:
        said = say("“%(value)s” becomes “%(becomes)s” from now on. The records that waited are sent now.")
    return go("/problems", said % {"value": given.answer.value, "becomes": given.answer.becomes})


@router.post("/problems/{pipeline}/{cause}/forget")
def forget(pipeline: str, cause: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Take an answer back."""
    deciding.forget_answer(serving, pipeline, cause)
    said = words(request, person).gettext("The answer was taken back. The next run reads everything.")
    left = cause_card(assembly_of(serving, pipeline), serving.database, cause)
    return go(_of(pipeline, cause) if left else "/corrections", said)


@router.post("/problems/{pipeline}/{cause}/ask")
def ask(pipeline: str, cause: str, request: Request, serving: Shared, person: Operator) -> Response:
    """Note that somebody asked the ERP team."""
    deciding.ask_source_team(serving, person, pipeline, cause)
    said = words(request, person).gettext("Noted. Nobody has to ask the ERP team again.")
    return go(_of(pipeline, cause), said)


@router.post("/problems/{pipeline}/{cause}/retry")
def retry(pipeline: str, cause: str, request: Request, serving: Shared, person: Operator, key: Text = "") -> Response:
    """Try records again: one, or all of a cause."""
    deciding.retry(serving, person, pipeline, (key,) if key else (), cause)
    said = words(request, person).gettext("It will be tried again now.")
    return go(_of(pipeline, cause), said)


@router.post("/problems/{pipeline}/{cause}/dismiss")
def dismiss(
    pipeline: str,
    cause: str,
    request: Request,
    serving: Shared,
    person: Operator,
    resource: Text = "",
    key: Text = "",
) -> Response:
    """Show a record, or all of a cause, no longer."""
    chosen = {(resource, key)} if key else None
    number = deciding.dismiss(serving, person, pipeline, cause, chosen)
    said = words(request, person).ngettext(
        "%(number)s record is shown no longer, as long as nothing about it changes.",
        "%(number)s records are shown no longer, as long as nothing about them changes.",
        number,
    )
    return go(_of(pipeline, cause) if chosen else "/problems", said % {"number": number})


@router.post("/problems/{pipeline}/{cause}/correct")
def correct(pipeline: str, cause: str, request: Request, serving: Shared, person: Operator, form: Filled) -> Response:
    """Correct cells of the source's row of one record."""
    cells = {name.removeprefix("cell:"): str(value) for name, value in form.items() if name.startswith("cell:")}
    flow, key = str(form.get("flow", "")), str(form.get("key", ""))
    try:
        given = deciding.correct(serving, person, pipeline, flow, key, cells)
    except PimflowError as error:
        return _page(pipeline, cause, request, serving, person, wrong=_told(error, words(request, person)))
    say = words(request, person).gettext
    if not given:
        return go(_of(pipeline, cause), say("Nothing was changed."))
    said = say("Corrected. It is sent now, and stands until the ERP has another value.")
    left = cause_card(assembly_of(serving, pipeline), serving.database, cause)
    return go(_of(pipeline, cause) if left and left.count > 1 else "/problems", said)


def _page(
    pipeline: str,
    cause: str,
    request: Request,
    serving: Serving,
    person: Person,
    *,
    after: str = "",
    wrong: str = "",
) -> Response:
    assembly = assembly_of(serving, pipeline)
    known = answered(assembly, cause)
    found = cause_card(assembly, serving.database, cause)
    if found is None:
        return render(request, "cause_closed.html", person, pipeline=pipeline, cause=cause, answer=known)
    resource, _, key = after.partition(" ")
    records = records_page(assembly, serving.database, cause, (resource, key), _A_PAGE + 1)
    shown = records[:_A_PAGE]
    following = f"{shown[-1].resource} {shown[-1].item_key}" if len(records) > _A_PAGE else ""
    return render(
        request,
        "cause.html",
        person,
        status=409 if wrong else 200,
        card=found,
        records=shown,
        next=f"{_of(pipeline, cause)}?{urlencode({'after': following})}" if following else "",
        first=not after,
        wrong=wrong,
    )


def _of(pipeline: str, cause: str) -> str:
    return f"/problems/{quote(pipeline, safe='')}/{quote(cause, safe='')}"


def _told(error: Exception, words: NullTranslations) -> str:
    return in_language(said_by(error), words)
