"""One flow of one run: its source read ahead, its rows changed in one pass, its sinks fed chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

from loguru import logger

from pimflow.ahead import ahead
from pimflow.assemble import Flow
from pimflow.checking.foresight import before_full_run
from pimflow.context import FlowProgress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.diff import Rules
from pimflow.delivering.first_import import first_import
from pimflow.delivering.identification import Columns, Identification
from pimflow.delivering.intake import Target, other_keys
from pimflow.delivering.ownership import Domain
from pimflow.delivering.sifting import Ready
from pimflow.errors import FlowError, PimflowError
from pimflow.model import FlowReport, Header, Outcome
from pimflow.observers import notify_observers
from pimflow.rows import Passed, Reader, Stopped, gathered
from pimflow.running.asked import let_ask
from pimflow.running.correcting import Correcting, correcting, end
from pimflow.running.ending import conclude, finish, send_kept
from pimflow.running.flow_reports import reports, skipped
from pimflow.running.linked import links_of, references_of
from pimflow.running.numbered import filling_of, given_meanwhile
from pimflow.running.reading import is_other_flow, tables_of, window_of
from pimflow.running.returning import let_return
from pimflow.sentences import said, said_by
from pimflow.sinks import Sink, Writer
from pimflow.state.identities import Identities
from pimflow.state.memory import KeptMemory
from pimflow.state.owners import keep_owner
from pimflow.state.records import Records, Scope, open_scope
from pimflow.transforming.chain import Chain, Results, Steps
from pimflow.transforming.compiling import Sinks, compile_chain, has_whole_transform, placed, placed_sink

CarryOut = Callable[[RunContext, Flow], list[FlowReport]]
"""Does one flow, and gives a report for each of its sinks."""
Move = Callable[[RunContext, Flow, Sequence[Delivery], FlowProgress], None]
"""Brings the rows of a flow to its sinks, which are open, and says how far it came."""


def run_flow(context: RunContext, flow: Flow) -> list[FlowReport]:
    """Run one flow and give one report for each of its sinks. Raises ConfigError for a column that is not there.

    Of a flow that a person stops, the reports are put into `context.stopped`.
    """
    return carry_out(context, flow, _move)


def flow_by_flow(
    context: RunContext, flows: Iterable[Flow], carry_out: CarryOut, unwell: set[str]
) -> Generator[list[FlowReport], None, None]:
    """Carry out flows in order, and give the reports of each; `unwell` names those that did not go well, and grows."""
    for flow in flows:
        missing = next((needed for needed in flow.config.needs if needed in unwell), None)
        found = [skipped(flow, missing)] if missing else carry_out(context, flow)
        if any(report.error for report in found):
            unwell.add(flow.name)
        yield found


def carry_out(context: RunContext, flow: Flow, move: Move) -> list[FlowReport]:
    """Do one flow as `run_flow` does; `move` says which rows are brought to its sinks."""
    done = FlowProgress(time.monotonic())
    context.begun[flow.name] = done
    deliveries: list[Delivery] = []
    try:
        _carry_out(context, flow, deliveries, done, move)
    except KeyboardInterrupt:
        done.error = said("It was stopped; what was written stays, and the next run goes on from there")
        context.stopped.extend(reports(context, flow, deliveries, done))
        raise
    if done.complete and not done.error:
        conclude(context, flow, deliveries, done)
    _tell_source(context, flow, done)
    for delivery in deliveries:
        delivery.notes.extend(given_meanwhile(context, flow, delivery.tally.causes()))
    return reports(context, flow, deliveries, done)


def _tell_source(context: RunContext, flow: Flow, done: FlowProgress) -> None:
    """Let the source put away what was read. It comes last: killed before, a run reads the same again."""
    if done.begun and not context.is_partial and not context.run.dry:
        with told(done):
            done.notes.extend(flow.source.done(context.sessions.of(flow.source), done.window, done.failure))


def _carry_out(context: RunContext, flow: Flow, deliveries: list[Delivery], done: FlowProgress, move: Move) -> None:
    try:
        with told(done), logger.contextualize(flow=flow.name):
            nothing = flow.source.ready(context.sessions.of(flow.source), context.run.started)
            if nothing is not None:
                done.idle = True
                done.notes.append(nothing)
                return
            deliveries.extend(open_deliveries(context, flow, done))
            with placed(flow):
                move(context, flow, deliveries, done)
    finally:
        with ExitStack() as closing:
            for delivery in reversed(deliveries):
                closing.callback(close_delivery, context, delivery, done)


def close_delivery(context: RunContext, delivery: Delivery, done: FlowProgress) -> None:
    """End what a sink does in this run; a target that is written as a whole shows it only if all went well."""
    with told(done):
        delivery.close(ok=done.complete and not done.error and not _would_cut(context, delivery))


def _move(context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: FlowProgress) -> None:
    limit = context.run.limit
    with reading(context, flow, deliveries, done) as (reader, chain):
        before_full_run(context, flow, chain.header, deliveries, done)
        begin(deliveries, reader.header, chain.header)
        context.progress(flow.name, 0, done.total)
        with closing(_coming(flow, reader, chain, deliveries, limit)) as coming:
            for rows in coming:
                done.read, done.dropped = reader.read, chain.dropped
                deliver(deliveries, rows)
                context.progress(flow.name, done.settled(), done.total)
        done.read = done.total = reader.read
        done.dropped = chain.dropped
        send_kept(context, flow, chain, deliveries, done)
        _tell_not_met(deliveries)
    finish(context, flow, deliveries, done)
    context.database.check_fence()
    done.complete = True


def _coming(
    flow: Flow, reader: Reader, chain: Chain, deliveries: Sequence[Delivery], limit: int | None
) -> Generator[Sequence[Passed | Stopped] | Ready, None, None]:
    """Give what comes out of the transforms, which go on while sinks write where the source has to be waited for."""
    results = _limited(chain.run(reader), limit) if has_whole_transform(flow) else chain.run(reader)
    if reader.at_hand and len(deliveries) == 1 and not flow.sinks[0].whole:
        yield from deliveries[0].readied(results)
    elif reader.at_hand:
        yield from results if all(sink.whole for sink in flow.sinks) else gathered(results)
    elif all(isinstance(stage, Steps | Correcting) for stage in chain.stages):
        yield from ahead(results)
    else:
        yield from results


@contextmanager
def reading(
    context: RunContext, flow: Flow, deliveries: Sequence[Delivery], done: FlowProgress
) -> Iterator[tuple[Reader, Chain]]:
    """Begin to read the source of a flow, and give its reader and the transforms made ready for its columns."""
    run, session = context.run, context.sessions.of(flow.source)
    only = dict.fromkeys(key for delivery in deliveries for key in sorted(delivery.target.only))
    done.window, done.begun = window_of(context, flow, session, done, tuple(only)), True
    done.total = None if run.limit else flow.source.count(session, done.window)
    limit = None if has_whole_transform(flow) else run.limit
    with Reader(*tables_of(flow, session, done.window, limit), limit=limit) as reader:
        chain = compile_chain(flow, reader.header, [delivery.target.writer for delivery in deliveries])
        corrected = correcting(context, flow, reader.header, chain)
        let_return(context, flow, reader.header, chain)
        filling = filling_of(context, flow, reader.header, chain.header, deliveries)
        if filling is not None:
            chain.stages = (*chain.stages, filling)
        let_ask(context, flow, reader.header, chain)
        yield reader, chain
        if corrected is not None:
            done.notes.extend(end(context.database, corrected, dry=run.dry))
        if filling is not None:
            done.notes.extend(filling.notes(flow.sinks[0].noun, dry=run.dry))


def _tell_not_met(deliveries: Sequence[Delivery]) -> None:
    """Tell which keys that a person asked for no sink has met; in files and feeds rows have no keys."""
    missing = frozenset.intersection(*(delivery.not_met for delivery in deliveries))
    if missing and not any(delivery.target.sink.whole for delivery in deliveries):
        keys = ", ".join(sorted(missing))
        deliveries[0].notes.append(said("The source has no record with the key {keys}.", keys=keys))


def begin(deliveries: Sequence[Delivery], source_header: Header, header: Header) -> None:
    """Hand the columns over; one that a sink refuses is told unless another sink of the flow takes it.

    Where one sink waits for a first import to be allowed, all of them do.
    """
    waits = any(delivery.target.first_import for delivery in deliveries)
    for delivery in deliveries:
        others = [other.target.writer for other in deliveries if other is not delivery]
        delivery.begin(source_header, header, Sinks(others).knows)
        if waits:
            delivery.hold()


def deliver(deliveries: Sequence[Delivery], rows: Sequence[Passed | Stopped] | Ready) -> None:
    """Hand rows to each sink in turn: what a later one refers to is written by then."""
    for delivery in deliveries:
        delivery.take(rows)
        if delivery is not deliveries[-1]:
            delivery.flush()


def _limited(results: Results, limit: int | None) -> Results:
    """Cut the rows that a transform of all rows gave, instead of those that it reads."""
    for rows in results:
        yield rows[:limit]
        if limit is not None:
            limit -= len(rows)
            if limit <= 0:
                return


def _would_cut(context: RunContext, delivery: Delivery) -> bool:
    """Keep a partial run from leaving a file or feed with a part of its rows."""
    cut = delivery.target.sink.whole and context.is_partial
    if cut:
        title = said(delivery.target.sink.title)
        delivery.notes.append(said("{title} is written as a whole; a partial run leaves it as it was.", title=title))
    return cut


def open_deliveries(context: RunContext, flow: Flow, done: FlowProgress) -> Iterator[Delivery]:
    """Open the sinks of a flow, one after the other. Raises FlowError."""

    def observe(outcomes: Sequence[Outcome]) -> None:
        manager = context.assembly.registry.manager
        notify_observers(manager, "pimflow_batch_loaded", run=context.run, flow=flow.name, outcomes=outcomes)
        context.progress(flow.name, done.settled(), done.total)

    places = context.assembly.places(flow)
    retry = context.retry or is_other_flow(context, flow)
    for sink, (name, address) in zip(flow.sinks, places, strict=True):
        scope = open_scope(context.database, context.run.pipeline, flow.name, name, address)
        run = replace(context.run, memory=KeptMemory(context.database, address))
        with placed_sink(flow, sink):
            writer = sink.open(context.sessions.of(sink), run)
        records = Records(context.database, scope)
        only = frozenset(context.run.only)
        others = other_keys(flow.sinks, sink) if flow.config.key is None else frozenset()
        rules = _rules(context, flow, sink, f"{name} {address}", retry=retry)
        target = Target(sink, writer, records, flow.config, rules, only, others, named=flow.source.named)
        domain = _domain(context, flow, writer, records) if sink.owned else None
        identification = _identification(context, flow, sink, writer, scope) if sink.renames else None
        tells_stopped = not others or sink is flow.sinks[-1]
        target = replace(target, tells_stopped=tells_stopped, answers=flow.answers, domain=domain)
        owns_keys = _owns_keys(domain, rules) and not context.run.undoes  # an undo leaves what people changed since
        target = replace(target, rules=replace(rules, owns_keys=owns_keys, sent=records.settled))
        references = references_of(context, flow, address, scope)
        target = replace(target, identification=identification, references=references)
        target = replace(target, links=links_of(context.database, scope))
        if target.links is not None:
            target = replace(target, only=target.links.source_keys(only))
        if not context.run.undoes and "first_import" not in context.allowed:
            demand = first_import(flow.config, flow.name, sink, writer, records, (name, address))
            target = replace(target, first_import=demand)
        delivery = Delivery(
            target, context.database, context.make_loading, observe, context.mask, context.created_so_far
        )
        context.tallies.append(delivery.tally)
        done.tallies.append(delivery.tally)
        if scope.others - {address for _, address in places}:
            first = said(
                "{flow} writes to {address} for the first time: everything is sent there.",
                flow=flow.name,
                address=address,
            )
            delivery.notes.append(first)
        yield delivery


def _domain(context: RunContext, flow: Flow, writer: Writer, records: Records) -> Domain | None:
    contract, owner = context.assembly.pipeline.ownership, flow.config.owner
    if contract is None or owner is None:
        return None
    keep_owner(context.database, records.scope, owner)
    return Domain(contract, owner, writer, frozenset(flow.config.once), context.database, records)


def _owns_keys(domain: Domain | None, rules: Rules) -> bool:
    """Tell whether people's keys give way to ours; without a contract, where all is held against the target."""
    said = domain.owns_keys() if domain is not None else None
    return rules.against_target if said is None else said


