"""YAML with line marks, read as a person means it.

PyYAML follows YAML 1.1: `no` is False, `on` is True, `0123` is 83, `12:30:00` is 45000, and of two equal keys the last
one wins. Here only `true`, `false`, `null` and plain numbers are special, everything else is text, and two equal
keys are a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pimflow.errors import ConfigError, Mistake

Trail = tuple[str | int, ...]
"""The keys and list positions that lead to a place in a document."""

_UNQUOTED = re.compile(r"""(?<!["'$\w])\$\{[^}]*\}""")
_NUMBER = "-+0123456789."
_RESOLVERS = [
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), _NUMBER),
    ("tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?$"), _NUMBER),
    ("tag:yaml.org,2002:merge", re.compile(r"^<<$"), "<"),
]


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_tag, _pattern, list(_first))


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with the line on which each value stands."""

    file: str
    data: Any
    lines: dict[Trail, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder where relative paths of this file start."""
        return Path(self.file).parent

    def line(self, trail: Trail) -> int:
        """Give the line of the value, or of the nearest place around it that is known."""
        for end in range(len(trail), -1, -1):
            if trail[:end] in self.lines:
                return self.lines[trail[:end]]
        return 1

    def mistake(self, trail: Trail, message: str) -> Mistake:
        """Tell what is wrong at one place of this file."""
        return Mistake(message, self.file, self.line(trail), ".".join(str(part) for part in trail))


def read_document(path: Path) -> Document:
    """Read a YAML file. Raises ConfigError with file, line and what to do."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(Mistake(f"is not UTF-8 text ({error.reason} at byte {error.start})", str(path))) from None
    except OSError as error:
        raise ConfigError(Mistake(f"cannot be read: {error.strerror}", str(path))) from None
    return parse_document(text, str(path))


def parse_document(text: str, file: str) -> Document:
    """Read YAML text; `file` is what messages call it. Raises ConfigError."""
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(Mistake(f"character {error.character:#06x} may not stand in YAML", file, line)) from None
    try:
        node = loader.get_single_node()
        document = Document(file, None)
        reading = _Reading(loader, document, [])
        data = reading.value(node, ()) if node is not None else None
    except yaml.YAMLError as error:
        raise ConfigError(_explain(error, text, file)) from None
    except RecursionError:
        raise ConfigError(Mistake("is nested too deeply", file)) from None
    finally:
        loader.dispose()
    if reading.mistakes:
        raise ConfigError(*reading.mistakes)
    return Document(file, data, document.lines)


@dataclass
class _Reading:
    """Turns PyYAML's nodes into plain data, and notes lines and mistakes on the way."""

    loader: _Loader
    document: Document
    mistakes: list[Mistake]
    _open: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, trail: Trail) -> Any:
        self.document.lines.setdefault(trail, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            raise yaml.constructor.ConstructorError(None, None, "an alias (*) that contains itself", node.start_mark)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, trail)
            return [self.value(item, (*trail, number)) for number, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.loader.construct_object(node)
        except (ValueError, LookupError, AttributeError):  # PyYAML's own way with `!!int abc`
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                None, None, f"{node.value!r} is no {kind}, which its tag says", node.start_mark
            ) from None

    def _mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[Any, Any]:
        own = {id(key) for key, _ in node.value}
        self.loader.flatten_mapping(node)
        result: dict[Any, Any] = {}
        lines: dict[Hashable, int] = {}
        for key_node, value_node in node.value:
            key, line = self._key(key_node), key_node.start_mark.line + 1
            if key in result and id(key_node) in own and key in lines:
                self.mistakes.append(
                    Mistake(f"{key!r} stands here twice; it is also on line {lines[key]}", self.document.file, line)
                )
            if id(key_node) in own:
                lines[key] = line
            self.document.lines[(*trail, key)] = line
            result[key] = self.value(value_node, (*trail, key))
        return result

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            message = "a name was expected before ':'; text with braces or brackets needs quotes"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return str(node.value)


def _explain(error: yaml.YAMLError, text: str, file: str) -> Mistake:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    for number, unquoted in _unquoted_values(text):
        if number in {line, line - 1}:
            return Mistake(f'inside braces, {unquoted} needs quotes: "{unquoted}"', file, number)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "'\\t'" in problem:
        problem = "a tab stands where YAML wants blanks; replace it by blanks"
    context, begun = getattr(error, "context", None), getattr(error, "context_mark", None)
    if context and begun:
        context = f"{context} that begins on line {begun.line + 1}"
    return Mistake(f"this is not valid YAML: {f'{context}, ' if context else ''}{problem}", file, line)


def _unquoted_values(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _UNQUOTED.finditer(line.partition(" #")[0]):
            yield number, match.group()
