"""What was asked over HTTP, in one form for recordings and for live requests, and which of them count as equal."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import orjson

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Asked:
    """One request: a query value is text, or a list of texts where its name occurs several times.

    `body` is parsed JSON, a mapping for a form, text, bytes that are no text, or None.
    """

    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any

    def __str__(self) -> str:
        """Give method, path, query and the beginning of the body."""
        body = "" if self.body is None else f" {str(self.body)[:500]}"
        query = "".join(f" {name}={value}" for name, value in self.query.items())
        return f"{self.method} {self.path}{query}{body}"


class Matcher:
    """Tells which requests a recording answers. A plugin overrides what its protocol needs."""

    def parts(self, asked: Asked) -> Any:
        """Give what must be equal besides method and path; by default the query and the body."""
        return [dict(asked.query), asked.body]

    def answer(self, asked: Asked, recorded: Any) -> Any:  # noqa: ARG002 - by default the answer stays
        """Give the recorded JSON as the server would answer this request, such as cut to the fields asked for."""
        return recorded


@dataclass(frozen=True)
class RowMatcher(Matcher):
    """For REST lists: the query parameter `fields` names the wanted fields of the rows under `rows`.

    `ignored` are query parameters that do not matter (a nonce, a time). `rows` is None where the answer is the list.
    """

    fields: str = "fields"
    rows: str | None = None
    separator: str = ","
    ignored: Sequence[str] = ()

    def parts(self, asked: Asked) -> Any:
        """Leave out the fields and what is ignored."""
        left_out = {self.fields, *self.ignored}
        return [{name: value for name, value in asked.query.items() if name not in left_out}, asked.body]

    def answer(self, asked: Asked, recorded: Any) -> Any:
        """Cut each row to the fields asked for."""
        wanted = asked.query.get(self.fields)
        if not wanted:
            return recorded
        names = wanted if isinstance(wanted, list) else wanted.split(self.separator)
        if self.rows is None:
            return cut_rows(recorded, names)
        return {**recorded, self.rows: cut_rows(recorded[self.rows], names)}


def cut_rows(rows: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    """Cut recorded rows to some fields. Raises LookupError for a field that was not recorded."""
    wanted = list(names)
    cut = []
    for row in rows:
        missing = [name for name in wanted if name not in row]
        if missing:
            raise LookupError(f"the recording has no field {', '.join(missing)}")
        cut.append({name: row[name] for name in wanted})
    return cut


def asked_live(request: httpx.Request) -> Asked:
    """Read a live request."""
    kind = request.headers.get("content-type", "")
    body = MULTIPART if kind.startswith(MULTIPART) else _body(request.read(), kind)
    query = _grouped(request.url.params.multi_items())
    return Asked(request.method, unquote(request.url.path), query, dict(request.headers), body)


def asked_recorded(request: Mapping[str, Any]) -> Asked:
    """Read a recorded request: `method path query headers`, and one of `json text form base64 files`."""
    headers = {name.lower(): str(value) for name, value in request.get("headers", {}).items()}
    query = _grouped(
        (name, each)
        for name, value in request.get("query", {}).items()
        for each in (value if isinstance(value, list) else [value])
    )
    return Asked(request["method"], unquote(request["path"]), query, headers, _recorded_body(request))


def _recorded_body(request: Mapping[str, Any]) -> Any:
    if "json" in request:
        return request["json"]
    if "form" in request:
        return _grouped(request["form"].items())
    if "files" in request:
        return MULTIPART
    if "base64" in request:
        return _body(b64decode(request["base64"]), "")
    return _body(request.get("text", "").encode(), "")


def _body(content: bytes, kind: str) -> Any:
    if not content:
        return None
    if kind.startswith("application/x-www-form-urlencoded"):
        return _grouped(parse_qsl(content.decode(), keep_blank_values=True))
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _text_or_base64(content)


def _text_or_base64(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return b64encode(content).decode()


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(_text(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
