"""The records of an XML file, one after the other: memory does not grow with their number.

No entity is expanded and nothing is fetched: a file with a document type definition is refused.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from pimflow import Header, RemoteError, Row, said
from pimflow_files.keyed import keys_of
from pimflow_files.local import held_still, unreadable


@dataclass(frozen=True, slots=True)
class Shape:
    """How elements become columns.

    `records` is the name of the record's element, or a path as `products/product`. `by` names attributes that tell
    apart elements of one name, `lists` elements that may stand there several times.
    """

    records: str
    by: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


def rows(path: Path, shape: Shape, header: Header) -> Generator[Row, None, None]:
    """Give the header, then one row a record. Raises RemoteError where the file is no XML or has no such element."""
    yield header
    for record in _records(path, shape):
        yield [*map(record.get, header)]


def keys(path: Path, shape: Shape) -> Header:
    """Give all columns that occur, in the order in which they appear. Raises RemoteError when there are none."""
    return keys_of(path, _records(path, shape))


def _records(path: Path, shape: Shape) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file, held_still(path, file):
            for element in _elements(iterparse(file, ("start", "end"), forbid_dtd=True), shape.records.split("/")):
                yield _flat(element, shape)
    except OSError as error:
        raise unreadable(path, error) from error
    except DefusedXmlException as error:
        message = said(
            "{file} has a document type definition, which could be used to attack. It was not read.", file=path.name
        )
        raise RemoteError(message, detail=f"{path}: {type(error).__name__}") from error
    except ParseError as error:
        message = said("{file} is no XML, or it breaks off. Have the ERP write it again.", file=path.name)
        raise RemoteError(message, detail=f"{path}: {error}") from error


def _elements(events: Iterator[tuple[str, Element]], wanted: Sequence[str]) -> Iterator[Element]:
    """Give the elements of records, and drop each element outside or behind them from the tree."""
    above: list[Element] = []
    record: Element | None = None
    for event, element in events:
        if event == "start":
            above.append(element)
            if record is None and [_local(one.tag) for one in above[-len(wanted) :]] == wanted:
                record = element
            continue
        above.pop()
        if element is record:
            yield element
            record = None
        if record is None and above:
            above[-1].remove(element)


def _flat(element: Element, shape: Shape) -> dict[str, Any]:
    """Give `@id` for an attribute, `name` for an element, `size/width` and `price/@currency` for what lies in one."""
    found: dict[str, Any] = {}
    for name, value in element.attrib.items():
        _put(found, f"@{_local(name)}", value)
    for child in element:
        name = _named(child, shape.by)
        if _local(child.tag) in shape.lists:
            found.setdefault(name, []).append(_value(child, shape))
            continue
        if not len(child):
            _put(found, name, _text(child))
        for inner, value in _flat(child, shape).items():
            if inner.removeprefix("@") not in shape.by:
                _put(found, f"{name}/{inner}", value)
    return found


def _value(element: Element, shape: Shape) -> Any:
    return _flat(element, shape) if len(element) else _text(element)


def _text(element: Element) -> str:
    return element.text or ""


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a value; what stands there several times becomes a list."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _named(element: Element, by: Sequence[str]) -> str:
    told = {_local(name): value for name, value in element.attrib.items()}
    return "-".join([_local(element.tag), *(told[name] for name in by if name in told)])


def _local(name: str) -> str:
    """Give a name without its namespace."""
    return name.rpartition("}")[2]
