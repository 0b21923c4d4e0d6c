"""Records of JSON in a form of their own: text that stands in all of them, with places for cells between it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson

from pimflow import Header, Row
from pimflow_files.exact import dumps

FROM = "from"
_SEPARATOR = b",\n  "  # as orjson indents a list
_EMPTY, _NULL = b'\n  "",', b"\n  null,"


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

    def lines(self, rows: Sequence[Row], header: Header) -> bytes:
        """Give many objects, a line each, of rows whose cells are single values; empty ones are null.

        Raises ValueError or TypeError, as orjson does.
        """
        cells = _texts(chain.from_iterable(map(_picking([header.index(name) for name in self.columns]), rows)))
        first, *others = self.before
        between = [self.end + b"\n" + first, *others] * len(rows)
        pieces = [b""] * (2 * len(between))
        pieces[::2], pieces[1::2] = between, cells
        pieces[0] = first
        return b"".join((*pieces, self.end, b"\n"))


def _picking(places: Sequence[int]) -> Callable[[Row], Row]:
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


def _texts(cells: Iterable[Any]) -> list[bytes]:
    """Give the JSON of single values, which holds no line break: so those between them tell them apart."""
    listed = b"," + orjson.dumps([*cells], option=orjson.OPT_INDENT_2)[1:-2] + _SEPARATOR
    return listed.replace(_EMPTY, _NULL).split(_SEPARATOR)[1:-1]


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
