"""Records of JSON in a form of their own: text that stands in all of them, with places for cells between it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pimflow_files.exact import dumps

FROM = "from"


@dataclass(frozen=True, slots=True)
class Form:
    """What stands before each of the columns, and what behind the last."""

    columns: Sequence[str]
    before: Sequence[bytes]
    end: bytes

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Form:
        """Make the form of a record in which `{from: COLUMN}` stands for a cell."""
        columns, before, text = [], [], b""
        for part in _parts(record):
            if isinstance(part, str):
                columns.append(part)
                before.append(text)
                text = b""
            else:
                text += part
        return cls(columns, before, text)

    def line(self, record: Mapping[str, Any]) -> bytes:
        """Give one object; a column that the record lacks is null. Raises TypeError, as orjson does."""
        pieces: list[bytes] = []
        for text, column in zip(self.before, self.columns, strict=True):
            pieces += (text, dumps(record.get(column)))
        return b"".join((*pieces, self.end))


def _parts(node: Any) -> Iterator[str | bytes]:
    """Give the text of a part of the form, and the columns in it as what they are."""
    if isinstance(node, Mapping) and node.keys() == {FROM} and isinstance(node[FROM], str):
        yield node[FROM]
    elif isinstance(node, Mapping):
        for at, (name, member) in enumerate(node.items()):
            yield (b"," if at else b"{") + orjson.dumps(str(name)) + b":"
            yield from _parts(member)
        yield b"}" if node else b"{}"
    elif isinstance(node, list | tuple):
        for at, member in enumerate(node):
            yield b"," if at else b"["
            yield from _parts(member)
        yield b"]" if node else b"[]"
    else:
        yield dumps(node)
