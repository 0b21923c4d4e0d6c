"""One flow of one run: its source read ahead, its rows changed in one pass, its sinks fed chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from loguru import logger

from pimflow.assemble import Assembly, Flow
from pimflow.components import Knows, Sink, Source, Writer
from pimflow.delivery import Delivery, MakeLoading, Target
from pimflow.diff import Rules
from pimflow.errors import ConfigError, FlowError, GuardError, Mistake, PimflowError
from pimflow.guards import allowed
from pimflow.log import Mask
from pimflow.model import FlowReport, Header, Outcome, Run, Status, Window
from pimflow.plugins import notify_observers
from pimflow.rows import Chain, Reader
from pimflow.sessions import Sessions
from pimflow.state import history, open_items
from pimflow.state.database import Database
from pimflow.state.records import Records, open_scope
from pimflow.tally import Tally
from pimflow.words import did_you_mean

Progress = Callable[[str, int, int | None], None]
"""Takes the flow's name, the number of rows with an outcome and the expected number of all, where it is known."""

_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the flows of one run share. `number` orders the runs in the state."""

    assembly: Assembly
    database: Database
    run: Run
    number: int
    make_loading: MakeLoading
    sessions: Sessions
    progress: Progress
    retry: bool = False
    strict: bool = False
    mask: Mask = field(default=lambda text: text)
    tallies: list[Tally] = field(default_factory=list)
    stopped: list[FlowReport] = field(default_factory=list)

    def created_so_far(self) -> int:
        """Count the records that this run created up to now, in all its flows."""
        return sum(tally.counts[Status.CREATED] for tally in self.tallies)


@dataclass(slots=True)
class _Progress:
    """How far a flow came; becomes its reports."""

    began: float
    window: Window = field(default_factory=Window)
    total: int | None = None
    read: int = 0
    dropped: int = 0
    tallies: list[Tally] = field(default_factory=list)
    complete: bool = False
    error: str = ""
    detail: str = ""

    def settled(self) -> int:
        """Count the rows whose outcome is known, at the slowest of the sinks; a row may have several outcomes."""
        outcomes = min((sum(tally.counts.values()) for tally in self.tallies), default=0)
        return min(self.read, self.dropped + outcomes)


def run_flow(context: RunContext, flow: Flow) -> list[FlowReport]:
    """Run one flow and give one report for each of its sinks. Raises ConfigError for a column that is not there.

    Of a flow that a person stops, the reports are put into `context.stopped`.
    """
    done = _Progress(time.monotonic())
    deliveries: list[Delivery] = []
    try:
        _carry_out(context, flow, deliveries, done)
    except KeyboardInterrupt:
        done.error = "A person stopped it; what was written stays, and the next run goes on from there"
        context.stopped.extend(_reports(context, flow, deliveries, done))
        raise
    if done.complete and not done.error:
        _conclude(context, flow, deliveries, done)
    return _reports(context, flow, deliveries, done)


def _carry_out(context: RunContext, flow: Flow, deliveries: list[Delivery], done: _Progress) -> None:
    try:
        with _told(done), logger.contextualize(flow=flow.name):
            deliveries.extend(_open_deliveries(context, flow, done))
            with _placed(context, flow):
                _move(context, flow, deliveries, done)
    finally:
        for delivery in deliveries:
            with _told(done):
                delivery.close(ok=done.complete and not done.error and not _would_cut(context, delivery))


@contextmanager
def _placed(context: RunContext, flow: Flow) -> Iterator[None]:
    """Give the place of the flow's source to a mistake that was found only when the source was asked."""
    try:
        yield
    except ConfigError as error:
        part = context.assembly.pipeline.part("flows", flow.name, "source")
        found = [one if one.file else part.mistake(one.message) for one in error.mistakes]
        raise ConfigError(*found) from None


def _move(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: _Progress) -> None:
    run, session = context.run, context.sessions.of(flow.source)
    done.window = _window(context, flow, session)
    done.total = None if run.limit else flow.source.count(session, done.window)
    with Reader(flow.source.extract(session, done.window), run.limit) as reader:
        chain = compile_chain(flow, reader.header, [delivery.target.writer for delivery in deliveries])
        for delivery in deliveries:
            delivery.begin(reader.header, chain.header)
        context.progress(flow.name, 0, done.total)
        for chunk in reader:
            rows = list(chain.run(chunk))
            done.read, done.dropped = reader.read, chain.dropped
            for delivery in deliveries:
                delivery.take(rows)
            context.progress(flow.name, done.settled(), done.total)
        if done.window.since is not None and not _is_partial(context):
            for delivery in deliveries:
                _try_again(chain, delivery)
    _finish(context, deliveries, done)
    done.complete = True


