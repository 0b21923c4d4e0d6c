"""Rows of a flow that have no SKU yet: who is asked whether a number is free, and what they count from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pimflow.assemble import Flow
from pimflow.chunks import chunked
from pimflow.context import RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.errors import RemoteError
from pimflow.model import Cause, Header, ProblemKind
from pimflow.numbering.allocation import Allocation, Taken
from pimflow.numbering.filling import Cells, Filling, Given
from pimflow.numbering.rule import SkuRule
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.state.numbers import Numbers, looked_up


def filling_of(
    context: RunContext, flow: Flow, source_header: Header, header: Header, deliveries: Sequence[Delivery]
) -> Filling | None:
    """Give what fills the SKU of a flow's rows; None where the flow says nothing of it."""
    rule = flow.sku
    if rule is None:
        return None
    allocation = None
    if rule.numbering is not None:
        targets = [(one.target.sink, one.target.writer) for one in deliveries if one.target.key == rule.column]
        asked = _asker(context, targets, rule.numbering.also_free_in)
        allocation = Allocation(Numbers(context.database, rule.numbering.series), asked, context.run.started)
    return Filling(
        rule,
        Cells(header, source_header),
        context.assembly.system(flow.source) or context.run.pipeline,
        context.run.started.astimezone().date(),
        allocation,
        _given(rule, deliveries),
        frozenset(map(str, flow.config.empty_when.get(rule.column, ()))),
        frozenset(context.run.only),
    )


def _given(rule: SkuRule, deliveries: Sequence[Delivery]) -> Given | None:
    """Give what tells the keys that the ERP gave, where it gives them."""
    by_key = (one.target.identification for one in deliveries if one.target.key == rule.column)
    identification = next(by_key, None) if rule.giver == "erp" else None
    return None if identification is None else identification.keys_of


def given_meanwhile(context: RunContext, flow: Flow, causes: Sequence[Cause]) -> Iterator[str]:
    """Tell of SKUs that were given here and that somebody else has in the target, by its own words, and what to do."""
    if flow.sku is None or flow.sku.numbering is None:
        return
    clashes = [one for one in causes if one.problem.kind is ProblemKind.DUPLICATE and one.problem.detail]
    values = [str(value) for one in clashes for value in (one.problem.value, *one.others) if value is not None]
    for given in looked_up(context.database, values) if values else ():
        yield said(
            "{number} was given to {record} when nobody had it, and somebody else has it now. `{command}` lets the "
            "next run give another one.",
            number=given.number,
            record=given.record,
            command=f"pimflow state numbers {given.number} --forget",
        )


def _asker(context: RunContext, targets: Sequence[tuple[Sink, Writer]], also: Sequence[Sink]) -> Taken:
    """Ask the targets of a flow, and others, which numbers they have; the others are opened when it comes to that."""
    opened: list[tuple[Sink, Writer]] = []

    def taken(numbers: Sequence[str]) -> set[str]:
        if not opened:
            looking = replace(context.run, dry=True)
            opened.extend((*targets, *((sink, sink.open(context.sessions.of(sink), looking)) for sink in also)))
        return {one for sink, writer in opened for one in _taken(sink, writer, numbers)}

    return taken


def _taken(sink: Sink, writer: Writer, numbers: Sequence[str]) -> set[str]:
    try:
        return {one for some in chunked(numbers, sink.batch_size) for one in writer.taken(some)}
    except NotImplementedError:
        raise RemoteError(
            said(
                "{title} cannot tell which keys exist, so nobody knows whether a new SKU is free there",
                title=said(sink.title),
            )
        ) from None
