"""Columns that name other records: the target's keys in place of the source's, where people linked the two."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow.model import BadValue, Header
from pimflow.rows import Passed, Stopped
from pimflow.sinks import Reference, Writer
from pimflow.state.links import Links

_LISTS = (list, tuple, set, frozenset)
Columns = Sequence[tuple[int, Reference]]
"""The places of columns that name records which may be linked."""


class References:
    """Translates the keys of linked records. `links` are, by type of sink, those that count, the weightiest first."""

    def __init__(self, links: Mapping[str, Sequence[Links]]) -> None:
        self._links = links

    def columns(self, header: Header, writer: Writer) -> Columns:
        """Find the columns of a flow that name records of which some are linked."""
        found = ((place, writer.refers(name)) for place, name in enumerate(header) if name)
        return [(place, reference) for place, reference in found if reference and reference.sink in self._links]

    def translated(self, rows: Sequence[Passed | Stopped], columns: Columns) -> Sequence[Passed | Stopped]:
        """Give rows with the target's keys of linked records; one look into the state for all."""
        named: dict[str, set[str]] = {}
        for row in rows if columns else ():
            if isinstance(row, Passed):
                for place, reference in columns:
                    named.setdefault(reference.sink, set()).update(_keys_in(row.result[place], reference))
        meant = {sink: found for sink, keys in named.items() if (found := self._meant(sink, keys))}
        if not meant:
            return rows
        return [_with_keys(row, columns, meant) if isinstance(row, Passed) else row for row in rows]

    def _meant(self, sink: str, keys: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for links in self._links[sink]:
            found = {**links.of(keys), **found}
        return found


def _with_keys(row: Passed, columns: Columns, meant: Mapping[str, Mapping[str, str]]) -> Passed:
    cells = list(row.result)
    for place, reference in columns:
        cells[place] = _replaced(cells[place], reference, meant.get(reference.sink, {}))
    return replace(row, result=cells)


def _keys_in(cell: Any, reference: Reference) -> Iterator[str]:
    """Give the keys that a cell names: one, several in one text, or a list."""
    if cell is None or isinstance(cell, BadValue):
        return
    if isinstance(cell, _LISTS):
        yield from (str(one).strip() for one in cell)
    elif reference.separator is not None:
        yield from (one.strip() for one in str(cell).split(reference.separator))
    else:
        yield str(cell).strip()


def _replaced(cell: Any, reference: Reference, meant: Mapping[str, str]) -> Any:
    """Give a cell with other keys; its form, and the order of its keys, stay."""
    keys = list(_keys_in(cell, reference))
    if meant.keys().isdisjoint(keys):
        return cell
    found = [meant.get(key, key) for key in keys]
    return type(cell)(found) if isinstance(cell, _LISTS) else (reference.separator or "").join(found)
