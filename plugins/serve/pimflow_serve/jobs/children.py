"""The processes of runs: how one is begun, stopped, and what became of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import IO

from pimflow.processes import place
from pimflow.progress_files import Progress
from pimflow.state.place import ServerState, StatePlace
from pimflow.state.requests import Request
from pimflow_serve.jobs.ended import Ended, understood
from pimflow_serve.jobs.previews import folder_of, plan_file
from pimflow_serve.project import Project, Served

AS_KEPT = frozenset({"changes", "everything", "only"})
"""What can be run of a file that has mistakes, as it was before."""
_SHOWN = 100


@dataclass
class Child:
    """The process of one run. `stopped`: how often it was told to end; `as_kept`: its file has mistakes by now."""

    request: Request
    process: subprocess.Popen[bytes]
    _out: IO[bytes]
    _err: IO[bytes]
    stopped: int = 0
    as_kept: bool = False
    run: str | None = None
    _became: Ended | None = None

    def stop(self) -> None:
        """Let it end as by Ctrl-C: batches under way finish first. Told twice, it waits for none; then it is killed."""
        if self.stopped:
            (self.process.terminate if self.stopped == 1 else self.process.kill)()
        self.stopped += 1
        self._close()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.wait()

    def is_of(self, progress: Progress) -> bool:
        """Tell whether a run is that of this process."""
        return (progress.pid, progress.place) == (self.process.pid, place())

    def ended(self) -> Ended | None:
        """Give what became of it; None while it goes on. May be asked again where that could not be kept."""
        if self._became is None and self.process.poll() is not None:
            self._close()
            with self._out, self._err:
                said, complaint = _content(self._out), _content(self._err)
            self._became = understood(self.process.returncode, said, complaint, stopped=self.request.stopped)
        return self._became

    def _close(self) -> None:
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()


def begin(request: Request, served: Served, project: Project, state: StatePlace | None) -> Child:
    """Begin the process of a run. A state that is given is told by its variable: an address may hold a password."""
    environment = dict(os.environ)
    if state is not None:
        environment["PIMFLOW_STATE"] = state.url if isinstance(state, ServerState) else str(state.absolute())
    if request.kind == "preview":
        folder_of(project).mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        out, err = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        process = subprocess.Popen(  # noqa: S603 - our own command, its parts handed over one by one
            [sys.executable, "-m", "pimflow_serve.jobs.child", *_arguments(request, served, project)],
            cwd=project.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            start_new_session=True,  # Ctrl-C in the terminal of the server is for the server
        )
        opened.pop_all()  # closed when it has ended
    return Child(request, process, out, err, as_kept=bool(served.mistakes))


def _arguments(request: Request, served: Served, project: Project) -> list[str]:
    wish = request.wish
    named = ["-e", project.environment] if project.environment else []
    confirm = [f"--confirm={wish.confirm}"] if wish.confirm else []
    if wish.kind == "apply":
        assert wish.plan is not None
        return ["apply", "--json", *named, *confirm, str(plan_file(project, wish.plan))]
    file = [str(served.file)]
    if wish.kind == "retry":
        return ["retry", "--json", *named, *confirm, "--", *file, *wish.keys]
    options = [f"--only={key}" for key in wish.keys] + [f"--allow={guard}" for guard in wish.allow]
    options += ["--full"] if wish.kind == "everything" or wish.full else []
    if wish.kind == "preview":
        save = [f"--save={plan_file(project, request.number)}", f"--show={_SHOWN}"]
        return ["plan", "--json", *named, *options, *save, "--", *file]
    options += ["--tell"] if wish.cause != "person" else []  # nobody sits in front of it
    options += [f"--as-kept={served.kept}"] if served.mistakes and served.kept else []
    return ["run", "--json", *named, *confirm, *options, "--", *file]


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
