"""Messages of a day: what runs brought since the last one, what is new and still open, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from loguru import logger

from pimflow.assemble import Assembly
from pimflow.daily import daily
from pimflow.errors import StateError
from pimflow.languages import words_of
from pimflow.model import Event, Message, RunReport
from pimflow.notifying.addresses import pages_of
from pimflow.notifying.days import Day, day_since
from pimflow.notifying.delivering import readers, went_through
from pimflow.notifying.mailboxes import Mailbox, Subscription, daily_ones
from pimflow.notifying.occasions import Standing, attention, causes
from pimflow.notifying.standings import Standings
from pimflow.notifying.together import together
from pimflow.notifying.wording import Reader, digest
from pimflow.state import events, history
from pimflow.state.database import Database

_DIGEST = "digest"
_SERVER_FIRST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one pipeline has for a mailbox: `message` is None without news, `after` what is known once it was told."""

    of: Subscription
    message: Message | None
    after: Standing


def tell_after_run(assembly: Assembly, database: Database, now: datetime, run: int, *, server: bool) -> None:
    """Send what is due of a pipeline of which a run just ended; a `server`, which tells of all, has some minutes."""
    for mailbox in daily_ones([assembly]):
        tell_digest(mailbox, database, now, run, patience=_SERVER_FIRST if server else timedelta())


def tell_digest(
    mailbox: Mailbox, database: Database, now: datetime, run: int | None = None, patience: timedelta = timedelta()
) -> bool:
    """Send a mailbox its message, where its time has come for so long and there is news.

    Servers call it from time to time: it is sent once. What is wrong is logged; False where it is to be tried again.
    """
    try:
        return _told(mailbox, database, now, run, patience)
    except StateError as error:
        logger.warning("the digest of {} could not be made: {}", mailbox.name, error)
        return False


def _told(mailbox: Mailbox, database: Database, now: datetime, run: int | None, patience: timedelta) -> bool:
    moment = daily(mailbox.subscriptions[0].notifier.digest or "").latest(now - patience)
    due = [(one, known) for one in mailbox.subscriptions if (known := _due(one, database, moment, now, run))]
    id_ = " ".join([moment.isoformat(), *sorted(one.name for one, _ in due)])
    if not due or not events.begin_once(database, _DIGEST, id_, now):
        return True
    done = False
    try:
        done = _sent(mailbox, [_part(one, database, known, moment, now) for one, known in due], database)
    finally:
        if not done:
            events.leave(database, _DIGEST, id_)
    return done


def _due(one: Subscription, database: Database, moment: datetime, now: datetime, run: int | None) -> Standing | None:
    """Give what is known there, where a message is due; somebody's first day begins with what runs now, or next."""
    standings = Standings(database, one.pipeline)
    before = standings.kept(one.recipient)
    if before is not None and before.digested is not None:
        return before if before.digested < moment else None
    past = history.past_runs(database, one.pipeline, 1, run)
    number = (before.number if before else 0) or (past[0].number if past else 0)
    standings.keep(one.recipient, replace(before or Standing(), number=number, digested=now))
    return None


def _part(one: Subscription, database: Database, before: Standing, moment: datetime, now: datetime) -> _Part:
    """Say what a pipeline has to tell at a moment."""
    day = day_since(before.number, one.notifier, one.assembly, database, now)
    if day.report is None:
        return _Part(one, None, replace(before, digested=moment))
    message = _message(one, before, day, day.report)
    return _Part(one, message, _after(before, day, day.report, moment, told=message is not None))


def _sent(mailbox: Mailbox, parts: Iterable[_Part], database: Database) -> bool:
    parts = list(parts)
    messages = [part.message for part in parts if part.message is not None]
    words = words_of(mailbox.subscriptions[0].notifier.language)
    if messages and not went_through(mailbox.subscriptions[0].recipient, together(messages, words), mailbox.mask):
        return False
    for part in parts:
        Standings(database, part.of.pipeline).keep(part.of.recipient, part.after)
    return True


def _message(one: Subscription, before: Standing, day: Day, report: RunReport) -> Message | None:
    """Put a day into words; None where nothing of it is what this recipient wants to know."""
    notifier = one.notifier
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
    words = words_of(notifier.language)
    reader = Reader(notifier.for_, readers(one.assembly.recipients), pages_of(one.assembly), words)
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
