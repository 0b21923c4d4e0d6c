"""How far runs are on other machines: their servers tell it through the state that they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

import orjson

from pimflow.plain import to_json
from pimflow.progress_files import Progress, progress_of
from pimflow.state import servers
from pimflow.state.database import Database

_BETWEEN = 2.0
"""Seconds between two exchanges: each takes a call or two of the state, which runs use as well."""


class Elsewhere:
    """Tells the other servers how far the runs of this machine are, and knows how far theirs are."""

    def __init__(self, server: str, database: Database, clock: Callable[[], datetime]) -> None:
        self._server, self._database, self._clock = server, database, clock
        self._shown: Mapping[str, Progress] = {}
        self._known: Mapping[str, Progress] = {}
        self._next = 0.0

    def exchange(self, here: Mapping[str, Progress]) -> Mapping[str, Progress]:
        """Tell how far runs are here, and give those of other machines, by run; not at each call. Raises StateError."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _BETWEEN
            if here != self._shown:
                servers.show(self._database, self._server, to_json([asdict(one) for one in here.values()]))
                self._shown = dict(here)
            now = self._database.now(self._clock)
            told = servers.shown_by_others(self._database, self._server, now)
            found = (progress_of(one) for text in told for one in orjson.loads(text))
            self._known = {one.run: one for one in found}
        return self._known
