"""One file into one value of the PIM: sent once, whatever happens on the way."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import orjson

from pimflow import FlowError, Problem, ProblemKind, RowProblem, UnreachableError, Who, joined, said, said_by
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.kinds import BY_UUID, MODELS, Kind
from pimflow_akeneo.media.content import Content, digest_of
from pimflow_akeneo.media.local import chunks
from pimflow_akeneo.media.origins import ADDRESS, Origin
from pimflow_akeneo.media.taking import Taking
from pimflow_akeneo.session import Session

_RESTS = (1.0, 2.0, 4.0)
"""Seconds for which no call begins after an upload that had no answer; it is tried once more than there are rests."""

_CORRECT = said("Correct it at the source, or ask your administrator to change the mapping; it will then arrive.")
_MARK = "/media-files/"
_REFUSED = frozenset({400, 403, 404, 413, 415, 422})
_MANAGER = Who.PRODUCT_MANAGER
_NEEDS_IDENTIFIER = re.compile(r"must contain [\"'`“]identifier")
_NEXT_RUN = said("It is read again and sent by the next run.")


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a record: the record's kind, its key there, its key in the flow, and its identifier where known."""

    kind: Kind
    key: str
    record: str
    identifier: str | None
    column: ValueColumn

    @property
    def path(self) -> str:
        """The record below `/api/rest/v1`."""
        return f"{self.kind.path}/{quote(self.key, safe='')}"


class RefusedError(Exception):
    """The PIM does not take a file, or it could not be read any more; `again`: the next run may do better."""

    def __init__(self, problem: Problem, *, again: bool = False) -> None:
        super().__init__(problem.reason)
        self.problem = problem
        self.again = again


class Uploading:
    """Safe for several threads; files for one record must come one after the other, or the PIM loses some."""

    def __init__(self, session: Session, taking: Taking) -> None:
        self._session = session
        self._taking = taking

    def upload(self, content: Content, place: Place) -> str:
        """Send a content, which the PIM attaches to the value, and give its code. Raises RefusedError, FlowError."""
        with self._opened(content, place) as path:
            code = self._sent(content, path, place)
        self._taking.origins.release(content.key, uploaded=True)
        return code

    def is_gone(self, code: str) -> bool:
        """Tell whether the PIM has no file of this code any more."""
        return self._session.call("GET", _file(code), handled={404}).status_code == 404

    def _sent(self, content: Content, path: Path, place: Place) -> str:
        """Send until there is an answer; where an earlier try may have succeeded, look before it is sent again."""
        for rest in (*_RESTS, None):
            try:
                response = self._post(content, path, place)
            except UnreachableError as error:
                if error.kind is ProblemKind.RATE_LIMIT:
                    raise
                code = self._present(content, path, place)
                if code is None and rest is None:
                    raise
            else:
                code = self._code(response, content, path, place)
            if code is not None:
                return code
            if rest is not None:
                self._session.rest(rest)
        raise RefusedError(_unclear(place, content), again=True)

    def _post(self, content: Content, path: Path, place: Place) -> httpx.Response:
        kind = mimetypes.guess_type(content.name)[0] or "application/octet-stream"
        part = "product_model" if place.kind is MODELS else "product"
        column = place.column
        target = {
            **self._owner(place),
            "attribute": column.attribute.code,
            "locale": column.locale,
            "scope": column.scope,
        }
        with path.open("rb") as file:
            return self._session.call(
                "POST",
                "media-files",
                data={part: orjson.dumps(target).decode()},
                files={"file": (content.name, file, kind)},
                handled=_REFUSED,
            )

    def _owner(self, place: Place) -> dict[str, str]:
        """Name the record as uploads want it: many PIMs know products by their identifier only here."""
        if place.kind is not BY_UUID:
            return {place.kind.key: place.key}
        if place.identifier:
            return {"identifier": place.identifier}
        values = self._session.get(place.path).get("values") or {}
        main = values.get(self._session.catalog.model.identifier.code) or [{}]
        found = main[0].get("data")
        return {"identifier": found} if found else {"uuid": place.key}

    def _code(self, response: httpx.Response, content: Content, path: Path, place: Place) -> str | None:
        if not response.is_success:
            raise RefusedError(_refusal(response, place, content))
        told = response.headers.get("location", "").partition(_MARK)[2]
        return unquote(told) or self._present(content, path, place)

    def _present(self, content: Content, path: Path, place: Place) -> str | None:
        """Give the code that the value has now, where that is the content; None where it is another."""
        record = self._session.find(place.path)
        code = _value(record.get("values") or {}, place.column) if record is not None else None
        if code is None:
            return None
        about = self._session.find(_file(code))
        if about is None or about.get("size") != path.stat().st_size:
            return None
        found = blake2b(digest_size=16)

        def receive(response: httpx.Response) -> None:
            nonlocal found
            found = blake2b(digest_size=16)
            for chunk in response.iter_bytes():
                found.update(chunk)

        self._session.call("GET", f"{_file(code)}/download", receive=receive, handled={404})
        return code if found.hexdigest() == content.digest else None

    @contextmanager
    def _opened(self, content: Content, place: Place) -> Iterator[Path]:
        """Give a file with the content, as it was when its cell was read. Raises RefusedError."""
        origin = self._taking.origins.find(content.key)
        if origin is None:
            raise RefusedError(_not_at_hand(place, content, said("the file is not at hand any more")), again=True)
        path = self._fetched(origin, place, content)
        try:
            if _digest(path) != content.digest:
                raise RefusedError(
                    _not_at_hand(place, content, said("the file changed while the run went on")), again=True
                )
            yield path
        finally:
            if origin.kind == ADDRESS:
                path.unlink(missing_ok=True)

    def _fetched(self, origin: Origin, place: Place, content: Content) -> Path:
        if origin.kind != ADDRESS:
            return Path(origin.place)
        try:
            path = self._taking.fetch_again(origin.place)
        except RowProblem as bad:
            raise RefusedError(_not_at_hand(place, content, bad.problem.reason), again=True) from None
        return path


