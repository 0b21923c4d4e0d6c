"""The source `rest.records`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from math import isfinite
from typing import Any, Literal

from loguru import logger
from pydantic import Field, field_validator

from pimflow import BadValue, Problem, RemoteError, Use, Window, said
from pimflow import Field as FieldInfo
from pimflow_erp import cursors
from pimflow_erp.reading import RowsSource
from pimflow_http.rest.connection import RestConnection, Session
from pimflow_http.rest.options import JmesPath, Options, found
from pimflow_http.rest.paging import Paging, Request, pages

_NO_NUMBER = said("which is no number that can be written")
_THERE = said("Correct it there.")


class Changed(Options):
    """How the server is asked for what changed since a moment."""

    parameter: str = Field(description="Parameter that takes the moment.")
    value: str = Field("{since}", description="What it is given, as in `modified gt {since}`.")
    format: str = Field("iso", description="`iso`, `unix` (seconds), `unix_ms`, or as in %Y-%m-%d %H:%M:%S, in UTC.")
    overlap: float = Field(10.0, ge=0, description="Minutes that are read again: changes are stored late.")

    @field_validator("value")
    @classmethod
    def _names_the_moment(cls, value: str) -> str:
        if value.count("{since}") != 1:
            raise ValueError("write `{since}` once where the moment belongs, as in modified gt {since}")
        return value

    @field_validator("format")
    @classmethod
    def _is_known(cls, form: str) -> str:
        if form not in {"iso", "unix", "unix_ms"} and "%" not in form:
            raise ValueError("expected iso, unix, unix_ms, or a form as in %Y-%m-%d %H:%M:%S")
        unknown = set(re.findall("%(.)", form)) - set("aAwdbBmyYHIpMSfzZjUWcxXGuV%")
        if unknown or form.replace("%%", "").endswith("%"):
            raise ValueError(f"{form!r} has a sign behind % that says nothing; write it as in %Y-%m-%d %H:%M:%S")
        return form

    def written(self, since: datetime) -> str:
        """Write a moment as the server takes it."""
        moment = since.astimezone(UTC)
        match self.format:
            case "iso":
                text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            case "unix":
                text = str(int(moment.timestamp()))
            case "unix_ms":
                text = str(int(moment.timestamp() * 1000))
            case form:
                text = moment.strftime(form)
        return self.value.replace("{since}", text)


class Only(Options):
    """How the server is asked for some records by their keys."""

    parameter: str = Field(description="Parameter that takes keys.")
    separator: str = Field(",", min_length=1, description="What stands between several keys.")
    at_once: int = Field(50, ge=1, description="Keys a call.")


class RestRecordsSource(RowsSource):
    """Records of a REST API: everything, or what changed since the last complete read.

    Columns are the fields of the records, or those under `fields`; of a field that is a list or mapping the cell is one
    too, and JMESPath reaches inside.
    """

    type = "rest.records"

    connection: Use[RestConnection] = Field(description="Name of the connection.")
    path: str = Field(description="Path below the address of the connection.")
    method: Literal["GET", "POST"] = Field("GET", description="How records are asked for; `POST` sends a `body`.")
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict, description="Sent with every call.")
    body: dict[str, Any] | None = Field(None, description="Body of a `POST`; page and moment are put into it.")
    records: JmesPath = Field("@", description="Where the answer has the list of records, as in data.items.")
    fields: list[str] | dict[str, JmesPath] | None = Field(
        None, description="Columns: names of fields, or column: where it stands in a record; all fields when left out."
    )
    paging: Paging | None = Field(None, description="How the next page is asked for; one call when left out.")
    changed: Changed | None = Field(None, description="How what changed is asked for; everything when left out.")
    only: Only | None = Field(None, description="How some records are asked for, for `retry` and `run --only`.")

    def window(self, session: Session, cursor: str | None) -> Window:
        """Begin `overlap` before the server's time of the last complete read; everything without one."""
        if self.changed is None:
            return Window()
        return cursors.window(cursor, "", session.now(), self.changed.overlap)

    def cursor_at(self, moment: datetime) -> str | None:
        """Give the cursor for what changed from this time on."""
        return None if self.changed is None else cursors.kept_by_hand(moment)

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns, with the types that the first page shows."""
        page = next(self._pages(session, Window()), [])
        names = self._header(page)
        return [FieldInfo(name, _type_of(self._cell(record, name) for record in page)) for name in names]

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the records page by page. Raises RemoteError for an answer without records where they should be."""
        there = self._pages(session, window)
        first = next(there, [])
        header = self._header(first or self._any(session, window))
        yield header
        unknown: set[str] = set()
        for page in chain([first], there):
            for record in page:
                if self.fields is None:
                    unknown.update(record.keys() - set(header))
                yield tuple(self._cell(record, name) for name in header)
        if unknown:
            logger.warning(
                "{}: later records have fields that the first page lacks, and they were left out: {}. Name all columns "
                "under `fields`.",
                self.path,
                ", ".join(sorted(unknown)),
            )

    def _any(self, session: Session, window: Window) -> Sequence[Any]:
        """Give a page of any records, by which to know the columns where nothing changed."""
        narrow = window.since is not None or window.keys
        return next(self._pages(session, Window()), []) if narrow and self.fields is None else []

    def _header(self, page: Sequence[Any]) -> tuple[str, ...]:
        if self.fields is not None:
            return tuple(self.fields)
        return tuple(dict.fromkeys(name for record in page for name in record))

    def _cell(self, record: Mapping[str, Any], name: str) -> Any:
        cell = found(self.fields[name], record) if isinstance(self.fields, dict) else record.get(name)
        if isinstance(cell, float) and not isfinite(cell):
            return BadValue(Problem(_NO_NUMBER, field=name, value=str(cell), remedy=_THERE))
        return cell

    def _pages(self, session: Session, window: Window) -> Iterator[Sequence[Any]]:
        for more in self._asked(window):
            request = Request(self.method, self.path, {**self.parameters, **more}, self.body)
            yield from pages(session, request, self.paging, self._records)

    def _asked(self, window: Window) -> Iterator[Mapping[str, Any]]:
        """Give the parameters of each read: one, or one for each so many keys."""
        asked = {}
        if self.changed is not None and window.since is not None:
            asked = {self.changed.parameter: self.changed.written(datetime.fromisoformat(window.since))}
        if self.only is None or not window.keys:
            yield asked
            return
        for at in range(0, len(window.keys), self.only.at_once):
            some = window.keys[at : at + self.only.at_once]
            yield {**asked, self.only.parameter: self.only.separator.join(some)}

    def _records(self, answer: Any) -> Sequence[Mapping[str, Any]]:
        there = found(self.records, answer)
        if there is None and self.records != "@" and isinstance(answer, dict):
            there = _missing(self.records, answer)
        if isinstance(there, list) and all(isinstance(record, dict) for record in there):
            return there
        raise RemoteError(
            said(
                "the answer of {path!r} has no list of records at `records: {place}`, but {found}. Say under `records` "
                "where the list stands, as in data.items.",
                path=self.path,
                place=self.records,
                found=_shown(there),
            )
        )


def _missing(path: str, answer: Mapping[str, Any]) -> Any:
    """Take it for no records where the answer has the field that the path begins with, and nothing in it."""
    return [] if path in answer else answer


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return said("a mapping with {names}", names=", ".join(sorted(value)))
    names = {type(None): said("nothing"), list: said("a list of other things"), str: said("text")}
    return names.get(type(value), type(value).__name__)


def _type_of(cells: Iterator[Any]) -> str:
    cell = next((cell for cell in cells if cell is not None), None)
    match cell:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case list():
            return "list"
        case _:
            return "text"
