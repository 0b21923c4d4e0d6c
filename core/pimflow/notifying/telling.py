"""Tells the recipients of a pipeline how a run ended. What fails here is logged, and changes nothing for the run."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from queue import Empty, Queue
from threading import Thread
from typing import Any

from loguru import logger
from pydantic import TypeAdapter, ValidationError

from pimflow.assemble import Recipient
from pimflow.context import RunContext
from pimflow.errors import FlowError, StateError
from pimflow.log import Mask
from pimflow.model import Event, Message, Run, RunReport
from pimflow.notifying.occasions import Occasion, Standing, has_failed, message
from pimflow.plain import to_json
from pimflow.report import report_from_json
from pimflow.state import history
from pimflow.state.history import PastRun
from pimflow.state.memory import KeptMemory

_ADDRESS = "pimflow:notify"
_LOOK_BACK = 20
_PATIENCE = 600.0
"""Seconds after which a notifier that does not come to an end is left behind."""
_RUN = TypeAdapter(Run)
_STANDING = TypeAdapter(Standing)


def tell(context: RunContext, report: RunReport) -> None:
    """Tell each recipient what is news to it. Runs of some records only are told to nobody: a person is there."""
    if not context.run.is_regular or not context.assembly.recipients:
        return
    report = replace(report, error=context.mask(report.error))
    earlier = _earlier(context)
    for recipient in context.assembly.recipients:
        before = _standing(context, recipient, earlier)
        occasion = Occasion(report, before, _broken_off(earlier, before))
        due = occasion.due(recipient.notifier)
        told = due is not None and _told(recipient, _masked(occasion, due, context.mask), context.mask)
        _keep(context, recipient, occasion.after(context.number, due, told=told))


def deliver(recipient: Recipient, told: Message, mask: Mask) -> FlowError | None:
    """Hand a message over, and give what went wrong, without secrets. A defect of the notifier is logged as well.

    A notifier that does not come to an end is left behind: the run still holds its lock.
    """
    ended: Queue[FlowError | None] = Queue()
    Thread(target=lambda: ended.put(_delivered(recipient, told, mask)), name="pimflow-notify", daemon=True).start()
    try:
        return ended.get(timeout=_PATIENCE)
    except Empty:
        return FlowError(f"it did not come to an end within {_PATIENCE:.0f} seconds")


def _delivered(recipient: Recipient, told: Message, mask: Mask) -> FlowError | None:
    try:
        recipient.notifier.deliver(told)
    except FlowError as error:
        return FlowError(mask(str(error)), detail=mask(error.detail))
    except Exception as error:  # noqa: BLE001 - a notifier is somebody else's code, and the run is over
        logger.exception("a notifier failed in a way that it does not foresee")
        return FlowError(
            "its plugin has a defect; report it to its authors", detail=mask(f"{type(error).__name__}: {error}")
        )
    return None


def _told(recipient: Recipient, told: Message, mask: Mask) -> bool:
    error = deliver(recipient, told, mask)
    who = f"{recipient.notifier.type} ({recipient.place})"
    if error is None:
        logger.info("{} was told: {}", who, told.title)
        return True
    logger.bind(detail=error.detail).warning("{} could not be told of the {}: {}", who, told.event, error)
    return False


def _masked(occasion: Occasion, event: Event, mask: Mask) -> Message:
    told = message(occasion, event, platform.node())
    return Message(told.event, mask(told.title), mask(told.text), told.report)


def _earlier(context: RunContext) -> Sequence[PastRun]:
    """Give the latest runs before this one, the latest first, as far as they count."""
    try:
        found = history.past_runs(context.database, context.run.pipeline, _LOOK_BACK)
    except StateError as error:
        logger.warning("how earlier runs ended is not known: {}", error)
        return ()
    return [one for one in found if one.number < context.number and (one.report is None or _is_regular(one.report))]


def _is_regular(report: dict[str, Any]) -> bool:
    """Tell what a kept report says of its run, without reading all of it."""
    return _RUN.validate_python(report["run"]).is_regular


def _standing(context: RunContext, recipient: Recipient, earlier: Sequence[PastRun]) -> Standing:
    """Give what a recipient knows; one that was never told of this pipeline knows how the last run ended."""
    memory = KeptMemory(context.database, _ADDRESS)
    try:
        kept = memory.get(context.run.pipeline, [recipient.name]).get(recipient.name)
        if kept is not None:
            return _STANDING.validate_json(kept)
    except (StateError, ValidationError) as error:
        logger.warning("what {} was told before is not known: {}", recipient.notifier.type, error)
    ended = next((one for one in earlier if one.report is not None), None)
    if ended is None or ended.report is None:
        return Standing()
    return Standing(ended.number, failed=has_failed(report_from_json(ended.report)))


def _broken_off(earlier: Sequence[PastRun], before: Standing) -> Sequence[datetime]:
    killed = [one for one in earlier if one.report is None and one.number > before.number]
    return [datetime.fromisoformat(one.started) for one in reversed(killed)]


def _keep(context: RunContext, recipient: Recipient, standing: Standing) -> None:
    memory = KeptMemory(context.database, _ADDRESS)
    try:
        memory.put(context.run.pipeline, {recipient.name: to_json(asdict(standing)).decode()})
    except StateError as error:
        logger.warning("what {} was told is not kept; it may be told again: {}", recipient.notifier.type, error)
