"""How many calls may be under way at once, and when everybody has to wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from pimflow_http.clock import Clock


class Limiter:
    """At most `in_flight` calls at once; after `pause` nobody begins one until the pause is over."""

    def __init__(self, in_flight: int, clock: Clock | None = None) -> None:
        self.in_flight = in_flight
        self._clock = clock or Clock()
        self._running = 0
        self._free = threading.Condition()
        self._resume_at = float("-inf")

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one place for the time of one call."""
        with self._free:
            self._free.wait_for(lambda: self._running < self.in_flight)
            self._running += 1
        try:
            self._wait_for_pause()
            yield
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def pause(self, seconds: float) -> None:
        """Let no call begin for so many seconds from now; a longer pause already set stays."""
        with self._free:
            self._resume_at = max(self._resume_at, self._clock.monotonic() + seconds)

    def narrow(self, in_flight: int) -> None:
        """Allow fewer calls at once from now on, where `in_flight` is less than before."""
        with self._free:
            self.in_flight = min(self.in_flight, in_flight)

    def _wait_for_pause(self) -> None:
        while (left := self._resume_at - self._clock.monotonic()) > 0:
            self._clock.sleep(left)


class Limiters:
    """One limiter per address and client id for as long as a client holds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakValueDictionary[tuple[str, str], Limiter] = WeakValueDictionary()

    def get(self, address: str, client_id: str, in_flight: int) -> Limiter:
        """Give the limiter of this account; when two ask for different numbers, the smaller one holds."""
        with self._lock:
            limiter = self._known.setdefault((address.rstrip("/").lower(), client_id), Limiter(in_flight))
        limiter.narrow(in_flight)
        return limiter

    def __len__(self) -> int:
        return len(self._known)


SHARED = Limiters()
"""The limiters of this process: the other side counts calls by account, whichever connection makes them."""