def _finish(context: RunContext, deliveries: Sequence[Delivery], done: _Progress) -> None:
    try:
        for delivery in deliveries:
            delivery.check_guards(done.read, full=_is_full(context, done.window))
    except GuardError:
        if context.run.dry:  # a plan shows what the guard holds back
            for delivery in deliveries:
                delivery.finish()
        raise
    for delivery in deliveries:
        delivery.finish()


def _try_again(chain: Chain, delivery: Delivery) -> None:
    """Send what earlier runs left open: a source that gives changes only does not give it again."""
    number = 0
    for chunk in delivery.kept_open():
        number += len(chunk)
        delivery.take(list(chain.run(chunk)))
    if number:
        delivery.notes.append(f"{number} left open by earlier runs {'was' if number == 1 else 'were'} tried again.")


def _is_partial(context: RunContext) -> bool:
    return bool(context.run.only) or context.run.limit is not None


def _would_cut(context: RunContext, delivery: Delivery) -> bool:
    """Keep a partial run from leaving a file or feed with a part of its rows."""
    cut = delivery.target.sink.whole and _is_partial(context)
    if cut:
        delivery.notes.append(f"{delivery.target.sink.title} is written as a whole; a partial run leaves it as it was.")
    return cut


def _open_deliveries(context: RunContext, flow: Flow, done: _Progress) -> Iterator[Delivery]:
    def observe(outcomes: Sequence[Outcome]) -> None:
        manager = context.assembly.registry.manager
        notify_observers(manager, "pimflow_batch_loaded", run=context.run, flow=flow.name, outcomes=outcomes)
        context.progress(flow.name, done.settled(), done.total)

    places = [(sink.type, _address(context, sink)) for sink in flow.sinks]
    for number, sink in enumerate(flow.sinks):
        name, address = places[number]
        same = places[:number].count(places[number])
        name = f"{name} {same + 1}" if same else name
        scope = open_scope(context.database, context.run.pipeline, flow.name, name, address)
        writer = sink.open(context.sessions.of(sink), context.run)
        records = Records(context.database, scope)
        only = frozenset(context.run.only)
        target = Target(sink, writer, records, flow.config, _rules(context, flow, sink), only)
        delivery = Delivery(
            target, context.database, context.make_loading, observe, context.mask, context.created_so_far
        )
        context.tallies.append(delivery.tally)
        done.tallies.append(delivery.tally)
        if scope.others - {address for _, address in places}:
            delivery.notes.append(f"{flow.name} writes to {address} for the first time: everything is sent there.")
        yield delivery


def _rules(context: RunContext, flow: Flow, sink: Sink) -> Rules:
    config = flow.config
    return Rules(
        run=context.number,
        now=context.run.started,
        mode=config.mode,
        once=frozenset(config.once),
        defaults=dict(sink.creation_defaults),
        refuse_bad_values=config.on_bad_value == "refuse",
        retry=context.retry,
    )


def _window(context: RunContext, flow: Flow, session: Any) -> Window:
    run = context.run
    whole = any(sink.whole for sink in flow.sinks)
    known = None
    if not (run.full or run.only or whole):
        known = history.cursor(context.database, run.pipeline, flow.name, _address(context, flow.source))
    window = flow.source.window(session, known)
    return replace(window, keys=run.only) if run.only else window


def _address(context: RunContext, end: Source | Sink) -> str:
    connection = context.assembly.connection(end)
    return connection.address if connection else end.address


def compile_chain(flow: Flow, header: Header, writers: Sequence[Writer]) -> Chain:
    """Compile the transforms for rows of this header. Raises ConfigError, with its line, for an unknown column."""

    def knows(column: str) -> bool:
        return any(writer.knows(column) for writer in writers)

    steps = []
    for placed in flow.transforms:
        try:
            header, step = placed.transform.compile(header, knows)
        except ConfigError as error:
            raise ConfigError(*(placed.part.mistake(mistake.message) for mistake in error.mistakes)) from None
        steps.append(step)
    mistakes = list(_unknown_columns(flow, header, knows))
    if mistakes and header:
        raise ConfigError(*mistakes)
    return Chain(header, tuple(steps))


