"""The records of a JSON file, one after the other: memory does not grow with their number."""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Any

import ijson

from pimflow import BadValue, Header, Problem, RemoteError, Row, said
from pimflow_files.keyed import keys_of
from pimflow_files.local import held_still, unreadable

_NO_OBJECT = said("an item of the list is no JSON object")
_WRITE_AGAIN = said(
    "Each item of the list is one object between {begin} and {end}; have the file written again.", begin="{", end="}"
)


def rows(path: Path, place: str, header: Header) -> Generator[Row, None, None]:
    """Give the header, then one row for each object of the list at `place`, such as `data.products`, "" for the top.

    What is no object is a `BadValue` in each cell. Raises RemoteError where there is no such list, or no JSON.
    """
    yield header
    for number, record in enumerate(_records(path, place), 1):
        if isinstance(record, dict):
            yield [*map(record.get, header)]
        else:
            yield [_no_record(record, number)] * len(header)


def keys(path: Path, place: str) -> Header:
    """Give all keys that occur, in the order in which they appear. Raises RemoteError when there are none."""
    return keys_of(path, (record for record in _records(path, place) if isinstance(record, dict)))


def _records(path: Path, place: str) -> Iterator[Any]:
    try:
        with path.open("rb") as file, held_still(path, file):
            none = True
            for record in ijson.items(_begun(file), f"{place}.item" if place else "item", use_float=True):
                none = False
                yield record
            if none:
                _check_list(path, _begun(file), place)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        message = said("{file} is no JSON, or it breaks off. Have the ERP write it again.", file=path.name)
        raise RemoteError(message, detail=f"{path}: {error}") from error


def _begun(file: IO[bytes]) -> IO[bytes]:
    """Go to where the JSON begins: behind a byte order mark, which some programs write."""
    file.seek(0)
    file.seek(len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0)
    return file


def _check_list(path: Path, file: IO[bytes], place: str) -> None:
    """Tell a list that is empty from one that is not there."""
    if any(at == place and event == "start_array" for at, event, _ in ijson.parse(file)):
        return
    if place:
        raise RemoteError(
            said(
                "{file} has no list under {place!r}. Name the keys that lead to the list of records at `records:`.",
                file=path.name,
                place=place,
            )
        )
    raise RemoteError(
        said(
            "{file} has no list at its top. Name the keys that lead to the list of records at `records:`.",
            file=path.name,
        )
    )


def _no_record(found: Any, number: int) -> BadValue:
    detail = f"item {number}: found {type(found).__name__}"
    return BadValue(Problem(_NO_OBJECT, remedy=_WRITE_AGAIN, detail=detail))
