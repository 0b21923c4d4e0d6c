"""What becomes of a request when the process of its run has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from loguru import logger

from pimflow.errors import PimflowError
from pimflow.log import masker
from pimflow.sentences import said
from pimflow.state import history, requests
from pimflow.state.database import Database
from pimflow.state.requests import Request
from pimflow_serve.jobs import previews
from pimflow_serve.jobs.children import Child
from pimflow_serve.jobs.ended import BROKEN_OFF, BUSY, Ended
from pimflow_serve.project import Project

_AGAIN = timedelta(seconds=20)
_BUSY = said("Another run of this pipeline is under way; this one comes after it.")
_AS_KEPT = said("Its file has mistakes; it ran as it was before them.")
_GOES_ON = said("The server was stopped while it ran; it goes on when the server is there again.")


class Endings:
    """Keeps how requests ended; `tell` takes the name of a pipeline of which something changed."""

    def __init__(
        self, project: Project, database: Database, clock: Callable[[], datetime], tell: Callable[[str], None]
    ) -> None:
        self._project, self._database, self._clock, self._tell = project, database, clock, tell

    def take(self, child: Child, ended: Ended, *, going: bool) -> None:
        """Keep how a run ended, or let it wait again; `going` tells that the server is about to end."""
        request = child.request
        cut_short = child.stopped and not request.stopped and (ended.exit_code >= BROKEN_OFF or ended.defect)
        if ended.exit_code == BUSY:
            requests.put_back(self._database, request.number, self._clock() + _AGAIN, _BUSY)
        elif going and cut_short:
            self._leave(child, ended)
        else:
            self._keep(child, ended, ended.told or (_AS_KEPT if child.as_kept else ""))
        self._tell(request.pipeline)

    def refuse(self, request: Request, exit_code: int, told: str) -> None:
        """Keep why a request was not begun."""
        self._close(request, Ended(exit_code, None, told, b""))
        self._tell(request.pipeline)

    def _leave(self, child: Child, ended: Ended) -> None:
        """Let the next server go on. What has become of a run so far stays; of a preview nothing has."""
        request, now = child.request, self._clock()
        if request.kind == "preview":
            requests.put_back(self._database, request.number, now, _GOES_ON)
        else:
            self._keep(child, ended, _GOES_ON)
            requests.add(self._database, replace(request.wish, cause="restart"), now, once=True)

    def _keep(self, child: Child, ended: Ended, told: str) -> None:
        request = child.request
        if ended.defect:
            logger.error("request {} for {}: {}", request.number, request.pipeline, ended.defect)
        if request.kind == "preview" and ended.said:
            previews.keep_said(self._project, request.number, ended.said)
        self._close(request, replace(ended, run=ended.run or child.run or self._latest_run(request), told=told))

    def _close(self, request: Request, ended: Ended) -> None:
        told = self._masked(request.pipeline, ended.told)
        requests.end(self._database, request.number, self._clock(), ended.exit_code, ended.run, told)
        logger.info("request {}: {} ended, exit code {}", request.number, request.pipeline, ended.exit_code)

    def _masked(self, pipeline: str, told: str) -> str:
        served = self._project.pipeline(pipeline)
        return masker(served.assembly.secrets)(told) if served and served.assembly else told

    def _latest_run(self, request: Request) -> str | None:
        """Find the run of a request that was over before anybody looked, and did not say which it was."""
        if request.kind == "preview" or request.begun is None:
            return None
        with suppress(PimflowError):
            for past in history.past_runs(self._database, request.pipeline, 1):
                return past.id if datetime.fromisoformat(past.started) >= request.begun else None
        return None
