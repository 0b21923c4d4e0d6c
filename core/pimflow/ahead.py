"""What comes next, worked out in a thread of its own while the last is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")
END = object()
"""Put behind the last."""

_STEPS_AHEAD = 2


def ahead(results: Iterator[T]) -> Generator[T, None, None]:
    """Let a thread of its own work out what comes next, two steps ahead of whoever takes it; raises what it raises.

    Closing it stops the thread, once the step that it is at has ended.
    """
    coming: queue.Queue[Any] = queue.Queue(_STEPS_AHEAD)
    stop = threading.Event()

    def work() -> None:
        try:
            for result in results:
                if not put_in_time(coming, result, stop):
                    return
            put_in_time(coming, END, stop)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            put_in_time(coming, error, stop)

    thread = threading.Thread(target=copy_context().run, args=(work,), name="pimflow-transforms", daemon=True)
    try:
        thread.start()
        while (result := coming.get()) is not END:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        stop.set()
        if thread.ident is not None:  # a person may stop the run while it is being started
            thread.join()


def put_in_time(things: queue.Queue[Any], thing: Any, stop: threading.Event) -> bool:
    """Put a thing into a queue once there is room; tell whether that was before `stop`."""
    while not stop.is_set():
        try:
            things.put(thing, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
