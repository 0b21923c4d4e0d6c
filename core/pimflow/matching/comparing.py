"""What a flow would write held against all that its target has, before the first import: who is in both, who may be.

The rows go through transforms and `prepare` as in a run, and nothing is written.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.chunks import chunked
from pimflow.context import FlowProgress, Progress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.diff import Verdict
from pimflow.delivering.intake import Intake, Target
from pimflow.matching.nearness import code_form, differences, is_code, is_name, near_form
from pimflow.model import FlowReport, Header, Item, RunReport
from pimflow.plan import plan_pipeline
from pimflow.rows import CHUNK_ROWS, Passed, Reader, Stopped
from pimflow.running.flow import open_deliveries, told
from pimflow.running.flow_reports import reports
from pimflow.running.reading import tables_of
from pimflow.running.run import RunOptions
from pimflow.state.comparison import Comparison, Couple, Listed, new_comparison
from pimflow.state.database import Database
from pimflow.state.links import Links
from pimflow.state.records import open_scope
from pimflow.transforming.compiling import compile_chain, placed


@dataclass(frozen=True, slots=True)
class Match:
    """One flow and one of its targets, compared. `nameless` are records of the target without a key.

    `name` tells it from the others: that of the flow, with `records` where the flow has several targets; `records` is
    what goes there, such as `product models`, with the address where two targets take the same. `unread` counts rows
    of which no record could be made. `code` is the column that was compared besides the key, empty where there is none.
    """

    name: str
    flow: str
    records: str
    place: tuple[str, str]
    source: str
    target: str
    noun: tuple[str, str]
    comparison: Comparison
    code: str
    unread: int
    nameless: int

    def kinds(self, show: int) -> Mapping[tuple[str, ...], tuple[int, Sequence[Couple]]]:
        """Count the pairs by how their keys differ, those with most first, and give the first of each."""
        counts: Counter[tuple[str, ...]] = Counter()
        samples: dict[tuple[str, ...], list[Couple]] = {}
        for couple in self.comparison.couples():
            kind = kinds_of(couple)
            counts[kind] += 1
            samples.setdefault(kind, []).extend([couple] if counts[kind] <= show else ())
        return {kind: (number, samples[kind]) for kind, number in counts.most_common()}

    def links(self, database: Database, pipeline: str) -> Links:
        """Give what people decided of this flow and target."""
        return Links(database, open_scope(database, pipeline, self.flow, *self.place))


@dataclass(frozen=True, slots=True)
class Matches:
    """The flows of a pipeline that can be matched, and the report of reading them."""

    report: RunReport
    found: Sequence[Match]

    @property
    def complete(self) -> bool:
        """Tell whether every flow could be read to its end."""
        return not any(flow.error for flow in self.report.flows)


def kinds_of(couple: Couple) -> tuple[str, ...]:
    """Name how the keys of two records differ that may be one."""
    return differences(couple.source.key, couple.target.key)


@contextmanager
def matched(
    assembly: Assembly,
    database: Database,
    code: str | None = None,
    progress: Progress = lambda _flow, _done, _total: None,
) -> Iterator[Matches]:
    """Compare the flows of a pipeline with their targets; the comparisons are there while the block lasts.

    `code` is a column that tells records to be the same besides their key; a GTIN where the flow has one, if left out.
    """
    found: list[Match] = []
    with ExitStack() as comparisons:
        carry_out = partial(_match_flow, found=found, comparisons=comparisons, code=code)
        options = RunOptions(full=True)
        report = plan_pipeline(assembly, database, options, lambda _change: None, progress, carry_out=carry_out)
        yield Matches(report, found)


def _match_flow(
    context: RunContext, flow: Flow, found: list[Match], comparisons: ExitStack, code: str | None
) -> list[FlowReport]:
    if not any(sink.matches for sink in flow.sinks):
        return []
    done = FlowProgress(time.monotonic())
    deliveries: list[Delivery] = []
    with ExitStack() as closing, told(done):
        for delivery in open_deliveries(context, flow, done):
            deliveries.append(delivery)
            closing.callback(delivery.close, ok=False)
        matching = [
            _Matching(delivery.target, place, comparisons.enter_context(new_comparison()))
            for delivery, place in zip(deliveries, context.assembly.places(flow), strict=True)
            if delivery.target.sink.matches
        ]
        with placed(flow):
            _read(context, flow, deliveries, matching, code, done)
        for one in matching:
            one.compare(partial(context.progress, f"{flow.name} in {one.target.sink.title}"))
        found.extend(_results(flow, matching))
        done.complete = True
    return reports(context, flow, deliveries, done)


def _results(flow: Flow, matching: Sequence[_Matching]) -> Iterator[Match]:
    """Give what was found in each target, under names that tell them apart."""
    kinds = [(one.target.sink.title, one.target.sink.noun) for one in matching]
    for one, kind in zip(matching, kinds, strict=True):
        alone = kinds.count(kind) == 1
        target, records = (text if alone else f"{text} ({one.place[1]})" for text in (kind[0], kind[1][1]))
        name = flow.name if len(matching) == 1 else f"{flow.name} ({records})"
        yield Match(
            name,
            flow.name,
            records,
            one.place,
            flow.source.title,
            target,
            kind[1],
            one.comparison,
            one.code,
            one.unread,
            one.nameless,
        )


def _read(
    context: RunContext,
    flow: Flow,
    deliveries: Sequence[Delivery],
    matching: Sequence[_Matching],
    code: str | None,
    done: FlowProgress,
) -> None:
    session = context.sessions.of(flow.source)
    window = flow.source.window(session, None)
    done.total = flow.source.count(session, window)
    with Reader(*tables_of(flow, session, window)) as reader:
        chain = compile_chain(flow, reader.header, [delivery.target.writer for delivery in deliveries])
        for one in matching:
            one.begin(chain.header, code)
        for rows in chain.run(reader):
            for one in matching:
                one.take(rows)
            done.read, done.dropped = reader.read, chain.dropped
            context.progress(flow.name, done.read, done.total)


@dataclass(slots=True)
class _Matching:
    """One sink while its flow is read."""

    target: Target
    place: tuple[str, str]
    comparison: Comparison
    code: str = ""
    name: str = ""
    unread: int = 0
    nameless: int = 0
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(self.target, ())

    def begin(self, header: Header, code: str | None) -> None:
        writer = self.target.writer
        known = [name for name in header if writer.knows(name) and name != self.target.key]
        self.code = next((name for name in known if (name == code if code else is_code(name))), "")
        self.name = next(filter(is_name, known), "")
        # Without what was linked: the keys of the source are wanted.
        self.intake = Intake(replace(self.target, links=None), header, writer.check_columns(header))
        if self.target.links is not None:
            self.comparison.decide(self.target.links.decided(), new=False)

    def take(self, rows: Sequence[Passed | Stopped]) -> None:
        items = []
        for one in self.intake.take(rows):
            if isinstance(one, Verdict):
                self.unread += 1
            else:
                items.append(one.item)
        meant = self._meant(items)
        self.comparison.add_source(
            self._listed(item.key, meant.get(item.key, item.key), item.payload) for item in items
        )

    def _meant(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Give the target's keys of items that it has under another one: those that people linked come first."""
        linked = self.target.links.of([item.key for item in items]) if self.target.links else {}
        return {**self.target.writer.meant([item for item in items if item.key not in linked]), **linked}

    def compare(self, progress: Callable[[int, int | None], None]) -> None:
        writer, done = self.target.writer, 0
        total = writer.count()
        columns = [name for name in (self.code, self.name, self.target.sink.id) if name]
        for chunk in chunked(writer.listed(columns), CHUNK_ROWS):
            done += len(chunk)
            self.comparison.add_target(self._listed(key, key, values) for key, values in chunk if key)
            self.nameless += sum(not key for key, _ in chunk)
            progress(done, total)
        self.comparison.compare()

    def _listed(self, key: str, meant: str, values: Mapping[str, Any]) -> Listed:
        folded = self.target.sink.folded(key)
        own = values.get(self.target.sink.id or "") or ""
        name = values.get(self.name)
        called = "" if name is None else str(name)
        return Listed(key, meant, folded, near_form(key), code_form(values.get(self.code)), str(own), called)
