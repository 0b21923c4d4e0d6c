"""Rows of a source, in chunks; where they have to be waited for, they are read ahead in threads."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol, Self, overload, runtime_checkable

from pimflow.ahead import END, put_in_time
from pimflow.errors import RemoteError
from pimflow.model import Header, Problem, Row
from pimflow.sentences import said

CHUNK_ROWS = 1000
_CHUNK_SECONDS = 0.5
_CHUNKS_AHEAD = 4
_LOOKED_AT = 100
"""Rows after which the clock is looked at."""
_AT_ONCE = 4
"""Tables that are read at the same time; an Akeneo PIM answers four calls at once."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows with their numbers in the source, the first being 1; those of several tables are numbered as they come."""

    numbers: Sequence[int]
    rows: Sequence[Row]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)


@runtime_checkable
class InChunks(Protocol):
    """A table that gives its rows many at once, and waits for nothing: no thread reads it ahead."""

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Give all of it; the first chunk is the header alone."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A row that could not be carried on, and where it came from; `key` tells its record apart, where that is known."""

    row: int
    source: Row
    problem: Problem
    key: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that came through, beside the row that it was.

    `key` is by what a person asked for it, where it had no key of its own at first.
    """

    row: int
    source: Row
    result: Row
    key: str = ""


class Carried(Sequence[Passed | Stopped]):
    """Rows of a chunk that all came through: side by side, so that whoever can takes them all at once.

    `numbers` and `sources` are those of the rows in `results`. One by one they are `Passed`.
    """

    __slots__ = ("numbers", "results", "sources")

    def __init__(self, numbers: Sequence[int], sources: Sequence[Row], results: Sequence[Row]) -> None:
        self.numbers = numbers
        self.sources = sources
        self.results = results

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.results)

    @overload
    def __getitem__(self, at: int) -> Passed | Stopped: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Passed | Stopped]: ...
    def __getitem__(self, at: int | slice) -> Passed | Stopped | Sequence[Passed | Stopped]:
        """Give one row, or a part of them."""
        if isinstance(at, slice):
            return Carried(self.numbers[at], self.sources[at], self.results[at])
        return Passed(self.numbers[at], self.sources[at], self.results[at])

    def __iter__(self) -> Iterator[Passed | Stopped]:
        """Give the rows one by one."""
        return map(Passed, self.numbers, self.sources, self.results)


def gathered(results: Iterator[Sequence[Passed | Stopped]]) -> Iterator[Sequence[Passed | Stopped]]:
    """Put rows that come side by side in small chunks together, so that each chunk is about as large as any."""
    begun: list[Carried] = []
    for chunk in results:
        if isinstance(chunk, Carried):
            begun.append(chunk)
            if sum(map(len, begun)) >= CHUNK_ROWS:
                yield _together(begun)
                begun = []
        else:
            if begun:
                yield _together(begun)
                begun = []
            yield chunk
    if begun:
        yield _together(begun)


def _together(chunks: Sequence[Carried]) -> Carried:
    if len(chunks) == 1:
        return chunks[0]
    every = chain.from_iterable
    numbers, sources = every(one.numbers for one in chunks), every(one.sources for one in chunks)
    return Carried([*numbers], [*sources], [*every(one.results for one in chunks)])


@dataclass(frozen=True, slots=True)
class Last:
    """A part that is read once all others were."""

    table: Iterable[Row]


class Reader:
    """Reads tables: what a source has to be waited for, ahead in threads of its own; chunks at hand when asked.

    Several tables are the parts of one: their headers are equal, and their rows come as they are read. `header` is
    there once the source has answered. Leaving the `with` stops the reading. `at_hand`: nothing is waited for.
    """

    def __init__(self, *tables: Iterable[Row] | Last, limit: int | None = None) -> None:
        self._tables = [table for table in tables if not isinstance(table, Last)]
        self._limit = limit
        self.at_hand = all(isinstance(table, InChunks) for table in tables)
        self._coming = self._beside() if self.at_hand else _Ahead(tables, limit).coming()
        self.header: Header = ()
        self.read = 0

    def __enter__(self) -> Self:
        """Begin to read, and wait for the header."""
        self.header = next(self._coming)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self._coming.close()

    def __iter__(self) -> Iterator[Chunk]:
        """Give the chunks; raises what the source raised."""
        for rows in self._coming:
            first = self.read + 1
            self.read += len(rows)
            yield Chunk(range(first, self.read + 1), rows)

    def _beside(self) -> Generator[Any, None, None]:
        """Give the header, and rows of one table after the other."""
        headers = _Headers()
        for table in self._tables:
            with closing(_pieces(table, self._limit)) as pieces:
                header = tuple(str(name) for name in next(pieces)[0])
                if headers.is_first(header):
                    yield header
                for rows in pieces:
                    yield _filled(rows, len(header))


class _Headers:
    """The header of the first table that is read, which is that of all."""

    def __init__(self) -> None:
        self._answered: Header | None = None

    def is_first(self, header: Header) -> bool:
        """Tell whether it is the first. Raises RemoteError where parts differ in it, or two columns have one name."""
        if self._answered is None:
            _refuse_twins(header)
            self._answered = header
            return True
        if header != self._answered:
            odd = ", ".join(sorted({*header} ^ {*self._answered})) or "their order"
            raise RemoteError(said("the parts of the source differ in their columns: {columns}", columns=odd))
        return False


class _Ahead:
    """Reads tables in threads, so that the target need not wait for the source."""

    def __init__(self, tables: Sequence[Iterable[Row] | Last], limit: int | None) -> None:
        self._tables = iter([table for table in tables if not isinstance(table, Last)])
        self._last = [table.table for table in tables if isinstance(table, Last)]
        self._limit = limit
        self._chunks: queue.Queue[Any] = queue.Queue(_CHUNKS_AHEAD)
        self._stop = threading.Event()
        threads = range(min(_AT_ONCE, len(tables)))
        self._threads = [threading.Thread(target=self._read, name="pimflow-source", daemon=True) for _ in threads]
        self._at_work = len(self._threads)
        self._headers = _Headers()
        self._answering = threading.Lock()

    def coming(self) -> Generator[Any, None, None]:
        """Give the header, then lists of rows; raises what the source raised."""
        for thread in self._threads:
            thread.start()
        reading = len(self._threads)
        try:
            while reading:
                rows = self._chunks.get()
                if isinstance(rows, BaseException):
                    raise rows
                if rows is END:
                    reading -= 1
                else:
                    yield rows
        finally:
            self._end()

    def _end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():
                with_room = _drain(self._chunks)
                thread.join(0.01 if with_room else 0.1)

    def _read(self) -> None:
        """Read tables until none is left for this thread."""
        try:
            for table in chain(self._tables, self._those_last()):
                if self._stop.is_set():
                    return
                self._read_table(table)
            self._put(END)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits for rows
            self._put(error)

    def _those_last(self) -> Iterator[Iterable[Row]]:
        """Give the tables that come last to the thread that is the last to find no other."""
        with self._answering:
            self._at_work -= 1
            done = not self._at_work
        if done:
            yield from self._last

    def _read_table(self, table: Iterable[Row]) -> None:
        with closing(_pieces(table, self._limit)) as pieces:
            header = tuple(str(name) for name in next(pieces)[0])
            with self._answering:
                if self._headers.is_first(header):
                    self._put(header)
            for rows in pieces:
                if not self._put(_filled(rows, len(header))):
                    return

    def _put(self, thing: Any) -> bool:
        return put_in_time(self._chunks, thing, self._stop)


def _drain(chunks: queue.Queue[Any]) -> bool:
    try:
        while True:
            chunks.get_nowait()
    except queue.Empty:
        return True


def _refuse_twins(header: Header) -> None:
    twin = next((name for name in header if header.count(name) > 1), None)
    if twin is not None:
        raise RemoteError(said("the source has two columns called {name!r}", name=twin))


def _filled(rows: Sequence[Row], width: int) -> Sequence[Row]:
    """Give the rows as long as the header: petl gives them as long as they were found."""
    if set(map(len, rows)) <= {width}:
        return rows
    return [row if len(row) == width else (*row[:width], *(None for _ in range(width - len(row)))) for row in rows]


def _pieces(table: Iterable[Row], limit: int | None) -> Generator[Sequence[Row], None, None]:
    """Give the header of a table, alone, and its rows, so many at most, in lists."""
    return _first(table, limit) if isinstance(table, InChunks) else _chunked(table, limit)


def _first(table: InChunks, limit: int | None) -> Generator[Sequence[Row], None, None]:
    """Give the header of a table and its first rows, or all of them."""
    left = sys.maxsize if limit is None else limit
    chunks: Any = table.chunks()
    with closing(chunks):
        yield next(chunks, [()])
        while left > 0 and (chunk := next(chunks, None)):
            yield chunk[:left] if left < len(chunk) else chunk
            left -= len(chunk)


def _chunked(table: Iterable[Row], limit: int | None) -> Generator[Sequence[Row], None, None]:
    """Cut a table into chunks behind its header; a slow source gives smaller ones, so that loading begins early."""
    rows: Any = iter(table)
    with closing(rows) if hasattr(rows, "close") else nullcontext():
        yield [next(rows, ())]
        rest, chunk = islice(rows, limit), list[Row]()
        began = time.monotonic()
        while some := list(islice(rest, _LOOKED_AT)):
            chunk += some
            if len(chunk) >= CHUNK_ROWS or time.monotonic() - began > _CHUNK_SECONDS:
                yield chunk
                chunk, began = [], time.monotonic()
        if chunk:
            yield chunk
