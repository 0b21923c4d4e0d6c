"""Sends the messages of a day at their time, although nothing runs then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

from loguru import logger

from pimflow.notifying.digests import tell_digest
from pimflow.notifying.mailboxes import daily_ones
from pimflow_serve.serving import Serving

_BETWEEN = 30.0
"""Seconds between two looks at the clock."""
_AGAIN = timedelta(minutes=15)
"""After so long is tried again what did not go through."""


@contextmanager
def digests_sent(serving: Serving) -> Iterator[None]:
    """Send them, in a thread of their own, until the end."""
    ended = Event()
    thread = Thread(target=_look, args=(serving, ended), name="pimflow-digests", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _look(serving: Serving, ended: Event) -> None:
    later: dict[str, datetime] = {}
    while not ended.wait(_BETWEEN):
        try:
            send_due(serving, later)
        except Exception:  # noqa: BLE001 - nobody would send any more
            logger.exception("something went wrong where digests are sent")


def send_due(serving: Serving, later: dict[str, datetime]) -> None:
    """Send what is due now, each address one message; `later` remembers before when one is not tried again."""
    now = serving.clock()
    assemblies = [one.assembly for _, one in sorted(serving.project.pipelines().items()) if one.assembly]
    for mailbox in daily_ones(assemblies):
        if later.get(mailbox.name, now) <= now and not tell_digest(mailbox, serving.database, now):
            later[mailbox.name] = now + _AGAIN
