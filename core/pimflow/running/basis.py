"""On what a flow's rows depend besides its source: when it changes, what was read before must be read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import BaseModel, SecretBytes, SecretStr

from pimflow.assemble import Flow
from pimflow.components import Passing
from pimflow.plain import to_json

_WITHOUT_EFFECT = frozenset({"guards", "needs", "on_missing"})
"""Keys of a flow that change nothing about a row."""
_COMPONENTS = frozenset({"source", "transforms", "sink"})


def basis_of(flow: Flow) -> str:
    """Give a hash of the flow as it stands in its file, of the options in it, and of the tables that they name.

    Options count with the values that `${env:…}` has today, but for secrets: a new password changes no row. Files count
    with their content, folders with the names and sizes of the files in them; where records are read from, and what is
    written, do not count.
    """
    readers = [flow.source, *(placed.transform for placed in flow.transforms)]
    folder = flow.part.document.folder
    told = {name: value for name, value in flow.part.data.items() if name not in _WITHOUT_EFFECT | _COMPONENTS}
    told["components"] = [[one.type, _given(one, folder)] for one in (*readers, *flow.sinks)]
    told["answers"] = flow.answers.digest()
    found = blake2b(to_json(told, orjson.OPT_SORT_KEYS), digest_size=16)
    for path in lookup_tables(flow):
        for content in _contents(path):
            found.update(content)
    return found.hexdigest()


def lookup_tables(flow: Flow) -> Iterator[Path]:
    """Give the files and folders that say how the rows of a flow are made, and are not the records themselves."""
    for component in (flow.source, *(placed.transform for placed in flow.transforms)):
        yield from _tables(component)


def _given(value: Any, folder: Path) -> Any:
    """Give options as plain data: those that the file states, without secrets, alike in every process and place."""
    if isinstance(value, SecretStr | SecretBytes):
        return None
    if isinstance(value, BaseModel):
        return {name: _given(getattr(value, name), folder) for name in sorted(value.model_fields_set)}
    if isinstance(value, Mapping):
        return {str(name): _given(one, folder) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_given(one, folder) for one in value]
    if isinstance(value, Path):
        return (value.relative_to(folder) if value.is_relative_to(folder) else value).as_posix()
    return type(value).__qualname__ if " at 0x" in repr(value) and not isinstance(value, str) else value


def _tables(value: Any) -> Iterator[Path]:
    """Give the paths among options, but for those that records pass through."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if not _is_passing(field.annotation, field.metadata):
                yield from _tables(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _tables(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tables(one)


def _is_passing(annotation: Any, marks: Any) -> bool:
    inside = (_is_passing(one, getattr(one, "__metadata__", ())) for one in get_args(annotation))
    return any(isinstance(mark, Passing) for mark in marks) or any(inside)


def _contents(path: Path) -> Iterator[bytes]:
    """Give what counts of a file or folder. What cannot be read is told by whoever needs it."""
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    yield f"{file.relative_to(path).as_posix()} {file.stat().st_size}\n".encode()
        elif path.is_file():
            yield path.name.encode()
            with path.open("rb") as content_of:
                while content := content_of.read(1 << 20):
                    yield content
    except OSError:
        yield b"cannot be read"