def _unknown_columns(flow: Flow, header: Header, knows: Knows) -> Iterator[Mistake]:
    """Find misspelt columns under `key`, `once` and `empty_when`, which would let a value be overwritten."""
    config = flow.config
    if config.key is not None and config.key not in header:
        yield flow.part.mistake(f"no column is called {config.key!r}{did_you_mean(config.key, header)}", "key")
    named: list[tuple[str, str | int, str]] = [("once", number, name) for number, name in enumerate(config.once)]
    named += [("empty_when", name, name) for name in config.empty_when]
    for option, step, name in named:
        if name not in header and not knows(name):
            yield flow.part.mistake(f"no column is called {name!r}{did_you_mean(name, header)}", option, step)


def _is_full(context: RunContext, window: Window) -> bool:
    return window.since is None and not _is_partial(context)


def _conclude(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: _Progress) -> None:
    """After a complete read: keep the cursor, close what is no longer in the source, tell what is missing there."""
    run = context.run
    if not _is_partial(context) and done.window.cursor is not None:
        address = _address(context, flow.source)
        history.keep_cursor(context.database, run.pipeline, flow.name, address, done.window.cursor, run.started)
    if not _is_full(context, done.window):
        return
    for delivery in deliveries:
        records = delivery.target.records
        open_items.close_unmet(context.database, records.scope, context.number)
        number, keys = records.unseen(context.number, _SAMPLE)
        if number and not delivery.target.sink.whole:
            names = ", ".join(keys[:5]) + (", …" if number > 5 else "")
            were, stay = ("was", "stays") if number == 1 else ("were", "stay")
            delivery.notes.append(f"{number} sent earlier {were} not in the source this time, and {stay}: {names}")


@contextmanager
def _told(done: _Progress) -> Iterator[None]:
    try:
        yield
    except FlowError as error:
        logger.bind(detail=error.detail).opt(exception=True).debug("the flow ends: {}", error)
        if not done.error:
            done.error, done.detail = str(error), error.detail
    except PimflowError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of a plugin ends its flow, not the run
        logger.exception("a plugin failed in a way that it does not foresee")
        if not done.error:
            done.error = "a plugin has a defect; the log tells where. Report it to the authors of the plugin"
            done.detail = f"{type(error).__name__}: {error}"


def _reports(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: _Progress) -> list[FlowReport]:
    return [_report(context, flow, delivery, done) for delivery in deliveries] or [_unopened(context, flow, done)]


def _report(context: RunContext, flow: Flow, delivery: Delivery, done: _Progress) -> FlowReport:
    target, tally = delivery.target, delivery.tally
    names = (flow.source.title, target.sink.title)
    refused, limit = tally.counts[Status.REFUSED], flow.config.guards.max_refused
    notes = list(delivery.notes)
    too_many = limit is not None and refused > allowed(limit, done.read)
    if too_many:
        notes.append(f"More were refused than `max_refused: {limit}` allows.")
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
        full=_is_full(context, done.window),
        complete=done.complete,
        error=context.mask(done.error),
        detail=context.mask(done.detail),
        notes=tuple(notes),
        seconds=time.monotonic() - done.began,
        exit_code=3 if done.error else int(failed or too_many or needs_attention),
    )


def _unopened(context: RunContext, flow: Flow, done: _Progress) -> FlowReport:
    seconds = time.monotonic() - done.began
    return replace(_nothing_done(flow, context.mask(done.error)), detail=context.mask(done.detail), seconds=seconds)


def skipped(flow: Flow, needed: str) -> FlowReport:
    """Report a flow that did not run because one that it needs did not go well."""
    return _nothing_done(flow, f"not run: it needs {needed!r}, which did not go well")


def _nothing_done(flow: Flow, error: str) -> FlowReport:
    sink = flow.sinks[0]
    return FlowReport(flow.name, flow.source.title, sink.title, sink.noun, complete=False, error=error, exit_code=3)
