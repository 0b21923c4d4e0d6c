"""The calls of the API, out of its own description (OpenAPI), for a page that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ApiField:
    """Something that a call takes or answers; `kind` is such as `text`, `where` path, query, body or answer."""

    name: str
    kind: str
    where: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call: what it does, who may, what it takes and what it answers."""

    method: str
    path: str
    tag: str
    title: str
    text: str
    role: str
    takes: tuple[ApiField, ...]
    gives: str
    answers: tuple[ApiField, ...]


_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
Schema = Mapping[str, Any]


def api_calls(description: Schema) -> dict[str, list[ApiCall]]:
    """Give the calls by their matter, in the order of the description."""
    found: dict[str, list[ApiCall]] = {}
    for path, methods in description.get("paths", {}).items():
        for method, call in methods.items():
            tag = (call.get("tags") or ["others"])[0]
            found.setdefault(tag, []).append(_call(description, method.upper(), path, tag, call))
    return found


def _call(description: Schema, method: str, path: str, tag: str, call: Schema) -> ApiCall:
    scopes = [scope for one in call.get("security", ()) for scopes in one.values() for scope in scopes]
    answer: Schema = next((one for code, one in call.get("responses", {}).items() if code.startswith("2")), {})
    schema = _json_of(answer)
    gives = _kind(description, schema) if schema else "nothing"
    if not schema and answer.get("content"):
        gives = next(iter(answer["content"]))
    answers = tuple(_fields(description, _item(description, schema), "answer"))
    role = scopes[-1] if scopes else ""
    takes = (*_parameters(description, call), *_body(description, call))
    return ApiCall(method, path, tag, call["summary"], call["description"], role, takes, gives, answers)


def _parameters(description: Schema, call: Schema) -> Iterator[ApiField]:
    for one in call.get("parameters", ()):
        kind = _kind(description, one.get("schema", {}))
        yield ApiField(one["name"], kind, one["in"], bool(one.get("required")), one.get("description", ""))


def _body(description: Schema, call: Schema) -> Iterator[ApiField]:
    yield from _fields(description, _meant(description, _json_of(call.get("requestBody", {}))), "body")


def _fields(description: Schema, schema: Schema, where: str) -> Iterator[ApiField]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        text = one.get("description", "")
        yield ApiField(name, _kind(description, one), where, name in required, text)


def _json_of(holder: Schema) -> Schema:
    schema: Schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _item(description: Schema, schema: Schema) -> Schema:
    """Give what one answer is, of a list of them too."""
    meant = _meant(description, schema)
    return _item(description, meant["items"]) if meant.get("type") == "array" and "items" in meant else meant


def _meant(description: Schema, schema: Schema) -> Schema:
    """Follow a reference."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return description["components"]["schemas"][name] if name else schema


def _kind(description: Schema, schema: Schema) -> str:
    """Say in words what a value is."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(description, one) for one in schema["anyOf"]))
    meant = _meant(description, schema)
    if "enum" in meant:
        return ", ".join(map(str, meant["enum"]))
    kind = str(meant.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(description, meant.get('items', {}))}"
    if kind == "object":
        return str(meant["title"]) if meant.get("properties") else "mapping"
    if meant.get("format") == "date-time":
        return "time"
    return {"null": "nothing"}.get(kind, _KINDS.get(kind, kind))
