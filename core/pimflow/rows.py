"""Rows of a source, read ahead in a thread, in chunks of about a thousand."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from pimflow.errors import RemoteError
from pimflow.model import Header, Problem, Row

CHUNK_ROWS = 1000
_CHUNK_SECONDS = 0.5
_CHUNKS_AHEAD = 4
_END = object()

Chunk = Sequence[tuple[int, Row]]
"""Rows with their numbers in the source; the first row is number 1."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A row that a transform could not carry on, and where it came from."""

    row: int
    source: Row
    problem: Problem


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that came through, beside the row that it was."""

    row: int
    source: Row
    result: Row


class Reader:
    """Reads a table ahead, in a thread of its own, so that the target need not wait for the source.

    `header` is there once the source has answered. Leaving the `with` stops the reading.
    """

    def __init__(self, table: Iterable[Row], limit: int | None = None) -> None:
        self._table = table
        self._limit = limit
        self._chunks: queue.Queue[Any] = queue.Queue(_CHUNKS_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="pimflow-source", daemon=True)
        self.header: Header = ()
        self.read = 0

    def __enter__(self) -> Self:
        """Begin to read, and wait for the header."""
        self._thread.start()
        first = self._chunks.get()
        if isinstance(first, BaseException):
            self.__exit__()
            raise first
        self.header = first
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self._stop.set()
        while self._thread.is_alive():
            with_room = _drain(self._chunks)
            self._thread.join(0.01 if with_room else 0.1)

    def __iter__(self) -> Iterator[Chunk]:
        """Give the chunks; raises what the source raised."""
        while (chunk := self._chunks.get()) is not _END:
            if isinstance(chunk, BaseException):
                raise chunk
            self.read += len(chunk)
            yield chunk

    def _read(self) -> None:
        rows: Iterator[Row] | None = None
        try:
            rows = iter(self._table)
            header = tuple(str(name) for name in next(rows, ()))
            _refuse_twins(header)
            self._put(header)
            for chunk in _chunked(_numbered(islice(rows, self._limit), len(header))):
                if not self._put(chunk):
                    break
            self._put(_END)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits for rows
            self._put(error)
        finally:
            close = getattr(rows, "close", None)
            if close is not None:
                close()

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


def _numbered(rows: Iterable[Row], width: int) -> Iterator[tuple[int, Row]]:
    """Give the rows numbered and as long as the header: petl gives them as long as they were found."""
    for number, row in enumerate(rows, 1):
        yield number, row if len(row) == width else (*row[:width], *(None for _ in range(width - len(row))))


def _chunked(rows: Iterable[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    """Cut rows into chunks; a slow source gives smaller ones, so that loading begins early."""
    chunk: list[tuple[int, Row]] = []
    began = time.monotonic()
    for numbered in rows:
        chunk.append(numbered)
        if len(chunk) >= CHUNK_ROWS or (len(chunk) % 100 == 0 and time.monotonic() - began > _CHUNK_SECONDS):
            yield chunk
            chunk, began = [], time.monotonic()
    if chunk:
        yield chunk
