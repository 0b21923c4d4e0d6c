"""Knows how far the runs are that go on, and tells browsers: one reader for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from pimflow import progress_files
from pimflow.plain import to_json
from pimflow.progress_files import Progress
from pimflow_serve.jobs.elsewhere import Elsewhere
from pimflow_serve.jobs.feed import Feed


class Watching:
    """Looks into the folder where runs of this machine show how far they are, and asks the other servers for theirs.

    `changed` takes the name of a pipeline of which a run began or ended.
    """

    def __init__(self, folder: Path, feed: Feed, elsewhere: Elsewhere | None, changed: Callable[[str], None]) -> None:
        self._folder, self._feed, self._elsewhere, self._changed = folder, feed, elsewhere, changed
        self.live: Mapping[str, Progress] = {}
        self._tell()

    def look(self) -> None:
        """See how far the runs are, and tell browsers if anything is new. Raises StateError."""
        here = {one.run: one for one in progress_files.under_way(self._folder)}
        live = {**self._elsewhere.exchange(here), **here} if self._elsewhere else here
        if live == self.live:
            return
        both = {**self.live, **live}
        changed = {both[run].pipeline for run in self.live.keys() ^ live.keys()}
        self.live = live
        self._tell()
        for pipeline in changed:
            self._changed(pipeline)

    def _tell(self) -> None:
        self._feed.tell("progress", to_json({"runs": [asdict(one) for one in self.live.values()]}), keep=True)
