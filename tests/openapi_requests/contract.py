"""Akeneo's OpenAPI file as a check of requests: path, method, query, body line by line, parts of an upload."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl

import orjson
from jsonschema_rs import Draft4Validator

from .exceptions import MISSING, NULLABLE_VALUES, PARTS, SLASHES

COLLECTION = "application/vnd.akeneo.collection+json"
KEYS = {"/api/rest/v1/products": "identifier", "/api/rest/v1/products-uuid": "uuid"}
"""Collection -> the property that names the record of a line; elsewhere it is `code`."""


def as_json_schema(schema, name=""):
    """Give a schema of OpenAPI 3.0 as JSON Schema: `nullable` as a type, and no property that is not documented."""
    if not isinstance(schema, dict):
        return schema
    found = {key: part for key, part in schema.items() if key not in {"description", "nullable", "format", "example"}}
    if "properties" in found:
        found["properties"] = {key: as_json_schema(part, key) for key, part in found["properties"].items()}
        found.setdefault("additionalProperties", False)
    values = found.get("additionalProperties")
    if isinstance(values, dict):
        found["additionalProperties"] = as_json_schema(
            {**values, "nullable": True} if name in NULLABLE_VALUES else values
        )
    if "items" in found:
        found["items"] = as_json_schema(found["items"])
    if schema.get("nullable") and "type" in found:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def add_missing(path, methods):
    """Put into the schemas of a path what the file lacks."""
    contents = [about.get("requestBody", {}).get("content", {}) for about in methods.values()]
    for schema in (kind["schema"] for content in contents for kind in content.values()):
        for missing in MISSING:
            if path in missing.paths and "properties" in schema:
                place = schema["properties"]
                for step in missing.place:
                    place = place[step]
                place.update(missing.properties)
                place.pop(missing.instead_of, None)


def complaints(validator, value, where=""):
    """Yield what is wrong with the value, each with its place."""
    for error in validator.iter_errors(value):
        path = ".".join(str(part) for part in error.instance_path)
        yield f"{', '.join(part for part in (where, path) if part)}: {error.message[:300]}".removeprefix(": ")


@dataclass(frozen=True)
class Operation:
    """One method of one path. `line` is the schema of the records that a collection holds."""

    path: str
    about: dict
    line: dict = field(default_factory=dict)

    @cached_property
    def query(self):
        found = [one for one in self.about.get("parameters", []) if one["in"] == "query"]
        return {one["name"]: (one["schema"]["type"], Draft4Validator(as_json_schema(one["schema"]))) for one in found}

    @cached_property
    def bodies(self):
        """Content type -> validator of a body, or of one line of it."""
        content = self.about.get("requestBody", {}).get("content", {})
        return {kind: Draft4Validator(self._schema(kind, about["schema"])) for kind, about in content.items()}

    def _schema(self, kind, schema):
        if kind == COLLECTION:
            return as_json_schema({**self.line, "required": [KEYS.get(self.path, "code")]})
        return as_json_schema(schema)


class Contract:
    """The file, compiled piece by piece when a request asks for it."""

    def __init__(self, file: Path):
        self._operations = {}
        self._paths = []
        for path, methods in json.loads(file.read_text("utf-8"))["paths"].items():
            fits = ".+" if path in SLASHES else "[^/]+"
            self._paths.append((re.compile(re.sub(r"\{\w+\}", fits, path)), path))
            add_missing(path, methods)
            for method, about in methods.items():
                self._operations[method.upper(), path] = Operation(path, about)
        self._paths.sort(key=lambda one: (one[1].count("{"), -len(one[1])))
        for method, path in [key for key in self._operations if key[0] == "PATCH"]:
            self._give_lines(method, path)

    def violations(self, method, target, content_type, body) -> Iterator[str]:
        """Yield what is wrong with a request, each beginning with method and path; `target` is path and query."""
        path, _, query = target.partition("?")
        for told in self._violations(method, path.rstrip("/"), query, content_type, body):
            yield f"{method} {path}: {told}"

    def _violations(self, method, path, query, content_type, body):
        template = next((template for fits, template in self._paths if fits.fullmatch(path)), None)
        operation = self._operations.get((method, template))
        if template is None:
            yield "no such path is documented"
        elif operation is None:
            yield f"{template} has no {method}"
        else:
            yield from _query(operation, query)
            yield from _body(operation, content_type, body)

    def _give_lines(self, method, path):
        """Let the lines of a collection be what the body of one record is; PATCH of a collection tells a string."""
        one = next((op for (verb, at), op in self._operations.items() if verb == method and _below(path, at)), None)
        content = self._operations[method, path].about["requestBody"]["content"]
        if COLLECTION in content and one is not None:
            line = one.about["requestBody"]["content"]["application/json"]["schema"]
            self._operations[method, path] = Operation(path, self._operations[method, path].about, line)


def _below(collection, path):
    return re.fullmatch(re.escape(collection) + r"/\{\w+\}", path) is not None


def _query(operation, query):
    seen = set()
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name in seen:
            yield f"parameter {name} is given twice"
        seen.add(name)
        if name not in operation.query:
            yield f"parameter {name} is not documented"
            continue
        kind, validator = operation.query[name]
        yield from complaints(validator, _typed(kind, text), f"parameter {name}")


def _typed(kind, text):
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _body(operation, content_type, body):
    kind = content_type.partition(";")[0].strip()
    if not operation.bodies:
        if body:
            yield "no body is documented"
    elif not body and not kind:
        yield from () if not operation.about["requestBody"].get("required") else ("a body is required",)
    elif kind not in operation.bodies:
        yield f"content type {kind!r} is not documented; these are: {', '.join(operation.bodies)}"
    elif kind == COLLECTION:
        for number, line in enumerate(body.splitlines(), 1):
            yield from _json(operation.bodies[kind], line, f"line {number}")
    elif kind == "multipart/form-data":
        yield from _parts(operation.bodies[kind], content_type, body)
    elif kind == "application/x-www-form-urlencoded":
        yield from complaints(operation.bodies[kind], dict(parse_qsl(body.decode())))
    else:
        yield from _json(operation.bodies[kind], body, "body")


def _json(validator, text, where):
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        yield f"{where}: no JSON: {error}"
        return
    yield from complaints(validator, value, where)


def _parts(validator, content_type, body):
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    if not message.is_multipart():
        yield "body: no parts"
        return
    parts = {part.get_param("name", header="content-disposition"): part for part in message.get_payload()}
    yield from complaints(validator, dict.fromkeys(parts, ""), "parts")
    if len(parts.keys() & PARTS.keys()) == 2:
        yield "parts: product and product_model exclude each other"
    for name in parts.keys() & PARTS.keys():
        text = parts[name].get_payload(decode=True)
        told = [[*_json(_closed(form), text, f"part {name}")] for form in PARTS[name]]
        yield from () if [] in told else told[0]


def _closed(properties):
    schema = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    return Draft4Validator(schema)
