"""On what a flow's rows depend besides its source: when it changes, what was read before must be read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from pimflow.assemble import Flow
from pimflow.plain import to_json

_WITHOUT_EFFECT = frozenset({"guards", "needs", "on_missing"})
"""Keys of a flow that change nothing about a row."""


def basis_of(flow: Flow) -> str:
    """Give a hash of the flow as it stands in its file, and of the files that its source and transforms name.

    Values from outside, `${env:…}`, count as they stand there. Folders do not count.
    """
    told = {name: value for name, value in flow.part.data.items() if name not in _WITHOUT_EFFECT}
    found = blake2b(to_json(told, orjson.OPT_SORT_KEYS), digest_size=16)
    for component in (flow.source, *(placed.transform for placed in flow.transforms)):
        for path in _files(component):
            found.update(path.name.encode())
            with path.open("rb") as file:
                while content := file.read(1 << 20):
                    found.update(content)
    return found.hexdigest()


def _files(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        if value.is_file():
            yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _files(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _files(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _files(one)
