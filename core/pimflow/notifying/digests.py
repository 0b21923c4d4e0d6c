"""Messages of a day: what runs brought since the last one, what is new and still open, and what to do about it."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import datetime

from loguru import logger

from pimflow.assemble import Assembly, Recipient
from pimflow.daily import daily
from pimflow.errors import StateError
from pimflow.log import masker
from pimflow.model import Event, Message, RunReport
from pimflow.notifying.days import Day, day_since
from pimflow.notifying.delivering import readers, went_through
from pimflow.notifying.occasions import Standing, attention, causes
from pimflow.notifying.standings import Standings
from pimflow.notifying.wording import digest
from pimflow.state import history
from pimflow.state.database import Database


def tell_digests(assembly: Assembly, database: Database, now: datetime, run: int | None = None) -> None:
    """Send its message to each recipient that has one a day, where its time has come and there is news.

    A run calls it with its number, and a server from time to time. What is wrong is logged.
    """
    for recipient in assembly.recipients:
        if recipient.notifier.digest is not None:
            try:
                _tell(assembly, database, recipient, now, run)
            except StateError as error:
                logger.warning("the digest of {} could not be made: {}", assembly.pipeline.name, error)


def _tell(assembly: Assembly, database: Database, recipient: Recipient, now: datetime, run: int | None) -> None:
    standings, notifier = Standings(database, assembly.pipeline.name), recipient.notifier
    before = standings.kept(recipient)
    if before is None or before.digested is None:
        standings.keep(recipient, _first(database, assembly.pipeline.name, before or Standing(), now, run))
        return
    moment = daily(notifier.digest or "").latest(now)
    if before.digested >= moment:
        return
    day = day_since(before.number, notifier, assembly, database, now)
    if day.report is None:
        standings.keep(recipient, replace(before, digested=moment))
        return
    due = _due(assembly, recipient, before, day, day.report)
    if due is None or went_through(recipient, due, masker(assembly.secrets)):
        standings.keep(recipient, _after(before, day, day.report, moment, told=due is not None))


def _first(database: Database, pipeline: str, before: Standing, now: datetime, run: int | None) -> Standing:
    """Begin a recipient's first day with the run that is ending, or with the next one."""
    past = history.past_runs(database, pipeline, 1, run)
    number = before.number or (past[0].number if past else 0)
    return replace(before, number=number, digested=now)


def _due(assembly: Assembly, recipient: Recipient, before: Standing, day: Day, report: RunReport) -> Message | None:
    notifier = recipient.notifier
    recovers = before.failed or before.missed is not None or day.failed > 0
    events = {
        Event.FAILURE: day.fails,
        Event.RECOVERY: recovers and not day.fails,
        Event.PROBLEMS: attention(report) > notifier.problems_over and bool(causes(report) - before.causes),
        Event.SUCCESS: not day.fails,
    }
    event = next((event for event, applies in events.items() if applies and event in notifier.on), None)
    if event is None:
        return None
    return digest(day, report, event, before, platform.node(), notifier.for_, readers(assembly.recipients))


def _after(before: Standing, day: Day, report: RunReport, moment: datetime, *, told: bool) -> Standing:
    """Give what is known after a day; what was not told of it stays new."""
    known = before.causes & causes(report) if day.met_everything else before.causes
    since = (before.since or report.run.started) if day.fails else None
    return Standing(
        day.number,
        day.fails,
        since,
        causes=known | causes(report) if told else known,
        attention=attention(report),
        digested=moment,
    )