def _file(code: str) -> str:
    return f"media-files/{quote(code, safe='/')}"


def _digest(path: Path) -> str | None:
    try:
        return digest_of(chunks(path))
    except OSError:
        return None


def _value(values: Mapping[str, Any], column: ValueColumn) -> str | None:
    for entry in values.get(column.attribute.code) or ():
        if (entry["locale"], entry["scope"]) == (column.locale, column.scope):
            found: str | None = entry["data"]
            return found
    return None


def _refusal(response: httpx.Response, place: Place, content: Content) -> Problem:
    message = _message(response)
    if response.status_code == 403:
        reason, kind = said("the user of the connection may not upload files"), ProblemKind.PERMISSION
        remedy, who = said("Grant it under System > Roles > Web API permissions."), Who.ADMINISTRATOR
    elif response.status_code == 413:
        reason, kind = said("the file is larger than the PIM takes"), ProblemKind.TOO_LARGE
        remedy, who = said("Give a smaller one."), Who.SOURCE_TEAM
    elif place.kind is BY_UUID and _NEEDS_IDENTIFIER.search(message):
        reason, kind = said("this PIM takes files for products with an identifier only"), ProblemKind.MISSING
        remedy, who = said("Give the product an identifier; the file will then arrive by itself."), _MANAGER
    else:
        reason, kind = said("the PIM does not take it: {message}", message=message), ProblemKind.VALUE
        remedy, who = _CORRECT, Who.SOURCE_TEAM
    return Problem(reason, kind, place.column.name, content.name, remedy, who, f"{response.status_code} {message}")


def _message(response: httpx.Response) -> str:
    """Give what the PIM says: the errors one by one where it names them."""
    try:
        answer = response.json()
    except ValueError:
        return response.text[:200].strip()
    if not isinstance(answer, dict):
        return str(answer)[:200]
    told = [str(one["message"]) for one in answer.get("errors") or () if one.get("message")]
    return "; ".join(one.rstrip(".") for one in told or [str(answer.get("message", ""))])


def _not_at_hand(place: Place, content: Content, reason: str) -> Problem:
    return Problem(reason, ProblemKind.MISSING, place.column.name, content.name, _NEXT_RUN, Who.ADMINISTRATOR)


def _unclear(place: Place, content: Content) -> Problem:
    reason = said("the PIM took the file and does not have it")
    return Problem(reason, ProblemKind.CONNECTION, place.column.name, content.name, _NEXT_RUN, Who.ADMINISTRATOR)


def unreachable(error: FlowError, place: Place, content: Content) -> Problem:
    """Tell that a file did not arrive because the PIM could not be reached."""
    remedy = said("It is sent again by the next run, by itself.")
    return Problem(
        said("the file did not arrive: {why:clause}", why=joined([said_by(error)])),
        ProblemKind.CONNECTION,
        place.column.name,
        content.name,
        remedy,
        Who.ADMINISTRATOR,
        error.detail,
    )
