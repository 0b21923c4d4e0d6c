"""Tells that a pipeline did not run: what no run can tell, and whoever watches over runs does."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import datetime, timedelta

from pimflow.assemble import Assembly, Recipient
from pimflow.languages import words_of
from pimflow.log import masker
from pimflow.model import Event, Run, RunReport
from pimflow.notifying.audience import kills_concern
from pimflow.notifying.delivering import went_through
from pimflow.notifying.occasions import Standing
from pimflow.notifying.standings import Standings
from pimflow.notifying.wording import missed
from pimflow.state.database import Database


def tell_missed(assembly: Assembly, database: Database, good: datetime | None, now: datetime) -> int:
    """Tell those whom failures concern that no good run ended since `good`, None where there was none; count them.

    Each is told once, and again after the hours that it wants; the next good run tells that all is well again. May be
    called as often as one likes.
    """
    pipeline, told = assembly.pipeline, 0
    report = RunReport(Run("none", pipeline.name, now, environment=pipeline.environment_name), (), 0.0, 0)
    standings = Standings(database, pipeline.name)
    for recipient in assembly.recipients:
        before = standings.kept(recipient) or Standing()
        if _is_due(recipient, before, now):
            message = missed(report, good, platform.node(), words_of(recipient.notifier.language))
            if went_through(recipient, message, masker(assembly.secrets)):
                standings.keep(recipient, replace(before, missed=now))
                told += 1
    return told


def _is_due(recipient: Recipient, before: Standing, now: datetime) -> bool:
    """Tell whether a recipient wants to know; one that was told that runs fail knows why there is no good one."""
    notifier = recipient.notifier
    if Event.FAILURE not in notifier.on or not kills_concern(notifier) or before.failed:
        return False
    again = timedelta(hours=notifier.again_after_hours)
    return before.missed is None or not timedelta(0) <= now - before.missed < again
