"""What needs attention, and what is decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import FileResponse

from pimflow.model import ProblemKind, Who
from pimflow.outlook import Choice
from pimflow.problems.causes import Wanted
from pimflow.state.requests import Request as Asked
from pimflow_serve import deciding
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.api.targets import system_asked
from pimflow_serve.api.telling import Tell
from pimflow_serve.exporting import problem_list
from pimflow_serve.given import Given
from pimflow_serve.languages import language_of
from pimflow_serve.looking import Choices
from pimflow_serve.serving import Shared, assembly_of
from pimflow_serve.views.problem_records import ProblemRecord, records_page
from pimflow_serve.views.problems import CauseCard, FlowProblems, items_of, problems

router = APIRouter(prefix="/api/v1", tags=["problems"])


class NewChoice(Given):
    """A value that the target is to have: its label in the language of whoever asks; the code is made of it."""

    label: str = Field(min_length=1)
    code: str = ""


class NewAnswer(Given):
    """What a value becomes: `becomes` another one, `create` a new one in the target, or neither to leave it out."""

    becomes: str | None = None
    create: NewChoice | None = None


class Which(Given):
    """Records of a cause: those with these keys; all unless given."""

    keys: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer: so many records wait for it and are tried again. None leaves the value out."""

    cause: str
    flow: str
    column: str
    value: str
    becomes: str | None
    records: int


@dataclass(frozen=True, slots=True)
class Records:
    """Some records of a cause; `after` asks for those behind them, None where there are no more."""

    records: Sequence[ProblemRecord]
    after: str | None


@dataclass(frozen=True, slots=True)
class Number:
    """How many records it concerned."""

    records: int


@router.get("/problems")
def list_problems(
    serving: Shared,
    tell: Tell,
    pipeline: Annotated[str, Query()] = "",
    kind: Annotated[ProblemKind | None, Query()] = None,
    who: Annotated[Who | None, Query()] = None,
) -> list[FlowProblems]:
    """Give what needs attention, by flow and cause."""
    return tell(problems(serving.project, serving.database, Wanted(kind=kind, who=who), pipeline))


@router.get("/problems/{pipeline}/export.{kind}", response_class=FileResponse)
def get_list(pipeline: str, kind: str, serving: Shared, _person: Viewer, cause: str = "") -> FileResponse:
    """Give every record and problem of a pipeline, or of one cause, with its source row: as `csv` or `xlsx`."""
    return problem_list(serving, pipeline, kind, cause)


@router.get("/problems/{pipeline}/{cause}")
def get_cause(pipeline: str, cause: str, serving: Shared, tell: Tell) -> CauseCard:
    """Give one cause."""
    return tell(deciding.cause_of(serving, pipeline, cause))


@router.get("/problems/{pipeline}/{cause}/records")
def list_records(
    pipeline: str,
    cause: str,
    serving: Shared,
    tell: Tell,
    after: Annotated[str, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Records:
    """Give records of a cause, with the source row of each."""
    assembly = assembly_of(serving, pipeline)
    resource, _, key = after.partition(" ")
    found = records_page(assembly, serving.database, cause, (resource, key), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Records(tell(found[:limit]), f"{last.resource} {last.item_key}" if last else None)


@router.get("/problems/{pipeline}/{cause}/choices")
def list_choices(pipeline: str, cause: str, request: Request, serving: Shared, person: Viewer) -> Choices:
    """Ask the target which values the column takes, in the language of whoever asks."""
    card = deciding.cause_of(serving, pipeline, cause)
    target = deciding.target_of(serving, pipeline, card.flow, language_of(request, person))
    with system_asked():
        return target.choices(card.field)


@router.put("/problems/{pipeline}/{cause}/answer")
def put_answer(
    pipeline: str, cause: str, given: NewAnswer, request: Request, serving: Shared, person: Operator
) -> Decided:
    """Decide about a value once; the records that wait for it are tried again."""
    with system_asked():
        if given.create is not None:
            choice = Choice(given.create.code, given.create.label)
            made = deciding.create(serving, person, pipeline, cause, choice, language_of(request, person))
        else:
            made = deciding.answer(serving, person, pipeline, cause, given.becomes, language_of(request, person))
    deciding.retry(serving, person, pipeline, cause=cause)
    one = made.answer
    return Decided(cause, one.flow, one.column, one.value, one.becomes, made.records)


@router.delete("/problems/{pipeline}/{cause}/answer", status_code=204)
def delete_answer(pipeline: str, cause: str, serving: Shared, _person: Operator) -> None:
    """Take an answer back."""
    deciding.forget_answer(serving, pipeline, cause)


@router.post("/problems/{pipeline}/{cause}/inquiry", status_code=204)
def post_inquiry(pipeline: str, cause: str, serving: Shared, person: Operator) -> None:
    """Note that the ERP team was asked about a cause."""
    deciding.ask_source_team(serving, person, pipeline, cause)


@router.post("/problems/{pipeline}/{cause}/retry", status_code=202)
def post_retry(pipeline: str, cause: str, given: Which, serving: Shared, person: Operator) -> Asked:
    """Try records again: those with these keys, or all of a cause."""
    return deciding.retry(serving, person, pipeline, given.keys, cause)


@router.post("/problems/{pipeline}/{cause}/dismiss")
def post_dismiss(pipeline: str, cause: str, given: Which, serving: Shared, person: Operator) -> Number:
    """Show records no longer, as long as their problems are the same."""
    chosen = None
    if given.keys:
        assembly = assembly_of(serving, pipeline)
        items = items_of(assembly, serving.database, cause)
        chosen = {(item.resource, item.key) for _, item in items if item.key in given.keys}
    return Number(deciding.dismiss(serving, person, pipeline, cause, chosen))


@router.delete("/problems/{pipeline}/dismissals")
def delete_dismissals(pipeline: str, serving: Shared, _person: Operator) -> Number:
    """Show again what was dismissed of a pipeline."""
    return Number(deciding.show_again(serving, pipeline))
