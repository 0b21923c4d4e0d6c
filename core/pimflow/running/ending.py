"""How a flow ends, once its rows were delivered: what is left is sent, and a complete read draws its conclusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pimflow.assemble import Flow
from pimflow.context import FlowProgress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.due import close_superseded
from pimflow.delivering.missing import not_met, settle_missing
from pimflow.errors import GuardError
from pimflow.rows import Chunk
from pimflow.running.ledger import FlowLedger
from pimflow.sentences import said
from pimflow.state import attention, history, open_items
from pimflow.transforming.chain import Chain

_SAMPLE = 20


def finish(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: FlowProgress) -> None:
    """Write what is left, unless a guard holds it back; then see to what the source no longer has."""
    for delivery in deliveries:
        delivery.identify(full=context.is_full(done.window))
    try:
        for delivery in deliveries:
            delivery.check_guards(done.read, full=context.is_full(done.window), passing=context.allowed)
    except GuardError:
        if context.run.dry:  # a plan shows what the guard holds back
            for delivery in deliveries:
                delivery.finish()
        raise
    for delivery in deliveries:
        delivery.finish()
        sink = delivery.target.sink
        delivery.notes.extend(delivery.by_hand.notes(sink.noun, sink.title, dry=context.run.dry))
        delivery.notes.extend(_of_both_sides(context, flow, delivery))
    if context.is_full(done.window):
        for delivery in reversed(deliveries):  # what refers to others goes before them
            settle_missing(delivery, context.database, dry=context.run.dry)


def _of_both_sides(context: RunContext, flow: Flow, delivery: Delivery) -> Iterator[str]:
    """Tell what both sides had changed; what returns is named as the other system knows it."""
    found, names = delivery.conflicts, dict[str, str]()
    if flow.config.returns is not None and found.count:
        ledger = FlowLedger(context.assembly, context.database)
        names = ledger.keys(flow.config.returns, {one.key for one in found.first})
    yield from found.notes(flow.config.owner, flow.source.title, delivery.target.sink.title, names)


def send_kept(
    context: RunContext, flow: Flow, chain: Chain, deliveries: Sequence[Delivery], done: FlowProgress
) -> None:
    """Send what earlier runs left open where the source does not give it again, because it gives changes only."""
    corrected = context.corrections
    for delivery in deliveries:
        if corrected:
            _take(chain, delivery, corrected.chunks(flow.name, chain, delivery, context.database))
        elif done.window.since is not None and (context.retry or not context.is_partial):
            number = _take(chain, delivery, delivery.kept_open())
            if number:
                delivery.notes.append(_tried_again(number))
    if corrected:
        done.read = len(corrected.rows[flow.name])
        done.notes.extend(corrected.notes(flow.name))


def _tried_again(number: int) -> str:
    if number == 1:
        return said("{number} left open by earlier runs was tried again.", number=number)
    return said("{number} left open by earlier runs were tried again.", number=number)


def _take(chain: Chain, delivery: Delivery, chunks: Iterable[Chunk]) -> int:
    number = 0
    for rows in chain.run(chunks):
        number += len(rows)
        delivery.take(rows)
    return number


def conclude(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: FlowProgress) -> None:
    """After a complete read: keep the cursor, close what is no longer in the source, tell what is missing there."""
    run = context.run
    if not context.is_partial and context.since is None and done.window.cursor is not None:
        address = context.address(flow.source)
        history.keep_cursor(context.database, run.pipeline, flow.name, address, done.window.cursor, run.started)
    if not context.is_partial:
        for delivery in deliveries:
            open_items.close_duplicates(context.database, delivery.target.records.scope, context.number)
            attention.forget_closed(context.database, delivery.target.records.scope)
    full = context.is_full(done.window)
    for delivery in deliveries:
        identification = delivery.target.identification
        if identification is not None:
            close_superseded(context.database, delivery.target, identification)
            gone = full and flow.config.on_missing != "ignore"
            identification.end(complete=gone, goes_on=context.group)
    if not full:
        return
    if done.basis is not None:
        history.keep_basis(context.database, run.pipeline, flow.name, done.basis)
    for delivery in deliveries:
        records = delivery.target.records
        open_items.close_unmet(context.database, records.scope, context.number)
        number, keys = records.unseen(context.number, _SAMPLE)
        if number and not delivery.target.sink.whole and flow.config.on_missing == "report":
            names = ", ".join(keys[:5]) + (", …" if number > 5 else "")
            text = said("{missing}, and stays: {names}") if number == 1 else said("{missing}, and stay: {names}")
            delivery.notes.append(said(str(text), missing=not_met(number), names=names))
