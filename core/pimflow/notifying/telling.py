"""Tells the recipients of a pipeline how a run ended. What fails here is logged, and changes nothing for the run."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace

from loguru import logger

from pimflow.assemble import Recipient
from pimflow.components import Notifier
from pimflow.context import RunContext
from pimflow.errors import StateError
from pimflow.languages import words_of
from pimflow.model import Event, Message, RunReport
from pimflow.notifying.addresses import pages_of
from pimflow.notifying.audience import failure_concerns, kills_concern, seen_by
from pimflow.notifying.delivering import readers, went_through
from pimflow.notifying.digests import tell_after_run
from pimflow.notifying.occasions import Occasion, Standing, attention
from pimflow.notifying.routing import is_routed, routed
from pimflow.notifying.standings import Standings, broken_off
from pimflow.notifying.wording import Reader, message
from pimflow.state import open_items, servers
from pimflow.state.history import PastRun


def tell(context: RunContext, report: RunReport) -> None:
    """Tell each recipient what is news to it.

    Runs of some records only are told to nobody, as a person is there, unless that person asked for it.
    """
    if not context.assembly.recipients or not (context.run.is_regular or context.tells):
        return
    report = replace(report, error=context.mask(report.error))
    standings = Standings(context.database, context.run.pipeline)
    earlier = standings.earlier(context.number)
    for recipient in context.assembly.recipients:
        if recipient.notifier.digest is None:
            before = standings.of(recipient, earlier)
            occasion = _occasion(context, recipient.notifier, report, before, earlier)
            due = occasion.due(recipient.notifier)
            told = due is not None and went_through(recipient, _words(context, recipient, occasion, due), context.mask)
            standings.keep(recipient, occasion.after(context.number, due, told=told))
    if context.run.is_regular:
        _tell_of_the_day(context)


def _tell_of_the_day(context: RunContext) -> None:
    database, now = context.database, context.run.started
    try:
        server = servers.any_lives(database, now)
    except StateError as error:
        logger.warning("whether a server tells people of their day is not known: {}", error)
        server = False
    tell_after_run(context.assembly, database, now, context.number, server=server)


def _occasion(
    context: RunContext, notifier: Notifier, report: RunReport, before: Standing, earlier: Sequence[PastRun]
) -> Occasion:
    spared, partial = not failure_concerns(notifier, report), not context.run.is_regular
    killed = broken_off(earlier, before) if kills_concern(notifier) and not partial else ()
    return Occasion(_seen(context, notifier, report), before, killed, spared, partial)


def _seen(context: RunContext, notifier: Notifier, report: RunReport) -> RunReport:
    seen, database = seen_by(notifier, report), context.database
    if not is_routed(notifier) or not attention(seen):
        return seen
    try:
        return routed(
            seen,
            notifier,
            context.assembly,
            database,
            lambda scope: open_items.of_run(database, scope, context.number),
        )
    except StateError as error:
        logger.warning("of which families and categories the problems are is not known: {}", error)
        return seen


def _words(context: RunContext, recipient: Recipient, occasion: Occasion, event: Event) -> Message:
    notifier, assembly = recipient.notifier, context.assembly
    words = words_of(notifier.language)
    reader = Reader(notifier.for_, readers(assembly.recipients), pages_of(assembly), words)
    return message(occasion, event, platform.node(), reader)
