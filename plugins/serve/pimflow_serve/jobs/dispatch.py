"""Begins what was asked for, one at a time of each pipeline, and sees to how it ends."""

from __future__ import annotations

import math
import os
import platform
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Thread

from loguru import logger

from pimflow.processes import birth_of, place
from pimflow.progress_files import Progress
from pimflow.running.holding import is_dead
from pimflow.sentences import said
from pimflow.state import locks, requests, schedules, servers
from pimflow.state.database import Database
from pimflow.state.place import StatePlace
from pimflow.state.requests import RUNNING, Request
from pimflow.state.servers import Server
from pimflow_serve.jobs import children, previews
from pimflow_serve.jobs.children import AS_KEPT, Child
from pimflow_serve.jobs.ended import BROKEN_OFF
from pimflow_serve.jobs.endings import Endings
from pimflow_serve.project import Project

_LOOK, _BEAT, _TIDY = 5.0, 20.0, 3600.0
"""Seconds between two looks for what other servers were asked, two signs of life, and two times of tidying."""
_PATIENT = 120.0
"""Seconds that a run has to finish its batches after it was told to stop, and again until it is killed."""
_STALE = timedelta(seconds=30)
_KEPT = timedelta(days=90)
_KILLED = said(
    "Broken off: the server was killed while it ran. What was written stays; ask for it again, and it goes on."
)


def this_server() -> Server:
    """Give this process as a server, under a name of its own."""
    pid, host = os.getpid(), platform.node()
    return Server(f"{host}-{pid}-{secrets.token_hex(3)}", host, place(), pid, birth_of(pid) or "")


class Dispatch:
    """Begins what was asked for. Used from one thread; `wake` is called, from another, when a process has ended.

    `tell` takes the name of a pipeline of which something changed.
    """

    def __init__(
        self,
        server: Server,
        project: Project,
        database: Database,
        clock: Callable[[], datetime],
        at_once: int,
        state: StatePlace | None,
        tell: Callable[[str], None],
        wake: Callable[[], None],
    ) -> None:
        self.server, self._project, self._database, self._clock = server, project, database, clock
        self._at_once, self._state, self._tell, self._wake = at_once, state, tell, wake
        self._endings = Endings(project, database, clock, tell)
        self._children: dict[int, Child] = {}
        self._stopped: dict[int, float] = {}
        self._next = dict.fromkeys((_LOOK, _BEAT, _TIDY), 0.0)

    def step(self, *, asked: bool = False) -> None:
        """Do what is due. Raises StateError."""
        self._see_to_ended()
        self._hurry()
        if self._is_due(_BEAT):
            servers.beat(self._database, self.server, self._database.now(self._clock))
            self._bury()
        if self._is_due(_LOOK) or asked:
            self._look()
        if self._is_due(_TIDY):
            previews.forget_old(self._project)
            requests.forget_before(self._database, self._clock() - _KEPT)

    def end(self, patience: float) -> None:
        """Stop what runs, and leave it to the next server; what does not end in so many seconds is killed."""
        for child in self._children.values():
            child.stop()
        last = time.monotonic() + patience
        while self._children and time.monotonic() < last:
            with suppress(Exception):
                next(iter(self._children.values())).process.wait(0.2)
            self._see_to_ended(going=True)
        for child in self._children.values():
            child.kill()
        self._see_to_ended(going=True)
        servers.remove(self._database, self.server.name)

    def know_runs(self, live: Iterable[Progress]) -> None:
        """Keep which run each process is, as soon as it shows itself."""
        for progress in live:
            for child in self._children.values():
                if child.run is None and child.is_of(progress):
                    child.run = progress.run
                    requests.know_run(self._database, child.request.number, progress.run)
                    self._tell(child.request.pipeline)

    def _is_due(self, every: float) -> bool:
        now = time.monotonic()
        if now < self._next[every]:
            return False
        self._next[every] = now + every
        return True

    def _bury(self) -> None:
        """See to what servers left that are no more."""
        gone = list(servers.dead(self._database, self.server.place, self._database.now(self._clock)))
        if not gone:
            return
        for one in requests.abandon(self._database, gone, self._clock(), _KILLED, BROKEN_OFF):
            logger.warning("request {} for {} was broken off: its server was killed", one.number, one.pipeline)
            self._tell(one.pipeline)
        for name in gone:
            servers.remove(self._database, name)

    def _look(self) -> None:
        for request in requests.open_ones(self._database):
            child = self._children.get(request.number)
            if child is not None:
                self._stop_if_told(child, request)
            elif request.status != RUNNING and len(self._children) < self._at_once and self._may_begin(request):
                claimed = requests.claim(self._database, request.number, self.server.name, self._clock())
                if claimed is not None:
                    self._begin(claimed)

    def _stop_if_told(self, child: Child, request: Request) -> None:
        if request.stopped and not child.request.stopped:
            child.request = request
            self._stop(child)

    def _stop(self, child: Child) -> None:
        child.stop()
        self._stopped[child.request.number] = time.monotonic()

    def _hurry(self) -> None:
        """Tell again what was told to stop and does not: its target may not answer for very long."""
        for child in self._children.values():
            if time.monotonic() - self._stopped.get(child.request.number, math.inf) > _PATIENT:
                self._stop(child)

    def _may_begin(self, request: Request) -> bool:
        if request.due is not None and request.due > self._clock():
            return False
        if request.kind == "preview":
            return True
        if request.wish.cause == "event" and schedules.rests(self._database, request.pipeline):
            return False  # what is told meanwhile joins it
        if request.kind == "apply" and not previews.plan_file(self._project, request.wish.plan or 0).is_file():
            return False  # it lies with another server
        holder = locks.holder(self._database, request.pipeline)
        now = self._database.now(self._clock)
        return holder is None or is_dead(holder) or now - holder.beat > _STALE

    def _begin(self, request: Request) -> None:
        served = self._project.pipeline(request.pipeline)
        if served is None or (served.mistakes and (served.assembly is None or request.kind not in AS_KEPT)):
            gone = said("There is no such pipeline any more.")
            self._endings.refuse(request, 2, "\n".join(served.mistakes) if served else gone)
            return
        try:
            child = children.begin(request, served, self._project, self._state)
        except (OSError, ValueError) as error:  # no room for a process, or a key that no process can be given
            logger.error("request {} for {}: {!r}", request.number, request.pipeline, error)
            told = said("Its process cannot be begun: {error}. Tell your administrator.", error=str(error))
            self._endings.refuse(request, BROKEN_OFF, told)
            return
        self._children[request.number] = child
        logger.info("request {}: {} of {} begins, {}", request.number, request.kind, request.pipeline, _whence(request))
        Thread(target=self._wait, args=(child,), name=f"pimflow-request-{request.number}", daemon=True).start()
        self._tell(request.pipeline)

    def _wait(self, child: Child) -> None:
        child.process.wait()
        self._wake()

    def _see_to_ended(self, *, going: bool = False) -> None:
        for number, child in list(self._children.items()):
            ended = child.ended()
            if ended is not None:
                self._endings.take(child, ended, going=going)
                del self._children[number]
                self._stopped.pop(number, None)


def _whence(request: Request) -> str:
    return f"asked for by {request.wish.asked_by}" if request.wish.cause == "person" else f"by {request.wish.cause}"
