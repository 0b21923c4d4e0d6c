"""Tells that pipelines did not run: what no run can tell, and whoever watches over runs does."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pimflow.assemble import Assembly
from pimflow.languages import words_of
from pimflow.model import Event, Message, Run, RunReport
from pimflow.notifying.audience import kills_concern
from pimflow.notifying.delivering import went_through
from pimflow.notifying.mailboxes import Subscription, mailboxes
from pimflow.notifying.occasions import Standing
from pimflow.notifying.standings import Standings
from pimflow.notifying.together import together
from pimflow.notifying.wording import missed
from pimflow.state.database import Database


@dataclass(frozen=True, slots=True)
class Missed:
    """A pipeline of which no good run ended since `good`, None where there was none."""

    assembly: Assembly
    good: datetime | None


def tell_missed(late: Sequence[Missed], database: Database, now: datetime) -> int:
    """Tell those whom failures concern that pipelines did not run, each in one message; count the messages.

    Each is told once of a pipeline, and again after the hours that it wants; the next good run tells that all is well
    again. May be called as often as one likes.
    """
    told = 0
    goods = {one.assembly.pipeline.name: one.good for one in late}
    everybody = (Subscription(one.assembly, recipient) for one in late for recipient in one.assembly.recipients)
    for mailbox in mailboxes(one for one in everybody if _is_due(one, _known(one, database), now)):
        due = mailbox.subscriptions
        words = words_of(due[0].notifier.language)
        message = together([_message(one, goods[one.pipeline], now) for one in due], words)
        if went_through(due[0].recipient, message, mailbox.mask):
            told += 1
            for one in due:
                Standings(database, one.pipeline).keep(one.recipient, replace(_known(one, database), missed=now))
    return told


def _message(one: Subscription, good: datetime | None, now: datetime) -> Message:
    run = Run("none", one.pipeline, now, environment=one.assembly.pipeline.environment_name)
    return missed(RunReport(run, (), 0.0, 0), good, platform.node(), words_of(one.notifier.language))


def _known(one: Subscription, database: Database) -> Standing:
    return Standings(database, one.pipeline).kept(one.recipient) or Standing()


def _is_due(one: Subscription, before: Standing, now: datetime) -> bool:
    """Tell whether a recipient wants to know; one that was told that runs fail knows why there is no good one."""
    notifier = one.notifier
    if Event.FAILURE not in notifier.on or not kills_concern(notifier) or before.failed:
        return False
    again = timedelta(hours=notifier.again_after_hours)
    return before.missed is None or not timedelta(0) <= now - before.missed < again
