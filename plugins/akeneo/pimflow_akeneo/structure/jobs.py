"""The sink `akeneo.jobs`: launches jobs of the PIM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx
import orjson
from loguru import logger
from pydantic import Field

from pimflow import (
    Change,
    Header,
    Item,
    Outcome,
    Problem,
    ProblemKind,
    RowProblem,
    Run,
    Sink,
    Status,
    Use,
    Who,
    Writer,
    said,
)
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.session import Session
from pimflow_akeneo.spelling import alike
from pimflow_akeneo.statuses import sentence

_TYPES = ("export", "import")
_MODES = ("create_only", "update_only", "create_or_update")
_COLUMNS: Mapping[str, str] = {"code": said("Job"), "type": said("Type"), "import_mode": said("Import mode")}
_HANDLED = frozenset({400, 403, 404, 422})


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of jobs of one type: that there is none of a code, where to look for it, and the right to launch."""

    absent: str
    look: str
    right: str


_WORDS: Mapping[str, _Words] = {
    "jobs/export": _Words(
        said("the PIM has no export job of this code, or does not let programs launch jobs"),
        said("Look for the code under Exports in the PIM, and correct it in the source."),
        said("Launch export jobs"),
    ),
    "jobs/import": _Words(
        said("the PIM has no import job of this code, or does not let programs launch jobs"),
        said("Look for the code under Imports in the PIM, and correct it in the source."),
        said("Launch import jobs"),
    ),
}


class AkeneoJobsSink(Sink):
    """Launches export and import jobs of the PIM: one for each row, in every run.

    `code` is that of the job profile, `type` is `export` or `import` (the option `type_of_job` says it for all rows),
    `import_mode` may be `create_only`, `update_only` or `create_or_update`. A job that was launched runs in the PIM by
    itself: that it ended well is seen there, under the execution id that the log tells. Only newer PIMs offer this.
    """

    type = "akeneo.jobs"
    key = "code"
    noun = (said("job"), said("jobs"))
    batch_size = 1
    whole = True

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    type_of_job: Literal["export", "import"] = Field("export", description="Type of the jobs of rows without `type`.")

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return JobWriter(session, self.type_of_job)


class JobWriter(Writer):
    """Launches one job at a time. A launch that may have arrived is never sent again by itself."""

    def __init__(self, session: Session, usual_type: str) -> None:
        self._session = session
        self._usual_type = usual_type

    def knows(self, column: str) -> bool:
        """Tell whether it is one of `code`, `type`, `import_mode`."""
        return column in _COLUMNS

    def label(self, column: str) -> str:
        """Give the column's name in words."""
        return _COLUMNS.get(column, column)

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that mean nothing here."""
        return {name: _unknown(name) for name in header if name not in _COLUMNS}

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check one row. Raises RowProblem for one that names no job, or in a way that the PIM does not know."""
        code = str(row.get("code") or "").strip()
        if not code:
            remedy = said("Give it the code of a job profile of the PIM.")
            raise RowProblem("code", None, said("the row names no job"), kind=ProblemKind.MISSING, remedy=remedy)
        kind = _one_of(_TYPES, "type", row.get("type") or self._usual_type)
        mode = row.get("import_mode")
        if mode and kind == "export":
            remedy = said("Leave it empty for exports.")
            raise RowProblem("import_mode", mode, said("but an export has no such mode"), remedy=remedy)
        payload = {"import_mode": _one_of(_MODES, "import_mode", mode)} if mode else {}
        return [Item(f"jobs/{kind}", code, payload)]

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Launch the jobs, and tell the execution id of each as its id in the PIM."""
        return [self._launched(change) for change in batch]

    def _launched(self, change: Change) -> Outcome:
        response = self._session.call(
            "POST",
            f"{change.resource}/{quote(change.key, safe='')}",
            content=orjson.dumps(change.payload) if change.resource == "jobs/import" else None,
            headers={"Content-Type": "application/json"},
            repeatable=False,
            handled=_HANDLED,
        )
        if not response.is_success:
            return Outcome(change.resource, change.key, Status.REFUSED, (_refusal(response, change),))
        execution = str(orjson.loads(response.content).get("execution_id", ""))
        logger.info("the PIM runs job {} as execution {}", change.key, execution)
        return Outcome(change.resource, change.key, Status.CREATED, remote_id=execution)


def _one_of(known: Sequence[str], column: str, cell: Any) -> str:
    text = str(cell).strip().lower()
    if text not in known:
        remedy = said("Write one of {names}.", names=", ".join(known))
        raise RowProblem(column, cell, said("which the PIM does not know"), remedy=remedy, who=Who.ADMINISTRATOR)
    return text


def _refusal(response: httpx.Response, change: Change) -> Problem:
    words = _WORDS[change.resource]
    message = _message(response)
    if response.status_code == 404 and "route" in message.lower():
        reason = said("this PIM does not let programs launch jobs")
        remedy = said("Launch the job in the PIM itself, or schedule it there; take it out of the pipeline.")
        return Problem(reason, ProblemKind.MISSING, "code", change.key, remedy, Who.ADMINISTRATOR, message)
    if response.status_code == 404:
        return Problem(words.absent, ProblemKind.REFERENCE, "code", change.key, words.look, Who.ADMINISTRATOR, message)
    if response.status_code == 403:
        reason = said("the user of the connection may not launch this job")
        remedy = said("Grant '{right}' under System > Roles > Web API permissions.", right=words.right)
        return Problem(reason, ProblemKind.PERMISSION, "code", change.key, remedy, Who.ADMINISTRATOR, message)
    reason = said("the PIM did not launch the job and does not say why")
    if message:
        reason = said("the PIM says: {message}", message=sentence(message))
    remedy = said("Correct the row, or the job profile in the PIM.")
    return Problem(
        reason, ProblemKind.VALUE, "code", change.key, remedy, Who.ADMINISTRATOR, f"{response.status_code} {message}"
    )


def _message(response: httpx.Response) -> str:
    try:
        return str(orjson.loads(response.content)["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _unknown(name: str) -> RowProblem:
    near = alike(name, _COLUMNS)
    remedy = said("Columns of a job: {names}.", names=", ".join(_COLUMNS))
    if near:
        remedy = said("Did you mean '{near}'?", near=near)
    return RowProblem(name, None, said("this is no column of a job"), remedy=remedy, who=Who.ADMINISTRATOR)
