"""What runs: asked for by people, the clock and events; one at a time of each pipeline, each a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Event, Thread

from loguru import logger

from pimflow.errors import ConfigError
from pimflow.plain import to_json
from pimflow.progress_files import Progress
from pimflow.running.run import progress_folder
from pimflow.state import requests
from pimflow.state.database import Database
from pimflow.state.place import ServerState, StatePlace
from pimflow.state.requests import Request, Wish
from pimflow.state.servers import Server
from pimflow.words import did_you_mean
from pimflow_serve.jobs.dispatch import Dispatch, this_server
from pimflow_serve.jobs.elsewhere import Elsewhere
from pimflow_serve.jobs.feed import Feed
from pimflow_serve.jobs.previews import plan_file
from pimflow_serve.jobs.steadily import Steadily
from pimflow_serve.jobs.watching import Watching
from pimflow_serve.project import Project

KINDS = ("changes", "everything", "only", "retry", "preview", "apply")
_BETWEEN = 1.0
"""Seconds between two looks at how far runs are."""
_PATIENCE = 60.0
"""Seconds that runs have to finish their batches when the server stops."""


@dataclass
class Runner:
    """What runs. May be asked from any thread; it begins what was asked for once it is started.

    `at_once` is how many processes run side by side, `state` where it is if another was given than the project says.
    `feed` tells browsers: `progress` how far the runs are that go on, `changed` of which pipeline one began or ended.
    `late` names the pipelines that had no good run for longer than their schedule says.
    """

    project: Project
    database: Database
    clock: Callable[[], datetime]
    at_once: int = 2
    state: StatePlace | None = None
    feed: Feed = field(default_factory=Feed)
    server: Server = field(default_factory=this_server)
    late: frozenset[str] = frozenset()
    _live: Mapping[str, Progress] = field(default_factory=dict)
    _woken: Event = field(default_factory=Event)
    _stopping: Event = field(default_factory=Event)
    _thread: Thread | None = None

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
        told: str = "",
    ) -> Request:
        """Keep what somebody asks for, to be begun as soon as nothing else of the pipeline runs; see `Wish`.

        What waits already is not asked for twice. Raises ConfigError for a pipeline or a kind that is not there, one
        that needs keys without any, and for a preview that cannot be applied.
        """
        return self._add(Wish(pipeline, kind, person_name, cause, tuple(keys), plan, tuple(allow), confirm, full), told)

    def again(self, number: int, person_name: str) -> Request | None:
        """Ask once more for what was asked for before; None where there is no such request. Raises as `ask`."""
        before = requests.find(self.database, number)
        return self._add(replace(before.wish, asked_by=person_name, cause="person")) if before else None

    def cancel(self, number: int, person_name: str) -> Request | None:
        """Stop what was asked for; batches that are under way finish first. None where there is no such request."""
        found = requests.stop(self.database, number, person_name, self.clock())
        self._woken.set()
        return found

    def requests(self, pipeline: str | None = None, limit: int = 20, before: int | None = None) -> list[Request]:
        """Give what was asked for, of one pipeline or all, the latest first; with `before` those with lower numbers."""
        return requests.latest(self.database, pipeline, limit, before)

    def live(self) -> Mapping[str, Progress]:
        """Give how far the runs are that go on now, here or where another server of the same state is, by run."""
        return self._live

    def start(self) -> None:
        """Begin to begin what was asked for, in a thread of its own."""
        self._thread = Thread(target=self._work, name="pimflow-runner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop what runs, and wait until its batches are through; the next server goes on with it."""
        self._stopping.set()
        self._woken.set()
        self.feed.close()
        if self._thread is not None:
            self._thread.join()

    def _add(self, wish: Wish, told: str = "") -> Request:
        self._check(wish)
        added = requests.add(self.database, wish, self.clock(), once=True, told=told)
        self._woken.set()
        return added

    def _check(self, wish: Wish) -> None:
        names = self.project.pipelines()
        if wish.pipeline not in names:
            raise ConfigError(f"no pipeline is called {wish.pipeline!r}{did_you_mean(wish.pipeline, names)}")
        if wish.kind not in KINDS:
            raise ConfigError(f"a run is one of {', '.join(KINDS)}; found {wish.kind!r}")
        if wish.kind == "only" and not wish.keys:
            raise ConfigError("which SKUs? A run of only some needs at least one")
        if wish.kind == "apply" and not self._is_previewed(wish):
            why = "it is a week old, or another server made it"
            raise ConfigError(f"this preview is not here: {why}; make a new one, and apply that")

    def _is_previewed(self, wish: Wish) -> bool:
        preview = requests.find(self.database, wish.plan or 0)
        return (
            preview is not None
            and preview.pipeline == wish.pipeline
            and plan_file(self.project, preview.number).is_file()
        )

    def _work(self) -> None:
        dispatch = Dispatch(
            self.server,
            self.project,
            self.database,
            self.clock,
            self.at_once,
            self.state,
            self._changed,
            self._woken.set,
        )
        name = dispatch.server.name
        elsewhere = Elsewhere(name, self.database, self.clock) if isinstance(self.state, ServerState) else None
        folder = progress_folder(self.project.root, self.project.environment)
        watching = Watching(folder, self.feed, elsewhere, self._changed)
        steadily = Steadily("runs cannot be begun now")
        logger.info("server {} began", name)
        while not self._stopping.is_set():
            steadily.do(partial(self._step, dispatch, watching, asked=self._woken.is_set()))
            self._woken.wait(_BETWEEN)
        steadily.do(partial(dispatch.end, _PATIENCE))
        logger.info("server {} ended", name)

    def _step(self, dispatch: Dispatch, watching: Watching, *, asked: bool) -> None:
        self._woken.clear()
        watching.look()
        self._live = watching.live
        dispatch.know_runs(self._live.values())
        dispatch.step(asked=asked)

    def _changed(self, pipeline: str) -> None:
        """Tell browsers that something of a pipeline began or ended."""
        self.feed.tell("changed", to_json({"pipeline": pipeline, "at": self.clock().isoformat()}))
