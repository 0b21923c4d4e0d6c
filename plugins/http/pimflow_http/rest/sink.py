"""The sink `rest.records`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

import httpx
from pydantic import Field, model_validator

from pimflow import Change, Item, Outcome, Problem, ProblemKind, RowProblem, Run, Sink, Status, Use, Who, Writer, said
from pimflow_erp import cells
from pimflow_http.rest.connection import RestConnection, Session
from pimflow_http.rest.options import JmesPath, Options, found

_REFUSED = frozenset({400, 404, 409, 410, 413, 422})
"""Statuses that mean this record, not the server or the account."""
_EXCERPT = 300
_LONGEST = 2000


class Call(Options):
    """One request for one record."""

    path: str = Field(description="Path below the address of the connection; `{key}` stands for the record's key.")
    method: Literal["POST", "PUT", "PATCH"] | None = Field(
        None, description="`PUT` for `upsert`, `POST` for `create`, `PATCH` for `update` when left out."
    )

    def at(self, key: str) -> str:
        """Give the path for one record."""
        return self.path.replace("{key}", quote(key, safe=""))


class RestRecordsSink(Sink):
    """Writes records to a REST API, one a call: by `upsert`, or looked up first and then created or updated.

    Columns are the fields of the record. A record that the server refuses is told with its words.
    """

    type = "rest.records"
    batch_size = 1
    in_flight = 4

    connection: Use[RestConnection] = Field(description="Name of the connection.")
    key_: str = Field(alias="key", description="The column with the key of a record.")
    upsert: Call | None = Field(None, description="Request that makes a record or changes it.")
    look_up: Call | None = Field(None, description="Request that gives one record, or 404 where there is none.")
    create: Call | None = Field(None, description="Request that makes a record.")
    update: Call | None = Field(None, description="Request that changes one.")
    wrap: str | None = Field(None, description="Name under which the body has the record, as in product.")
    record: JmesPath = Field("@", description="Where the answer of `look_up` has the record.")
    message: JmesPath | None = Field(None, description="Where an answer that refuses a record has the reason.")

    @model_validator(mode="after")
    def _can_write(self) -> RestRecordsSink:
        if self.upsert is None and (self.look_up is None or self.create is None or self.update is None):
            raise ValueError("expected `upsert`, or `look_up`, `create` and `update` together")
        if self.upsert is not None and (self.create is not None or self.update is not None):
            raise ValueError("`upsert` makes and changes records: leave out `create` and `update`")
        return self

    @property
    def key(self) -> str:  # type: ignore[override]  # here it is an option
        """The column that holds a record's key."""
        return self.key_

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer; nothing is sent yet."""
        return RestWriter(self, session)


class RestWriter(Writer):
    """Writes records one by one."""

    def __init__(self, sink: RestRecordsSink, session: Session) -> None:
        self._sink = sink
        self._session = session
        self._title = session.client.remote.title

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Take the row as it is. Raises RowProblem for one without a key."""
        key = cells.key_of(row, self._sink.key, self._title, said("records"))
        if key in {".", ".."}:
            reason = said("which cannot stand in an address, where dots mean another place")
            raise RowProblem(self._sink.key, key, reason)
        if len(quote(key, safe="")) > _LONGEST:
            reason = said("which is too long for an address")
            raise RowProblem(self._sink.key, key, reason, kind=ProblemKind.TOO_LARGE)
        return [Item("records", key, dict(row))]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Look records up one by one. Raises NotImplementedError where the pipeline does not say how."""
        if self._sink.look_up is None:
            raise NotImplementedError
        there = ((key, self._there(self._sink.look_up, key)) for key in keys)
        return {
            key: {name: value for name in columns if (value := record.get(name)) is not None}
            for key, record in there
            if record is not None
        }

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write each record with one call, after a look where the server cannot tell by itself whether it is new."""
        return [self._loaded(change) for change in batch]

    def _loaded(self, change: Change) -> Outcome:
        sink = self._sink
        call, method, status = sink.upsert, "PUT", Status.UPDATED
        if call is None:
            assert sink.look_up is not None
            is_there = self._there(sink.look_up, change.key) is not None
            call = sink.update if is_there else sink.create
            method, status = ("PATCH", Status.UPDATED) if is_there else ("POST", Status.CREATED)
        assert call is not None
        body = dict(change.payload)
        answer = self._session.call(
            call.method or method,
            call.at(change.key),
            json={sink.wrap: body} if sink.wrap else body,
            handled=_REFUSED,
        )
        if answer.status_code in _REFUSED:
            return Outcome(change.resource, change.key, Status.REFUSED, (self._refusal(answer),))
        made = answer.status_code == httpx.codes.CREATED
        return Outcome(change.resource, change.key, Status.CREATED if made else status)

    def _there(self, call: Call, key: str) -> Mapping[str, Any] | None:
        answer = self._session.call("GET", call.at(key), handled={404})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        record = found(self._sink.record, self._session.client.json(answer))
        return record if isinstance(record, dict) else None

    def _refusal(self, answer: httpx.Response) -> Problem:
        words = self._words(answer)
        if words:
            reason = said("{title} says: {answer}", title=self._title, answer=words)
        else:
            reason = said("{title} refused it and gave no reason", title=self._title)
        return Problem(
            reason,
            ProblemKind.TOO_LARGE if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE else ProblemKind.VALUE,
            remedy=said("Correct it in the source; it will then arrive by itself."),
            who=Who.SOURCE_TEAM,
            detail=f"{answer.status_code} {answer.text[:_EXCERPT]}",
        )

    def _words(self, answer: httpx.Response) -> str:
        try:
            data = answer.json()
        except ValueError:
            return ""
        paths = [self._sink.message] if self._sink.message else ["message", "error.message", "detail", "title", "error"]
        there = next((text for path in paths if isinstance(text := found(path, data), str) and text), "")
        return there[:_EXCERPT].strip().rstrip(".")
