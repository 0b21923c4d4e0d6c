"""What runs: asked for by people, the clock and events; one at a time of each pipeline, each a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pimflow.errors import ConfigError
from pimflow.progress_files import Progress
from pimflow.state import requests
from pimflow.state.database import Database
from pimflow.state.requests import Request, Wish
from pimflow.words import did_you_mean
from pimflow_serve.project import Project

KINDS = ("changes", "everything", "only", "retry", "preview", "apply")


@dataclass
class Runner:
    """What runs. May be asked from any thread; it begins what was asked for once it is started."""

    project: Project
    database: Database
    clock: Callable[[], datetime]
    _live: Mapping[str, Progress] = field(default_factory=dict)

    def ask(
        self,
        pipeline: str,
        kind: str,
        person_name: str,
        *,
        keys: Sequence[str] = (),
        cause: str = "person",
        plan: int | None = None,
        allow: Sequence[str] = (),
        confirm: str = "",
        full: bool = False,
    ) -> Request:
        """Keep what somebody asks for, to be begun as soon as nothing else of the pipeline runs; see `Wish`.

        What waits already is not asked for twice. Raises ConfigError for a pipeline or a kind that is not there, one
        that needs keys without any, and for a preview that cannot be applied.
        """
        wish = Wish(pipeline, kind, person_name, cause, tuple(keys), plan, tuple(allow), confirm, full)
        self._check(wish)
        return requests.add(self.database, wish, self.clock(), once=True)

    def cancel(self, number: int, person_name: str) -> Request | None:
        """Stop what was asked for; batches that are under way finish first. None where there is no such request."""
        return requests.stop(self.database, number, person_name, self.clock())

    def requests(self, pipeline: str | None = None, limit: int = 20) -> list[Request]:
        """Give what was asked for, of one pipeline or all, the latest first."""
        return requests.latest(self.database, pipeline, limit)

    def live(self) -> Mapping[str, Progress]:
        """Give how far the runs are that go on now on this machine, by run."""
        return self._live

    def _check(self, wish: Wish) -> None:
        names = self.project.pipelines()
        if wish.pipeline not in names:
            raise ConfigError(f"no pipeline is called {wish.pipeline!r}{did_you_mean(wish.pipeline, names)}")
        if wish.kind not in KINDS:
            raise ConfigError(f"a run is one of {', '.join(KINDS)}; found {wish.kind!r}")
        if wish.kind == "only" and not wish.keys:
            raise ConfigError("which SKUs? A run of only some needs at least one")
