"""What browsers are told as it happens: one reader for all of them, and nobody waits for a slow one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

_STILL_THERE = 15.0
"""Seconds without news after which a browser is sent a blank line: a connection that is gone is noticed then."""


@dataclass(eq=False)
class _Listener:
    """One browser. What it has not taken yet is replaced by what is newer of the same event."""

    loop: asyncio.AbstractEventLoop
    news: dict[str, bytes]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def take(self, event: str, data: bytes) -> None:
        self.news[event] = data
        self.woken.set()

    def end(self) -> None:
        self.over = True
        self.woken.set()


class Feed:
    """What browsers are told as it happens: events by name, each with JSON. May be told from any thread."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._latest: dict[str, bytes] = {}
        self._lock = Lock()

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
        """Let everybody go."""
        with self._lock:
            listeners = list(self._listeners)
        for one in listeners:
            with suppress(RuntimeError):
                one.loop.call_soon_threadsafe(one.end)

    async def listen(self, longest: float) -> AsyncIterator[bytes]:
        """Give events as server-sent events have them, for so many seconds; a browser then comes again by itself."""
        loop = asyncio.get_running_loop()
        with self._lock:
            listener = _Listener(loop, dict(self._latest))
            self._listeners.add(listener)
        ends = loop.time() + longest
        try:
            yield b"retry: 3000\n\n"
            while not listener.over and loop.time() < ends:
                news, listener.news = listener.news, {}
                listener.woken.clear()
                yield b"".join(b"event: %s\ndata: %s\n\n" % (name.encode(), data) for name, data in news.items())
                if not news:
                    yield b":\n\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.woken.wait(), min(_STILL_THERE, max(0.0, ends - loop.time())))
        finally:
            with self._lock:
                self._listeners.discard(listener)
