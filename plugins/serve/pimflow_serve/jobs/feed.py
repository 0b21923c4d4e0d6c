"""What browsers are told as it happens: one reader for all of them, and nobody waits for a slow one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

_STILL_THERE = 15.0
"""Seconds without news after which a browser is sent a blank line: a connection that is gone is noticed then."""
_LOOK = 1.0
"""Seconds between two looks whether the server ends."""


@dataclass(eq=False)
class _Listener:
    """One browser. What it has not taken yet is replaced by what is newer of the same event."""

    who: str
    loop: asyncio.AbstractEventLoop
    news: dict[str, bytes]
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: str, data: bytes) -> None:
        self.news[event] = data
        self.woken.set()

    def taken(self) -> bytes:
        """Give what is new, as server-sent events have it."""
        news, self.news = self.news, {}
        self.woken.clear()
        return b"".join(b"event: %s\ndata: %s\n\n" % (name.encode(), data) for name, data in news.items())


class Feed:
    """What browsers are told as it happens: events by name, each with JSON. May be told from any thread."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._latest: dict[str, bytes] = {}
        self._lock = Lock()
        self._over = False

    def tell(self, event: str, data: bytes, *, keep: bool = False) -> None:
        """Tell everybody; what is kept is also told to who comes later."""
        with self._lock:
            if keep:
                self._latest[event] = data
            listeners = list(self._listeners)
        for one in listeners:
            with suppress(RuntimeError):  # its loop ended meanwhile
                one.loop.call_soon_threadsafe(one.take, event, data)

    def close(self) -> None:
        """Let everybody go within a second. May be called where a signal is handled."""
        self._over = True

    def listening(self, who: str) -> int:
        """Count for how many browsers somebody listens."""
        with self._lock:
            return sum(one.who == who for one in self._listeners)

    async def listen(self, longest: float, who: str = "") -> AsyncIterator[bytes]:
        """Give events as server-sent events have them, for so many seconds; a browser then comes again by itself."""
        loop = asyncio.get_running_loop()
        with self._lock:
            listener = _Listener(who, loop, dict(self._latest))
            self._listeners.add(listener)
        ends, silent = loop.time() + longest, loop.time()
        try:
            yield b"retry: 3000\n\n"
            while not self._over and loop.time() < ends:
                news = listener.taken()
                if news or loop.time() - silent > _STILL_THERE:
                    silent = loop.time()
                    yield news or b":\n\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.woken.wait(), _LOOK)
        finally:
            with self._lock:
                self._listeners.discard(listener)
