"""Rows in which a person corrected a cell: found again by other cells, and changed before all transforms.

What the source gave stays the row's origin, so that nothing forgets it. A correction stands as long as the source has
the value there that was found wrong; once it gives another one, that counts, and the correction is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow.answers import as_text
from pimflow.assemble import Flow
from pimflow.components import Source
from pimflow.context import RunContext
from pimflow.errors import ConfigError
from pimflow.model import BadValue, Header, Row
from pimflow.rows import Carried, Passed, Stopped
from pimflow.sentences import said
from pimflow.sheets import as_cell, from_cell
from pimflow.state import corrections
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.transforming.chain import Chain
from pimflow.transforming.tracing import made_of

Rows = Sequence[Passed | Stopped]
_NAMED = 5
Cells = tuple[str, ...]


def known_by(flow: Flow, source_row: Mapping[str, Any], key: str | None) -> dict[str, str]:
    """Give the cells by which a row of the source is found again; none where nothing tells it apart.

    That is the source's own id, or else what the key of its record is made of, in the column `key`.
    """
    identity = flow.config.identity or flow.source.identity
    if identity and _text(source_row.get(identity)):
        return {identity: _text(source_row[identity])}
    try:
        names = made_of(flow, tuple(source_row), key, lambda _: True) if key else ()
    except ConfigError:  # the mapping of today does not fit the row as it was
        return {}
    return {name: _text(source_row[name]) for name in names if _text(source_row.get(name))}


def corrected(source: Source, correction: Correction, before: Any) -> Any:
    """Give the cell that takes the place of the one before."""
    value = from_cell(correction.becomes, None if isinstance(before, BadValue) else before)
    return source.typed(correction.column, value) if isinstance(value, str) else value


@dataclass(slots=True)
class Correcting:
    """Puts corrections into rows: the first stage of a chain.

    `known` has places in a row, and what was corrected of rows that have these cells there. `used` did something,
    `outdated` met another value, by their ids.
    """

    source: Source
    header: Header
    known: Sequence[tuple[tuple[int, ...], Mapping[Cells, Sequence[Correction]]]]
    used: dict[int, Correction] = field(default_factory=dict)
    outdated: dict[int, tuple[Correction, str]] = field(default_factory=dict)
    dropped: int = 0

    def run(self, results: Iterator[Rows]) -> Iterator[Rows]:
        """Give the rows, chunk by chunk."""
        for chunk in results:
            if isinstance(chunk, Carried):
                yield Carried(chunk.numbers, chunk.sources, self._rows(chunk.results))
            else:
                yield [self._one(row) for row in chunk]

    def notes(self) -> Iterator[str]:
        """Tell what was corrected, and what is not any longer."""
        if self.used:
            named = ", ".join(f"{one.key} {one.column}" for one in [*self.used.values()][:_NAMED])
            more = ", …" if len(self.used) > _NAMED else ""
            yield _corrected_here(len(self.used), self.source.title, f"{named}{more}")
        for one, now in self.ended():
            yield _counts_again(one, now, self.source.title)

    def ended(self) -> list[tuple[Correction, str]]:
        """Give the corrections whose row has another value by now, and that; not where a second row still has it."""
        return [known for number, known in self.outdated.items() if number not in self.used]

    def _one(self, row: Passed | Stopped) -> Passed | Stopped:
        if isinstance(row, Stopped):
            return row
        return Passed(row.row, row.source, self._rows([row.result])[0], row.key)

    def _rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Give rows, those that are known by their cells corrected. Most are not: no more is done to find that out."""
        for places, known in self.known:
            cells = [tuple(_text(row[at]) for at in places) for row in rows] if places[1:] else _of_one(rows, places[0])
            met = [number for number, one in enumerate(cells) if one in known]
            if met:
                new = list(rows)
                for number in met:
                    new[number] = self._corrected(rows[number], known[cells[number]])
                rows = new
        return rows

    def _corrected(self, row: Row, found: Iterable[Correction]) -> Row:
        cells = list(row)
        for one in found:
            at = self.header.index(one.column)
            if as_cell(row[at]) == one.found:
                cells[at] = corrected(self.source, one, row[at])
                self.used[id(one)] = one
            else:
                self.outdated[id(one)] = (one, as_cell(row[at]))
        return cells


def correcting(context: RunContext, flow: Flow, header: Header, chain: Chain) -> Correcting | None:
    """Let the corrections of a flow be made before all else that happens to its rows; None where there are none.

    A list of corrected rows goes as it is.
    """
    given = corrections.find(context.database, context.run.pipeline, flow.name) if context.corrections is None else ()
    if not given or context.run.undoes:
        return None
    stage = Correcting(flow.source, header, _by_cells(given, header))
    chain.stages = (stage, *chain.stages)
    return stage


def _by_cells(
    given: Iterable[Correction], header: Header
) -> list[tuple[tuple[int, ...], Mapping[Cells, Sequence[Correction]]]]:
    """Sort corrections by how their rows are found; those whose columns the source does not have rest."""
    found: dict[tuple[int, ...], dict[Cells, list[Correction]]] = {}
    for one in given:
        if one.known_by and {*one.known_by, one.column} <= {*header}:
            places = tuple(header.index(name) for name in one.known_by)
            found.setdefault(places, {}).setdefault((*one.known_by.values(),), []).append(one)
    return list(found.items())


def end(database: Database, stage: Correcting, *, dry: bool) -> list[str]:
    """Forget what the source has otherwise by now, and give the notes of the report."""
    told = [*stage.notes()]
    if not dry:
        corrections.remove(database, [one for one, _ in stage.ended()])
    return told


def _corrected_here(number: int, source: str, names: str) -> str:
    if number == 1:
        return said(
            "1 value was corrected here, in place of what {source} says ({names}). Correct it there too.",
            source=said(source),
            names=names,
        )
    return said(
        "{number:,} values were corrected here, in place of what {source} says ({names}). Correct it there too.",
        number=number,
        source=said(source),
        names=names,
    )


def _counts_again(one: Correction, now: str, source: str) -> str:
    names = {"source": said(source), "found": one.found, "column": one.column, "key": one.key, "becomes": one.becomes}
    if not now:
        return said(
            "{source} has nothing now, in place of '{found}', as {column} of {key}: that counts again, and the "
            "correction to '{becomes}' is gone.",
            **names,
        )
    return said(
        "{source} has '{now}' now, in place of '{found}', as {column} of {key}: that counts again, and the correction "
        "to '{becomes}' is gone.",
        now=now,
        **names,
    )


def _of_one(rows: Iterable[Row], at: int) -> list[Cells]:
    return [(cell.strip() if type(cell) is str else _text(cell),) for cell in (row[at] for row in rows)]


def _text(cell: Any) -> str:
    return as_text(as_cell(cell))
