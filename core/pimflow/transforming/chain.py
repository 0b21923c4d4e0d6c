"""Rows on their way from the source to the sinks, changed in one pass.

petl tables stand at the seams only. Between them runs one function a row, in chunks of about a thousand; where a
transform needs all rows, what it gives is cut into such chunks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from pimflow.components import Target, WholeTransform
from pimflow.errors import PimflowError, RemoteError, RowProblem, defect
from pimflow.model import BadValue, Header, Origin, Row, RowStep
from pimflow.rows import CHUNK_ROWS, Carried, Chunk, Passed, Stopped
from pimflow.sentences import said
from pimflow.spool import Spool
from pimflow.steps import RowsStep

Results = Iterator[Sequence[Passed | Stopped]]


@dataclass(slots=True)
class Steps:
    """Transforms of rows that run as one pass. `dropped` counts the rows that one of them dropped."""

    steps: tuple[RowStep, ...]
    dropped: int = 0

    def run(self, results: Results) -> Results:
        """Give what became of each row, chunk by chunk."""
        steps = [(step, step if isinstance(step, RowsStep) else None) for step in self.steps]
        for chunk in results:
            after = chunk
            for step, at_once in steps:
                together = self._after_at_once(at_once, after) if at_once and isinstance(after, Carried) else None
                after = self._after(step, after) if together is None else together
            yield after

    def _after(self, step: RowStep, chunk: Sequence[Passed | Stopped]) -> Sequence[Passed | Stopped]:
        """Carry a chunk through one step, row by row. They stay side by side unless one of them was stopped."""
        if isinstance(chunk, Carried):
            return self._after_each(step, chunk)
        return [after for before in chunk for after in self._after_one(step, before)]

    def _after_at_once(self, step: RowsStep, chunk: Carried) -> Carried | None:
        """Carry rows on together; None where one of them is to be looked at."""
        try:
            rows, places = step.many(chunk.results)
        except Exception:  # noqa: BLE001 - one by one, the row that it is about is met again, and told
            return None
        if places is None:
            return Carried(chunk.numbers, chunk.sources, rows)
        self.dropped += len(chunk) - len(places)
        return Carried([chunk.numbers[at] for at in places], [chunk.sources[at] for at in places], rows)

    def _after_one(self, step: RowStep, before: Passed | Stopped) -> Sequence[Passed | Stopped]:
        if isinstance(before, Stopped):
            return (before,)
        return self._after_each(step, Carried([before.row], [before.source], [before.result]))

    def _after_each(self, step: RowStep, chunk: Carried) -> Sequence[Passed | Stopped]:
        numbers, sources, results = list[int](), list[Row](), list[Row]()
        stopped: list[tuple[int, Stopped]] = []
        for number, source, before in zip(chunk.numbers, chunk.sources, chunk.results, strict=True):
            try:
                row = step(before)
            except RowProblem as problem:
                stopped.append((len(results), Stopped(number, source, problem.problem)))
            except PimflowError:
                raise
            except Exception as error:  # noqa: BLE001 - a mistake in a plugin costs the row, and is told
                stopped.append((len(results), Stopped(number, source, defect(error))))
            else:
                if row is not None:
                    numbers.append(number)
                    sources.append(source)
                    results.append(row)
        self.dropped += len(chunk) - len(results) - len(stopped)
        carried = Carried(numbers, sources, results)
        return _in_order(carried, stopped) if stopped else carried


class WholeStep:
    """One transform that needs all rows. Rows that stopped before it pass it by and come after its own."""

    def __init__(self, transform: WholeTransform, header: Header, target: Target) -> None:
        self._results: Results = iter(())
        self._stopped: Spool[Stopped]
        self.dropped = 0
        self.header, self._given = transform.apply(header, self._fed(), target)

    def run(self, results: Results) -> Results:
        """Give what the transform makes of the rows. Raises FlowError where it cannot."""
        self._results, self._stopped = results, Spool()
        try:
            yield from _cut(self._taken())
            yield from _cut(iter(self._stopped))
        finally:
            self._stopped.clear()

    def _fed(self) -> Iterator[tuple[Origin, Row]]:
        for chunk in self._results:
            for one in chunk:
                if isinstance(one, Stopped):
                    self._stopped.put(one)
                else:
                    yield (one.row, one.source), one.result

    def _taken(self) -> Iterator[Passed | Stopped]:
        try:
            for (number, source), row in self._given:
                if isinstance(row, RowProblem):
                    yield Stopped(number, source, row.problem)
                else:
                    yield Passed(number, source, row)
        except RowProblem as problem:
            raise RemoteError(said("a transform cannot go on: {problem}", problem=str(problem))) from problem


class Stage(Protocol):
    """One stage of a chain: what becomes of rows, chunk by chunk, and how many were dropped."""

    @property
    def dropped(self) -> int:
        """Count the rows that were dropped so far."""

    def run(self, results: Results) -> Results:
        """Give what became of each row."""


@dataclass(slots=True)
class Chain:
    """All transforms of a flow. `header` is that of the rows that come out."""

    header: Header
    stages: tuple[Stage, ...] = field(default=())

    @property
    def dropped(self) -> int:
        """Count the rows that transforms dropped so far."""
        return sum(stage.dropped for stage in self.stages)

    def run(self, chunks: Iterable[Chunk]) -> Results:
        """Give what became of each row; for each chunk that comes in one goes out, save behind a `WholeStep`."""
        results = _begun(chunks)
        for stage in self.stages:
            results = stage.run(results)
        return results


def _cut(results: Iterator[Passed | Stopped]) -> Results:
    while chunk := list(islice(results, CHUNK_ROWS)):
        yield chunk


def _begun(chunks: Iterable[Chunk]) -> Results:
    for chunk in chunks:
        if BadValue in {type(row[0]) for row in chunk.rows if row}:
            yield [
                Stopped(number, row, row[0].problem) if _is_broken(row) else Passed(number, row, row)
                for number, row in zip(chunk.numbers, chunk.rows, strict=True)
            ]
        else:
            yield Carried(chunk.numbers, chunk.rows, chunk.rows)


def _in_order(carried: Carried, stopped: Sequence[tuple[int, Stopped]]) -> list[Passed | Stopped]:
    """Put rows that were stopped back between the others; each comes with its place among those."""
    rows = list(carried)
    for place, row in reversed(stopped):
        rows.insert(place, row)
    return rows


def _is_broken(row: Row) -> bool:
    """Tell whether a source could not read a row at all: it then gives the same BadValue in every cell."""
    return bool(row) and type(row[0]) is BadValue and all(cell is row[0] for cell in row)
