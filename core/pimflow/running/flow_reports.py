"""What one flow did, as its reports tell it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from pimflow.assemble import Flow
from pimflow.context import FlowProgress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.guards import allowed
from pimflow.errors import GuardError
from pimflow.model import FlowReport, ProblemKind, Status
from pimflow.sentences import said


def reports(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: FlowProgress) -> list[FlowReport]:
    """Give one report for each sink of the flow."""
    return [_report(context, flow, delivery, done) for delivery in deliveries] or [_unopened(context, flow, done)]


def _report(context: RunContext, flow: Flow, delivery: Delivery, done: FlowProgress) -> FlowReport:
    target, tally = delivery.target, delivery.tally
    names = (flow.source.title, target.sink.title)
    refused, limit = tally.counts[Status.REFUSED], flow.config.guards.max_refused
    notes = [*done.notes, *delivery.notes, *target.writer.notes]
    too_many = limit is not None and refused > allowed(limit, done.read)
    if too_many:
        notes.append(said("More were refused than the most allowed, {limit}.", limit=limit))
    failed = tally.counts[Status.FAILED] + tally.counts[Status.UNKNOWN] > 0
    needs_attention = context.strict and tally.attention > 0
    return FlowReport(
        name=flow.name,
        source=names[0],
        target=names[1],
        noun=target.sink.noun,
        read=done.read,
        dropped=done.dropped,
        counts=dict(tally.counts),
        attention=tally.attention,
        causes=tuple(tally.causes()),
        full=context.is_full(done.window),
        complete=done.complete,
        error=context.mask(done.error),
        detail=context.mask(done.detail),
        notes=tuple(notes),
        seconds=time.monotonic() - done.began,
        exit_code=done.exit_code if done.error else int(failed or too_many or needs_attention),
        shared=bool(target.other_keys),
        error_kind=_kind(done),
        guard=_guard(done),
    )


def _unopened(context: RunContext, flow: Flow, done: FlowProgress) -> FlowReport:
    seconds = time.monotonic() - done.began
    report = replace(_nothing_done(flow, context.mask(done.error)), detail=context.mask(done.detail), seconds=seconds)
    idle = done.idle and not done.error
    exit_code = 0 if idle else report.exit_code
    report = replace(report, error_kind=_kind(done), guard=_guard(done))
    return replace(report, notes=tuple(done.notes), complete=idle, exit_code=exit_code)


def _kind(done: FlowProgress) -> ProblemKind | None:
    """Give the class of what stopped a flow; a guard is none of them."""
    return None if done.failure is None or isinstance(done.failure, GuardError) else done.failure.kind


def _guard(done: FlowProgress) -> str:
    return done.failure.guard if isinstance(done.failure, GuardError) else ""


def skipped(flow: Flow, needed: str) -> FlowReport:
    """Report a flow that did not run because one that it needs did not go well."""
    return _nothing_done(flow, said("not run: it needs {flow!r}, which did not go well", flow=needed))


def _nothing_done(flow: Flow, error: str) -> FlowReport:
    sink = flow.sinks[0]
    return FlowReport(flow.name, flow.source.title, sink.title, sink.noun, complete=False, error=error, exit_code=3)
