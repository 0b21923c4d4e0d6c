"""What a project has gathered while running: its state, locks, runs and logs. Nothing of it is changed."""

from __future__ import annotations

import getpass
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from pimflow.doctor.findings import GIGABYTE, MEGABYTE, Finding, size, unwell, well
from pimflow.report import duration
from pimflow.running.holding import Pace, is_dead, who
from pimflow.state import examination, history, locks
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.looking import look_at, look_for_remains
from pimflow.state.place import ServerState, StatePlace
from pimflow.state.schema import newer
from pimflow.state.tables import SCHEMA_VERSION

_LEAST_FREE = 200 * MEGABYTE
_LARGE_LOGS = GIGABYTE
_LARGE_WAL = 256 * MEGABYTE
_SKEW = timedelta(minutes=5)
_FREE = "Make room there: `plan` copies the state, and a run must be able to write."


def of_state_file(path: StatePlace) -> Iterator[Finding]:
    """Look at the file of the state and the folder around it, from outside."""
    if isinstance(path, ServerState):
        return
    yield from _of_folder(path)
    if not path.exists():
        look_for_remains(path)
        yield well("state", f"none yet in {path.parent}; the first run makes it")
        return
    wal = examination.log_of(path)
    for one in (path, wal):
        if one.exists() and not os.access(one, os.R_OK | os.W_OK):
            yield unwell("state", f"{one} may not be read and written by {_user()}", _ownership(one))
    left = wal.stat().st_size if wal.exists() else 0
    told = f"{path}, {size(path.stat().st_size)}"
    if left > _LARGE_WAL:
        remedy = "Let a run end well: it takes that in. Never delete it, what was committed is in it."
        yield unwell("state", f"{told}, and {size(left)} not yet taken in ({wal.name})", remedy)
    else:
        used = f", and {size(left)} not yet taken in: a run goes on, or was broken off" if left else ""
        yield well("state", told + used)


def of_state(path: StatePlace, now: datetime) -> Iterator[Finding]:
    """Look into the state: version, every page, who holds locks, and how the last runs ended."""
    if isinstance(path, ServerState):
        yield from _of_server(path, now)
        return
    if not path.exists():
        return
    look_at(path, examination.opened_unchanged, whole=True)
    with closing(examination.open_unchanged(path)) as database:
        version = examination.schema_version(database)
        if version < SCHEMA_VERSION:
            yield well("state", f"has schema {version}; the next run brings it to {SCHEMA_VERSION}")
        else:
            yield well("state", f"has schema {version}; all of it was read and is sound")
            yield from _of_pipelines(database, now)


def _of_server(place: ServerState, now: datetime) -> Iterator[Finding]:
    with closing(examination.open_unchanged(place)) as database:
        if not examination.is_there(database):
            yield well("state", f"none yet in {place}; the first run makes it")
            return
        version = examination.schema_version(database)
        told = f"{place}, {size(database.size())}, has schema {version}"
        if version > SCHEMA_VERSION:
            raise newer(str(place), version)
        if version < SCHEMA_VERSION:
            yield well("state", f"{told}; the next run brings it to {SCHEMA_VERSION}")
        else:
            yield well("state", told)
            yield from _of_pipelines(database, database.now(lambda: now))


def of_logs(folder: Path) -> Iterator[Finding]:
    """Look at the folder of the logs."""
    if not folder.exists():
        yield well("logs", "none yet")
        return
    if not folder.is_dir():
        yield unwell("logs", f"{folder} is a file, where the folder of the logs belongs", "Move it away.")
        return
    sizes = [file.stat().st_size for file in folder.glob("*.jsonl")]
    told = f"{len(sizes):,} in {folder}, {size(sum(sizes))}"
    if not os.access(folder, os.W_OK | os.X_OK):
        yield unwell("logs", f"{folder} may not be written by {_user()}", _ownership(folder))
    elif sum(sizes) > _LARGE_LOGS:
        yield unwell("logs", told, "Delete old ones, or keep fewer runs: `history:` in the project file.")
    else:
        yield well("logs", told)


def _of_folder(path: Path) -> Iterator[Finding]:
    folder = next(one for one in (path.absolute().parent, *path.absolute().parents) if one.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield unwell("state folder", f"{folder} may not be written by {_user()}", _ownership(folder))
    free = shutil.disk_usage(folder).free
    needed = max(_LEAST_FREE, path.stat().st_size if path.is_file() else 0)
    told = f"{size(free)} free on the disk of {folder}"
    yield well("disk", told) if free >= needed else unwell("disk", f"only {told}", _FREE)


def _of_pipelines(database: Database, now: datetime) -> Iterator[Finding]:
    latest: list[PastRun] = []
    for name in examination.pipelines(database):
        yield from _of_lock(database, name, now)
        past = history.past_runs(database, name, 1)
        if past:
            latest += past
            yield _of_last_run(database, past[0], now)
    yield from _of_clock(latest, now)


def _of_lock(database: Database, pipeline: str, now: datetime) -> Iterator[Finding]:
    holder = locks.holder(database, pipeline)
    if holder is None:
        return
    what, silent = f"lock of {pipeline}", (now - holder.beat).total_seconds()
    if is_dead(holder):
        yield well(what, f"left by {who(holder)}, which is dead; the next run takes it")
    elif 0 <= silent <= Pace().stale:
        yield well(what, f"held by {who(holder)}, which goes on")
    else:
        heard = f"not heard of for {duration(silent)}" if silent > 0 else "whose clock is ahead of this one"
        remedy = "The next run takes it if that one stays silent; `pimflow state unlock` frees it at once."
        yield unwell(what, f"held by {who(holder)}, {heard}", remedy)


def _of_last_run(database: Database, past: PastRun, now: datetime) -> Finding:
    good = examination.last_good(database, past.pipeline)
    age = f"last went well {duration(max((now - good).total_seconds(), 0))} ago" if good else "never went well yet"
    what, told = f"runs of {past.pipeline}", f"{age}; the last one, {past.id}, "
    holder = None if past.finished else locks.holder(database, past.pipeline)
    if past.exit_code == 0:
        return well(what, f"{told}ended with exit code 0")
    if holder is not None and holder.owner.run == past.id and not is_dead(holder):
        return well(what, f"{told}goes on")
    if past.report is None:
        remedy = "Its process was killed. What was written stays; `pimflow run` goes on from there."
        return unwell(what, f"{told}was broken off", remedy)
    remedy = f"`pimflow runs {past.id}` tells why and what to do."
    return unwell(what, f"{told}ended with exit code {past.exit_code}", remedy)


def _of_clock(latest: Iterable[PastRun], now: datetime) -> Iterator[Finding]:
    ahead = [one for one in latest if datetime.fromisoformat(one.started) > now + _SKEW]
    for one in ahead:
        begun = datetime.fromisoformat(one.started).astimezone()
        yield unwell(
            "clock",
            f"run {one.id} began at {begun:%Y-%m-%d %H:%M}, which is yet to come: the clock was set back or was wrong",
            "Set it right and keep it so (NTP). Runs are ordered by number and lose nothing by it.",
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "this user"


def _ownership(path: Path) -> str:
    try:
        owner = path.owner()
    except (OSError, KeyError, NotImplementedError):
        owner = "somebody else"
    return f"It belongs to {owner}: run pimflow always as the same user, or give this one the right to write there."
