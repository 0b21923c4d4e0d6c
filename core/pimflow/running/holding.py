"""The lock of a pipeline while a run holds it: taken in the state, kept alive by a heartbeat, checked in each commit.

Times are those of the database's clock, where it has one that all machines share. Wall clocks may be wrong or set back,
so the time of the last beat only raises a suspicion. What decides is whether the
number of beats still rises while the contender watches, measured on its own monotonic clock.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from loguru import logger

from pimflow.errors import BusyError, StateError
from pimflow.processes import birth_of, lives, place
from pimflow.state import locks
from pimflow.state.database import Database
from pimflow.state.locks import Holder, Owner
from pimflow.words import to_the_minute


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two beats, without a beat until a holder is suspected, and of watching one that is."""

    beat: float = 5.0
    stale: float = 30.0
    watch: float = 12.0


Clock = Callable[[], datetime]


@contextmanager
def held(database: Database, pipeline: str, run_id: str, clock: Clock, pace: Pace) -> Iterator[Database]:
    """Hold the lock of a pipeline during the block, and give the state through which only its holder can write.

    Raises BusyError when another run holds it, and LockLostError from each commit after it was lost.
    """
    clock = partial(database.now, clock)
    pid = os.getpid()
    owner = Owner(run_id, platform.node(), place(), pid, birth_of(pid) or "")
    fencing = _taken(database, pipeline, owner, clock, pace)
    ended = threading.Event()
    beating = threading.Thread(
        target=_keep_beating,
        args=(database, pipeline, fencing, clock, pace, ended),
        name="pimflow-heartbeat",
        daemon=True,
    )
    beating.start()
    try:
        yield database.fenced(partial(locks.ensure, pipeline=pipeline, fencing=fencing))
    finally:
        ended.set()
        beating.join()
        _let_go(database, pipeline, fencing)


def is_dead(holder: Holder) -> bool:
    """Tell whether the owner is known to be dead: a process of this machine that is no more."""
    owner = holder.owner
    return owner.place == place() and not lives(owner.pid, owner.birth)


def _taken(database: Database, pipeline: str, owner: Owner, clock: Clock, pace: Pace) -> int:
    fencing = locks.take(database, pipeline, owner, clock())
    while fencing is None:
        holder = locks.holder(database, pipeline)
        if holder is not None and _lives(database, pipeline, holder, clock, pace):
            raise BusyError(
                f"{pipeline} is running already: {who(holder)}. Nothing was done. "
                "Start it again when that run has ended; `pimflow runs` tells"
            )
        fencing = locks.take(database, pipeline, owner, clock(), holder)
    return fencing


def _lives(database: Database, pipeline: str, holder: Holder, clock: Clock, pace: Pace) -> bool:
    """Tell whether the holder lives; one that was not heard of for long is watched for a while."""
    if is_dead(holder):
        return False
    if 0 <= (clock() - holder.beat).total_seconds() <= pace.stale:
        return True
    end = time.monotonic() + pace.watch
    while time.monotonic() < end:
        time.sleep(pace.beat / 10)
        later = locks.holder(database, pipeline)
        if later is None or (later.fencing, later.beats) != (holder.fencing, holder.beats):
            return later is not None
    return False


def _keep_beating(
    database: Database, pipeline: str, fencing: int, clock: Clock, pace: Pace, ended: threading.Event
) -> None:
    while not ended.wait(pace.beat):
        try:
            if not locks.beat(database, pipeline, fencing, clock()):
                return
        except StateError as error:  # the run itself meets it at its next commit, and tells it
            logger.debug("no heartbeat: {}", error)


def _let_go(database: Database, pipeline: str, fencing: int) -> None:
    try:
        locks.release(database, pipeline, fencing)
    except StateError as error:  # the process ends, and with it the lock
        logger.warning("the lock could not be given back: {}", error)


def who(holder: Holder) -> str:
    """Say who holds a lock, since when and where."""
    owner, since = holder.owner, to_the_minute(holder.since)
    return f"run {owner.run}, since {since}, process {owner.pid} on {owner.host}"
