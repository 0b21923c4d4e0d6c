"""Looks whether pipelines fit their targets that go on: each takes as long as its target does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any


class Looks:
    """The looks that go on, one of each pipeline. May be asked from any thread."""

    def __init__(self) -> None:
        self._going: dict[str, Future[Any]] = {}
        self._lock = Lock()

    def going(self) -> frozenset[str]:
        """Name the pipelines that are looked at."""
        with self._lock:
            return frozenset(self._going)

    def begin(self, pipeline: str, look: Callable[[], Any]) -> Future[Any]:
        """Begin to look, and give what will be found; of who is looked at already, that is given."""
        with self._lock:
            found = self._going.get(pipeline)
            if found is None:
                found = self._going[pipeline] = Future()
                # A server that is stopped waits for none: nothing is written by them.
                Thread(target=self._work, args=(pipeline, found, look), name="pimflow-look", daemon=True).start()
            return found

    def _work(self, pipeline: str, found: Future[Any], look: Callable[[], Any]) -> None:
        try:
            result = look()
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            self._end(pipeline)
            found.set_exception(error)
        else:
            self._end(pipeline)
            found.set_result(result)

    def _end(self, pipeline: str) -> None:
        with self._lock:
            del self._going[pipeline]
