"""How many calls may be under way at once, how fast they may follow each other, and when everybody has to wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from weakref import WeakValueDictionary

from pimflow_http.clock import Clock
from pimflow_http.pace import Pace

SHORTEST_RUN, LONGEST_RUN = 10, 80
"""Successes before one more call is let in at once: doubled by each slowing down, so that trying is rare in the end."""

Moments = deque[float]


class Limiter:
    """At most `in_flight` calls at once, fewer while the other side is crowded; paths with a `Pace` keep it.

    After `pause` nobody begins a call until the pause is over.
    """

    def __init__(self, in_flight: int, clock: Clock | None = None) -> None:
        self.in_flight = in_flight
        self.width = in_flight
        self._clock = clock or Clock()
        self._running = 0
        self._free = threading.Condition()
        self._resume_at = float("-inf")
        self._begun: dict[Pace, Moments] = {}
        self._slowed = 0
        self._run, self._successes = SHORTEST_RUN, 0

    @contextmanager
    def slot(self, paces: Sequence[Pace] = ()) -> Iterator[int]:
        """Hold one place for the time of one call; give what `crowded` wants to know: when the call began."""
        while (left := self._begin(paces)) > 0:
            self._clock.sleep(left)
        try:
            yield self._slowed
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def pause(self, seconds: float) -> None:
        """Let no call begin for so many seconds from now; a longer pause already set stays."""
        with self._free:
            self._resume_at = max(self._resume_at, self._clock.monotonic() + seconds)

    def crowded(self, began: int) -> None:
        """Let half as many calls in at once, at least one: the other side wanted fewer.

        Calls that were under way together tell the same thing, so only the first of them counts.
        """
        with self._free:
            if began < self._slowed:
                return
            self._slowed += 1
            self._successes = 0
            self._run = min(self._run * 2, LONGEST_RUN)
            self.width = max(1, self.width // 2)

    def went_well(self) -> None:
        """Note a success; after a run of them one more call is let in at once, up to `in_flight`."""
        with self._free:
            self._successes += 1
            if self._successes < self._run:
                return
            self._successes = 0
            if self.width < self.in_flight:
                self.width += 1
                self._free.notify()
            else:
                self._run = SHORTEST_RUN

    def narrow(self, in_flight: int) -> None:
        """Allow fewer calls at once from now on, where `in_flight` is less than before."""
        with self._free:
            self.in_flight = min(self.in_flight, in_flight)
            self.width = min(self.width, self.in_flight)

    def _begin(self, paces: Sequence[Pace]) -> float:
        """Take a place once one is free, or give the seconds to wait where a pause or a pace forbids it.

        Whoever waits for a pace holds no place, and a pace is not used up by waiting for a place.
        """
        with self._free:
            self._free.wait_for(lambda: self._running < self.width)
            now = self._clock.monotonic()
            begun = [self._begun.setdefault(pace, Moments(maxlen=pace.calls)) for pace in paces]
            waits = [pace.wait(moments, now) for pace, moments in zip(paces, begun, strict=True)]
            left = max(self._resume_at - now, *waits, 0.0)
            if left > 0:
                self._free.notify()
                return left
            for moments in begun:
                moments.append(now)
            self._running += 1
            return 0.0


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
