"""How many calls in a second some paths take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RESERVE = 1.1
"""Calls arrive less evenly than they are sent; a tenth more time keeps them within the limit on the other side."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `calls` in so many `seconds` for these methods where the regular expression `path` is found in the path.

    The path begins below the URL of the remote and has no query.
    """

    methods: frozenset[str]
    path: str
    calls: int
    seconds: float = 1.0

    def covers(self, method: str, path: str) -> bool:
        """Tell whether a call is one of these."""
        return method in self.methods and re.search(self.path, path.partition("?")[0]) is not None

    def wait(self, begun: Sequence[float], now: float) -> float:
        """Give the seconds until the next call may begin; `begun` holds when the last `calls` of them did."""
        return begun[0] + self.seconds * _RESERVE - now if len(begun) == self.calls else 0.0
