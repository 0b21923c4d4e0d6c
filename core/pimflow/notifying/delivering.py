"""Hands messages over to notifiers; what fails there is logged, and costs nothing but the message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from queue import Empty, Queue
from threading import Thread

from loguru import logger

from pimflow.assemble import Recipient
from pimflow.errors import FlowError
from pimflow.log import Mask
from pimflow.model import Event, Message, Who
from pimflow.sentences import said, said_by

_PATIENCE = 600.0
"""Seconds after which a notifier that does not come to an end is left behind."""


def deliver(recipient: Recipient, told: Message, mask: Mask) -> FlowError | None:
    """Hand a message over, and give what went wrong, without secrets. A defect of the notifier is logged as well.

    A notifier that does not come to an end is left behind: the run still holds its lock.
    """
    ended: Queue[FlowError | None] = Queue()
    Thread(target=lambda: ended.put(_delivered(recipient, told, mask)), name="pimflow-notify", daemon=True).start()
    try:
        return ended.get(timeout=_PATIENCE)
    except Empty:
        return FlowError(said("it did not come to an end within {seconds:.0f} seconds", seconds=_PATIENCE))


def went_through(recipient: Recipient, told: Message, mask: Mask) -> bool:
    """Hand a message over without the secrets that may be in it, and log what became of it."""
    error = deliver(recipient, replace(told, title=mask(told.title), text=mask(told.text)), mask)
    who = f"{recipient.notifier.type} ({recipient.place})"
    if error is None:
        logger.info("{} was told: {}", who, mask(told.title))
        return True
    logger.bind(detail=error.detail).warning("{} could not be told of the {}: {}", who, told.event, error)
    return False


def readers(recipients: Iterable[Recipient]) -> frozenset[Who]:
    """Say who is told of problems; an entry that names nobody is the administrator's, who wrote it."""
    told = (one.notifier for one in recipients if Event.PROBLEMS in one.notifier.on)
    return frozenset(one.for_ or Who.ADMINISTRATOR for one in told)


def _delivered(recipient: Recipient, told: Message, mask: Mask) -> FlowError | None:
    try:
        recipient.notifier.deliver(told)
    except FlowError as error:
        return FlowError(mask(said_by(error)), detail=mask(error.detail))
    except Exception as error:  # noqa: BLE001 - a notifier is somebody else's code, and the run is over
        logger.exception("a notifier failed in a way that it does not foresee")
        return FlowError(
            said("its plugin has a defect; report it to its authors"), detail=mask(f"{type(error).__name__}: {error}")
        )
    return None
