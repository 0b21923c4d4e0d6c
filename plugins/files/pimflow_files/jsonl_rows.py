"""The records of a JSON Lines file, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import orjson

from pimflow import BadValue, Header, Problem, Row, said
from pimflow_files.keyed import keys_of
from pimflow_files.local import held_still, unreadable

_NO_OBJECT = said("a line of the file is no JSON object")
_WRITE_AGAIN = said(
    "Each line holds one object between {begin} and {end}; have the file written again.", begin="{", end="}"
)


def rows(path: Path, header: Header) -> Generator[Row, None, None]:
    """Give the header, then one row a line; a line that is no JSON object is a `BadValue` in each cell."""
    yield header
    for number, record in _records(path):
        if isinstance(record, dict):
            yield [*map(record.get, header)]
        else:
            yield [_no_record(record, number)] * len(header)


def keys(file: Path) -> Header:
    """Give all keys that occur, in the order in which they appear. Raises RemoteError when there are none."""
    return keys_of(file, (record for _, record in _records(file) if isinstance(record, dict)))


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open("rb") as file, held_still(path, file):
            for number, line in enumerate(file, 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if not text.isspace() and text:
                    yield number, _parsed(text)
    except OSError as error:
        raise unreadable(path, error) from error


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return error


def _no_record(found: Any, number: int) -> BadValue:
    what = str(found) if isinstance(found, orjson.JSONDecodeError) else f"found {type(found).__name__}"
    return BadValue(Problem(_NO_OBJECT, remedy=_WRITE_AGAIN, detail=f"line {number}: {what}"))
