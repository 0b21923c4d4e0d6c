"""Connections that stay open between pages: whoever looks at twenty pictures logs in once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pimflow.assemble import Assembly
from pimflow.errors import FlowError
from pimflow.sessions import Sessions
from pimflow.sinks import Sink

_KEPT = 300.0
"""Seconds after which a system is asked anew for its model."""


@dataclass
class _Open:
    assembly: Assembly
    sessions: Sessions
    begun: float
    users: int = 0


class OpenSystems:
    """The sessions of pipelines at which somebody looks. Safe for several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open: dict[str, _Open] = {}
        self._lock = Lock()

    @contextmanager
    def session(self, assembly: Assembly, sink: Sink) -> Iterator[Any]:
        """Give the session of a sink during the block. After an error of its system the next one logs in anew."""
        with self._lock:
            held = self._current(assembly)
            held.users += 1
        try:
            with self._lock:
                session = held.sessions.of(sink)
            yield session
        except FlowError:
            with self._lock:
                self._drop(held)
            raise
        finally:
            with self._lock:
                held.users -= 1
                self._end_unused(held)

    def close(self) -> None:
        """Close all that nobody uses just now."""
        with self._lock:
            for held in [*self._open.values()]:
                self._drop(held)
                self._end_unused(held)

    def _current(self, assembly: Assembly) -> _Open:
        name = assembly.pipeline.name
        held = self._open.get(name)
        if held is not None and (held.assembly is not assembly or self._monotonic() - held.begun > _KEPT):
            self._drop(held)
            self._end_unused(held)
            held = None
        if held is None:
            held = self._open[name] = _Open(assembly, Sessions(assembly), self._monotonic())
        return held

    def _drop(self, held: _Open) -> None:
        if self._open.get(held.assembly.pipeline.name) is held:
            del self._open[held.assembly.pipeline.name]

    def _end_unused(self, held: _Open) -> None:
        if not held.users and self._open.get(held.assembly.pipeline.name) is not held:
            held.sessions.__exit__(None, None, None)
