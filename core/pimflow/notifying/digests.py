"""Messages of a day: what runs brought since the last one, what is new and still open, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from loguru import logger

from pimflow.assemble import Assembly, Recipient
from pimflow.daily import daily
from pimflow.errors import StateError
from pimflow.log import masker
from pimflow.model import Event, Message, RunReport
from pimflow.notifying.addresses import pages_of
from pimflow.notifying.days import Day, day_since
from pimflow.notifying.delivering import readers, went_through
from pimflow.notifying.occasions import Standing, attention, causes
from pimflow.notifying.standings import Standings
from pimflow.notifying.wording import Reader, digest
from pimflow.state import events, history
from pimflow.state.database import Database

_DIGEST = "digest"


def tell_digests(assembly: Assembly, database: Database, now: datetime, run: int | None = None) -> bool:
    """Send its message to each recipient that has one a day, where its time has come and there is news.

    A run calls it with its number, and servers from time to time: it is sent once. What is wrong is logged; False where
    it is to be tried again.
    """
    well = True
    for recipient in assembly.recipients:
        if recipient.notifier.digest is not None:
            try:
                well &= _told(assembly, database, recipient, now, run)
            except StateError as error:
                logger.warning("the digest of {} could not be made: {}", assembly.pipeline.name, error)
                well = False
    return well


def _told(assembly: Assembly, database: Database, recipient: Recipient, now: datetime, run: int | None) -> bool:
    standings = Standings(database, assembly.pipeline.name)
    before, moment = standings.kept(recipient), daily(recipient.notifier.digest or "").latest(now)
    if before is None or before.digested is None:
        standings.keep(recipient, _first(database, assembly.pipeline.name, before or Standing(), now, run))
        return True
    if before.digested >= moment:
        return True
    id_ = f"{assembly.pipeline.name} {recipient.name} {moment.isoformat()}"
    if not events.begin_once(database, _DIGEST, id_, now):
        return True
    known = _at(assembly, database, recipient, before, moment, now)
    if known is None:
        events.leave(database, _DIGEST, id_)
        return False
    standings.keep(recipient, known)
    return True


def _at(
    assembly: Assembly, database: Database, recipient: Recipient, before: Standing, moment: datetime, now: datetime
) -> Standing | None:
    """Tell a recipient what is due at a moment; give what it knows then, None where it could not be reached."""
    day = day_since(before.number, recipient.notifier, assembly, database, now)
    if day.report is None:
        return replace(before, digested=moment)
    due = _due(assembly, recipient, before, day, day.report)
    if due is not None and not went_through(recipient, due, masker(assembly.secrets)):
        return None
    return _after(before, day, day.report, moment, told=due is not None)


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
    reader = Reader(notifier.for_, readers(assembly.recipients), pages_of(assembly))
    return digest(day, report, event, before, reader)


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