def _identification(context: RunContext, flow: Flow, sink: Sink, writer: Writer, scope: Scope) -> Identification | None:
    config, source = flow.config, flow.source
    column = config.identity or source.identity
    if config.entity is None or column is None:
        return None
    assembly = context.assembly
    system = assembly.system(source) or context.run.pipeline
    identities = Identities(context.database, scope, config.entity, system, assembly.address(sink))
    columns, key = Columns(column, source.named, source.title), config.key or sink.key
    gives_keys = flow.sku is not None and flow.sku.giver == "erp" and flow.sku.column == key
    goes_on = context.goes_on
    return Identification(identities, columns, sink, writer, key, goes_on=goes_on, gives_keys=gives_keys)


def _rules(context: RunContext, flow: Flow, sink: Sink, place: str, *, retry: bool) -> Rules:
    config = flow.config
    return Rules(
        run=context.number,
        now=context.run.started,
        mode="update" if config.returns else config.mode,
        once=frozenset(config.once),
        defaults=dict(sink.creation_defaults),
        refuse_bad_values=config.on_bad_value == "refuse",
        enabled=sink.enabled,
        retry=retry,
        history=context.assembly.pipeline.history.days > 0,
        asks_first=sink.asks_first,
        against_target=config.diff == "target",
        recreate=config.on_deleted == "recreate",
        flow=flow.name,
        place=place,
        stamps=config.stamp,
        two_way=config.returns is not None or any(one.config.returns == flow.name for one in context.assembly.flows),
    )


@contextmanager
def told(done: FlowProgress) -> Iterator[None]:
    """Let what ends a flow end it alone: its report tells why."""
    try:
        yield
    except FlowError as error:
        logger.bind(detail=error.detail).opt(exception=True).debug("the flow ends: {}", error)
        if not done.error:
            done.error, done.detail, done.exit_code = said_by(error), error.detail, error.exit_code
            done.failure = error
    except PimflowError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of a plugin ends its flow, not the run
        logger.exception("a plugin failed in a way that it does not foresee")
        if not done.error:
            done.error = said("a plugin has a defect; the log tells where. Report it to the authors of the plugin")
            done.detail = f"{type(error).__name__}: {error}"
            done.failure = FlowError(done.error, detail=done.detail)
