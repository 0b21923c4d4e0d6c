"""The logs of runs and of the server, line by line, as somebody wants to see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from pimflow.running.run import log_folder, server_log_folder
from pimflow.state.history import PastRun
from pimflow_serve.project import Project

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SERVER_LEVELS = LEVELS[1:]
"""What servers keep."""
_MOST = 500
_BYTES = 32 << 20
"""Of a log that is larger only so much is looked through, at its end: a page is to come at once."""
_FRAME = frozenset({"time", "level", "logger", "message", "exception", "run"})


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log. `more` are the other values of it, by name."""

    time: datetime
    level: str
    message: str
    more: tuple[tuple[str, str], ...] = ()
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """The last lines of a log that were wanted; `cut` tells that there are more before them."""

    lines: tuple[LogLine, ...]
    cut: bool


def log_file(project: Project, past: PastRun) -> Path | None:
    """Give the log of a run, if it is still there: a file of the project's own folder of logs, no other."""
    folder = log_folder(project.root, project.environment).resolve()
    file = Path(past.log or "").resolve()
    return file if file.parent == folder and file.suffix == ".jsonl" and file.is_file() else None


def server_log_file(project: Project) -> Path:
    """Give the log of the server of a project: of all servers of its environment on this machine."""
    return server_log_folder(project.root, project.environment) / "server.jsonl"


def read_server_log(project: Project, level: str = "INFO", text: str = "") -> Log:
    """Give the last lines of the server's log, the latest first; secrets were masked when they were written."""
    file = server_log_file(project)
    log = read_log(file, level, text) if file.is_file() else Log((), cut=False)
    return Log(log.lines[::-1], log.cut)


def read_log(file: Path, level: str = "INFO", text: str = "") -> Log:
    """Give the last lines of a log of this level or a higher one that hold a text, whatever its case."""
    wanted = LEVELS[LEVELS.index(level) :] if level in LEVELS else LEVELS[1:]
    kept: list[LogLine] = []
    cut = file.stat().st_size > _BYTES
    for line in _lines(file, text.casefold()):
        if line.level in wanted or line.level not in LEVELS:
            kept.append(line)
        if len(kept) > 2 * _MOST:
            kept, cut = kept[-_MOST:], True
    return Log(tuple(kept[-_MOST:]), cut or len(kept) > _MOST)


def _lines(file: Path, text: str) -> Iterator[LogLine]:
    with file.open("rb") as lines:
        if (before := file.stat().st_size - _BYTES) > 0:
            lines.seek(before)
            lines.readline()  # the rest of a line
        for line in lines:
            if text and text not in line.decode("utf-8", "replace").casefold():
                continue
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:  # it is being written just now, or its process was killed
                continue
            more = tuple((name, str(value)) for name, value in entry.items() if name not in _FRAME and value)
            at = datetime.fromisoformat(entry["time"])
            yield LogLine(at, entry["level"], entry["message"], more, entry.get("exception", ""))
