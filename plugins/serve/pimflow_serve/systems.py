"""Connections that stay open between pages: whoever looks at twenty pictures logs in once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Lock
from typing import Any

from pimflow.assemble import Assembly
from pimflow.errors import FlowError, LoginError, UnreachableError
from pimflow.sentences import said, said_by
from pimflow.sessions import Sessions
from pimflow.sinks import Sink

_KEPT = 300.0
"""Seconds after which a system is asked anew for its model."""
_RESTS = 60.0
"""Seconds for which a system that failed is left alone: it may be away, or lock an account after some refusals."""
_AT_ONCE = 12
"""Questions under way at most: those who wait for a slow system must not keep all others from their pages."""
_PATIENCE = 2.0
_TIMEOUT = 15.0
"""Seconds that somebody who looks at a page waits for an answer."""


@dataclass
class _Open:
    assembly: Assembly
    sessions: Sessions
    begun: float
    users: int = 0
    opening: Lock = field(default_factory=Lock)


class OpenSystems:
    """The sessions of pipelines at which somebody looks. Safe for several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open: dict[str, _Open] = {}
        self._failed: dict[str, tuple[Assembly, float, FlowError]] = {}
        self._lock = Lock()
        self._places = BoundedSemaphore(_AT_ONCE)

    @contextmanager
    def session(self, assembly: Assembly, sink: Sink) -> Iterator[Any]:
        """Give the session of a sink during the block.

        A system that cannot be reached, or refused the login, is asked again after a while, or once the pipeline was
        read anew. Raises FlowError, also where too many are asked already.
        """
        if not self._places.acquire(timeout=_PATIENCE):
            raise UnreachableError(
                said("{title} is asked by too many at once; try again in a moment", title=said(sink.title))
            )
        try:
            with self._held(assembly) as held:
                with held.opening:
                    session = held.sessions.of(sink)
                yield session
        finally:
            self._places.release()

    @contextmanager
    def _held(self, assembly: Assembly) -> Iterator[_Open]:
        with self._lock:
            self._raise_what_failed(assembly)
            held = self._current(assembly)
            held.users += 1
        try:
            yield held
        except FlowError as error:
            with self._lock:
                self._drop(held)
                if isinstance(error, LoginError | UnreachableError):
                    self._failed[assembly.pipeline.name] = (assembly, self._monotonic(), error)
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

    def _raise_what_failed(self, assembly: Assembly) -> None:
        of, when, error = self._failed.get(assembly.pipeline.name, (None, 0.0, None))
        if of is assembly and error is not None and self._monotonic() - when < _RESTS:
            raise type(error)(said_by(error), detail=error.detail)

    def _current(self, assembly: Assembly) -> _Open:
        name = assembly.pipeline.name
        held = self._open.get(name)
        if held is not None and (held.assembly is not assembly or self._monotonic() - held.begun > _KEPT):
            self._drop(held)
            self._end_unused(held)
            held = None
        if held is None:
            held = self._open[name] = _Open(assembly, Sessions(_impatient(assembly)), self._monotonic())
        return held

    def _drop(self, held: _Open) -> None:
        if self._open.get(held.assembly.pipeline.name) is held:
            del self._open[held.assembly.pipeline.name]

    def _end_unused(self, held: _Open) -> None:
        if not held.users and self._open.get(held.assembly.pipeline.name) is not held:
            held.sessions.__exit__(None, None, None)


def _impatient(assembly: Assembly) -> Assembly:
    """Give a pipeline whose connections wait no longer than a person does."""
    known = assembly.connections.items()
    quick = {name: one.model_copy(update={"timeout": min(one.timeout, _TIMEOUT)}) for name, one in known}
    return replace(assembly, connections=quick)
