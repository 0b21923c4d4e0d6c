"""Reads what a person corrected in an exported list of problems, and holds it against what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pimflow.assemble import Assembly
from pimflow.chunks import chunked
from pimflow.corrections import Cells, Corrections
from pimflow.errors import ConfigError, Mistake
from pimflow.model import Header
from pimflow.problems.causes import Place, places
from pimflow.sheets import COLUMNS, Line, as_cell, from_cell, header_of, name_in, storable
from pimflow.state import open_items
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import RecordKey
from pimflow.transforming.compiling import needs_all_rows
from pimflow.words import did_you_mean

_AT_ONCE = 500
_KEYS_TOLD = 5


def read_corrections(
    assembly: Assembly, database: Database, file: str, lines: Iterator[tuple[int, Line]]
) -> Corrections:
    """Read the lines of a corrected list. Raises ConfigError with all mistakes; then nothing is sent."""
    header = header_of(lines, ("flow", "key"), file, "pimflow problems --export")
    reading = _Reading(assembly, file, {})
    for place in places(assembly, database):
        reading.places.setdefault(place.flow.name, []).append(place)
    for chunk in chunked(lines, _AT_ONCE):
        reading.take(database, list(reading.whole(header, chunk)))
    if reading.mistakes:
        raise ConfigError(*reading.mistakes)
    if not reading.rows:
        raise ConfigError(Mistake("nothing in it is open any more; `pimflow problems` shows what is", file))
    return reading.result(header)


def corrected_only(assembly: Assembly, corrections: Corrections) -> Assembly:
    """Give the flows that have corrected rows, with these in place of their sources."""
    flows = (flow for flow in assembly.flows if flow.name in corrections.rows)
    return replace(assembly, flows=tuple(replace(flow, source=corrections.source(flow.name)) for flow in flows))


@dataclass
class _Reading:
    assembly: Assembly
    file: str
    places: dict[str, list[Place]]
    mistakes: list[Mistake] = field(default_factory=list)
    rows: dict[str, dict[RecordKey, dict[str, Any]]] = field(default_factory=dict)
    columns: dict[str, dict[str, None]] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    whence: dict[tuple[str, RecordKey, str], int] = field(default_factory=dict)

    def whole(self, header: Line, lines: Iterable[tuple[int, Line]]) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Give the cells of each line by name; what a line lacks must not be taken for emptied."""
        for number, line in lines:
            if any(line) and len(line) < len(header):
                message = f"has {len(line)} cells, and the first line {len(header)}"
                self.mistakes.append(Mistake(message, self.file, number))
            elif any(line):
                yield number, dict(zip(header, line, strict=False))

    def take(self, database: Database, lines: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        """Take some lines."""
        by_flow: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
        for number, line in lines:
            if problem := self._of_flow(line["flow"]):
                self.mistakes.append(Mistake(problem, self.file, number))
            else:
                by_flow.setdefault(line["flow"], []).append((number, line))
        for flow, of_flow in by_flow.items():
            open_now = self._open(database, flow, [line["key"] for _, line in of_flow])
            for number, line in of_flow:
                self._take(flow, number, line, _chosen(open_now.get(line["key"], []), line.get("resource")))

    def _of_flow(self, name: str) -> str:
        """Say what is wrong with the flow of a line."""
        flow = next((flow for flow in self.assembly.flows if flow.name == name), None)
        if flow is None:
            return f"no flow is called {name!r}{did_you_mean(name, [flow.name for flow in self.assembly.flows])}"
        if needs_all_rows(flow):
            return f"flow {name} needs all rows of its source at once, so that none can be sent alone; correct it there"
        return ""

    def _open(self, database: Database, flow: str, keys: Sequence[str]) -> dict[str, list[OpenItem]]:
        found: dict[str, list[OpenItem]] = {}
        for place in self.places.get(flow, ()):
            for item in open_items.under_keys(database, place.scope, list(dict.fromkeys(keys))):
                found.setdefault(item.key, []).append(item)
        return found

    def _take(self, flow: str, number: int, line: Mapping[str, str], item: OpenItem | None) -> None:
        key = line["key"]
        if item is None:
            self.gone[key] = None
            return
        source = self.places[flow][0].flow.source
        record = (item.resource, item.key)
        cells = self.rows.setdefault(flow, {}).setdefault(record, {})
        self.columns.setdefault(flow, {}).update(dict.fromkeys(item.source_row))
        for name, text in _corrected(line, item):
            value = from_cell(text, item.source_row[name])
            if isinstance(value, str):
                value = source.typed(name, value)
            first = self.whence.setdefault((flow, record, name), number)
            if cells.setdefault(name, value) != value:
                message = f"'{name}' of {key} is '{text}' here and '{cells[name]}' on line {first}; give it one value"
                self.mistakes.append(Mistake(message, self.file, number))

    def result(self, header: Line) -> Corrections:
        columns: dict[str, Header] = {flow: tuple(names) for flow, names in self.columns.items()}
        known = {name for names in columns.values() for name in names}
        rows: dict[str, Mapping[RecordKey, Cells]] = {**self.rows}
        strangers = [name for name in header if name and name not in COLUMNS and name_in(name) not in known]
        left_out = [_gone(list(self.gone), self.file)] if self.gone else []
        if strangers:
            left_out.append(f"{self.file}: no source has a column {', '.join(strangers)}; it was left aside.")
        return Corrections(self.file, rows, columns, tuple(left_out))


def _chosen(items: Sequence[OpenItem], resource: str | None) -> OpenItem | None:
    """Give the item that a line is about; since it was written its row may have become a record, or the other way."""
    exact = next((item for item in items if item.resource == resource), None)
    return exact or (items[0] if len({item.resource for item in items}) == 1 else None)


def _corrected(line: Mapping[str, str], item: OpenItem) -> Iterable[tuple[str, str]]:
    """Give the cells of the source that are not as they were written."""
    for column, text in line.items():
        name = name_in(column)
        if column not in COLUMNS and name in item.source_row and not _is_same(text, as_cell(item.source_row[name])):
            yield name, text


def _is_same(text: str, before: str) -> bool:
    return text == before or storable(text) == storable(before)


def _gone(keys: Sequence[str], file: str) -> str:
    more = f" and {len(keys) - _KEYS_TOLD:,} more" if len(keys) > _KEYS_TOLD else ""
    told = ", ".join(map(open_items.shown_key, keys[:_KEYS_TOLD]))
    hint = "A record that has settled is corrected at the source."
    return f"{file}: nothing is open under the key {told}{more}; this was left out. {hint}"
