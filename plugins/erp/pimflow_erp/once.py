"""What a server is asked for once: fields, units, categories, all that records refer to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Once:
    """Keeps what was asked for, by name, as long as a session lasts. Of several threads one asks, the others wait."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._known: dict[str, Any] = {}

    def __call__(self, name: str, make: Callable[[], T]) -> T:
        """Give what is kept under this name; `make` asks for it where there is nothing. What it raises is not kept."""
        with self._lock:
            if name not in self._known:
                self._known[name] = make()
            return cast("T", self._known[name])

    def forget(self, name: str) -> None:
        """Ask again the next time: a write has changed it."""
        with self._lock:
            self._known.pop(name, None)
