"""Rows of a source, read ahead in threads, in chunks of about a thousand."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Self, overload

from pimflow.errors import RemoteError
from pimflow.model import Header, Problem, Row

CHUNK_ROWS = 1000
_CHUNK_SECONDS = 0.5
_CHUNKS_AHEAD = 4
_LOOKED_AT = 100
"""Rows after which the clock is looked at."""
_AT_ONCE = 4
"""Tables that are read at the same time; an Akeneo PIM answers four calls at once."""
_END = object()

Chunk = Sequence[tuple[int, Row]]
"""Rows with their numbers in the source, the first being 1; those of several tables are numbered as they come."""


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


class Reader:
    """Reads tables ahead, in threads of its own, so that the target need not wait for the source.

    Several tables are the parts of one: their headers are equal, and their rows come as they are read. `header` is
    there once the source has answered. Leaving the `with` stops the reading.
    """

    def __init__(self, *tables: Iterable[Row], limit: int | None = None) -> None:
        self._tables = iter(tables)
        self._limit = limit
        self._chunks: queue.Queue[Any] = queue.Queue(_CHUNKS_AHEAD)
        self._stop = threading.Event()
        threads = range(min(_AT_ONCE, len(tables)))
        self._threads = [threading.Thread(target=self._read, name="pimflow-source", daemon=True) for _ in threads]
        self._numbers = count(1)
        self._answering = threading.Lock()
        self._answered: Header | None = None
        self.header: Header = ()
        self.read = 0

    def __enter__(self) -> Self:
        """Begin to read, and wait for the header."""
        for thread in self._threads:
            thread.start()
        first = self._chunks.get()
        if isinstance(first, BaseException):
            self.__exit__()
            raise first
        self.header = first
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():
                with_room = _drain(self._chunks)
                thread.join(0.01 if with_room else 0.1)

    def __iter__(self) -> Iterator[Chunk]:
        """Give the chunks; raises what the source raised."""
        reading = len(self._threads)
        while reading:
            chunk = self._chunks.get()
            if isinstance(chunk, BaseException):
                raise chunk
            if chunk is _END:
                reading -= 1
                continue
            self.read += len(chunk)
            yield chunk

    def _read(self) -> None:
        """Read tables until none is left for this thread."""
        try:
            for table in self._tables:
                if self._stop.is_set():
                    return
                self._read_table(table)
            self._put(_END)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits for rows
            self._put(error)

    def _read_table(self, table: Iterable[Row]) -> None:
        rows: Any = iter(table)
        with closing(rows) if hasattr(rows, "close") else nullcontext():
            header = tuple(str(name) for name in next(rows, ()))
            self._answer(header)
            for chunk in _chunked(islice(rows, self._limit)):
                whole = _filled(chunk, len(header))
                if not self._put(list(zip(islice(self._numbers, len(whole)), whole, strict=True))):
                    return

    def _answer(self, header: Header) -> None:
        """Give the header, once: it is the first that is put. Raises RemoteError where the parts differ in it."""
        with self._answering:
            if self._answered is None:
                _refuse_twins(header)
                self._put(header)
                self._answered = header
            elif header != self._answered:
                odd = ", ".join(sorted({*header} ^ {*self._answered})) or "their order"
                raise RemoteError(f"the parts of the source differ in their columns: {odd}")

    def _put(self, thing: Any) -> bool:
        while not self._stop.is_set():
            try:
                self._chunks.put(thing, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False


def _drain(chunks: queue.Queue[Any]) -> bool:
    try:
        while True:
            chunks.get_nowait()
    except queue.Empty:
        return True


def _refuse_twins(header: Header) -> None:
    twin = next((name for name in header if header.count(name) > 1), None)
    if twin is not None:
        raise RemoteError(f"the source has two columns called {twin!r}")


def _filled(rows: list[Row], width: int) -> list[Row]:
    """Give the rows as long as the header: petl gives them as long as they were found."""
    if set(map(len, rows)) <= {width}:
        return rows
    return [row if len(row) == width else (*row[:width], *(None for _ in range(width - len(row)))) for row in rows]


def _chunked(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Cut rows into chunks; a slow source gives smaller ones, so that loading begins early."""
    chunk: list[Row] = []
    began = time.monotonic()
    while some := list(islice(rows, _LOOKED_AT)):
        chunk += some
        if len(chunk) >= CHUNK_ROWS or time.monotonic() - began > _CHUNK_SECONDS:
            yield chunk
            chunk, began = [], time.monotonic()
    if chunk:
        yield chunk
