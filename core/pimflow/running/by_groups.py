"""A run that goes group by group, such as family by family, with a checkpoint after each.

A group is brought through all flows that have the column before the next one is begun. What is through is kept, so that
the next run goes on behind it. When no group is left, the run takes those again that earlier runs brought, sends what
changed there since, and concludes as a complete read does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from pimflow.assemble import Assembly, Flow
from pimflow.checkpoint import Checkpoint
from pimflow.context import RunContext
from pimflow.errors import GuardError
from pimflow.model import FlowReport, RunReport
from pimflow.plain import to_json
from pimflow.running.basis import basis_of
from pimflow.running.flow import flow_by_flow, run_flow
from pimflow.running.gathering import Gathered, bring, bring_again, gather
from pimflow.running.group_order import order_of
from pimflow.sentences import said
from pimflow.state import groups_done
from pimflow.state.database import Database
from pimflow.state.sorted_rows import new_sorted_rows

GoOn = Callable[[RunReport], bool]
"""Takes the report of the run as far as it came, at each checkpoint before the last; says whether to go on."""
_THEN = 5
_AGAIN = "once more, now that all are there"


def _stop(_so_far: RunReport) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ByGroups:
    """What a person asks of a run: `column` of the rows as they go to the target tells the group of each."""

    column: str
    go_on: GoOn = field(default=_stop, repr=False, compare=False)


class GroupRun:
    """One run by groups; `checkpoint` tells how far it came, None before the rows were read.

    `so_far` are the reports of the run, to which those that come out of it are added elsewhere.
    """

    def __init__(self, context: RunContext, by: ByGroups, so_far: Sequence[FlowReport]) -> None:
        self._so_far = so_far
        self.checkpoint: Checkpoint | None = None
        self._context = context
        self._by = by
        self._gathered: list[Gathered] = []
        self._after: list[Flow] = []
        self._unwell: set[str] = set()

    def reports(self) -> Generator[list[FlowReport], None, None]:
        """Go group by group, and give the reports of each flow and group. Raises ConfigError for an unknown column."""
        order = order_of(self._context, self._by.column)
        self._after = order.after
        yield from self._whole(order.before)
        with ExitStack() as opened:
            for flow in order.grouped:
                gathered = Gathered(flow, opened.enter_context(new_sorted_rows()), self._by.column)
                yield from self._gather(gathered)
                if flow.name in self._unwell:
                    return
            if not (yield from self._bring_groups()):
                return
            yield from self._conclude()
        if not self._unwell.intersection(one.flow.name for one in self._gathered):
            groups_done.forget(self._context.database, self._context.run.pipeline)
            yield from self._whole(self._after)

    def _whole(self, flows: Sequence[Flow]) -> Iterator[list[FlowReport]]:
        yield from flow_by_flow(self._context, flows, run_flow, self._unwell)

    def _gather(self, gathered: Gathered) -> Iterator[list[FlowReport]]:
        """Read the rows of a flow; a stop is told, and a flow without the column after all runs as a whole."""
        flow = gathered.flow
        if not self._unwell.isdisjoint(flow.config.needs):
            yield from self._whole([flow])
            return
        reports = gather(self._context, gathered)
        if any(report.error for report in reports):
            self._unwell.add(flow.name)
            yield reports
        elif gathered.chain is not None:
            self._gathered.append(gathered)
        elif self._gathered:
            self._after.append(flow)
        else:
            yield from self._whole([flow])

    def _bring_groups(self) -> Generator[list[FlowReport], None, bool]:
        """Bring the groups that are not through; give whether none is left."""
        run, basis = self._context.run, self._basis()
        names = self._names()
        known = groups_done.names(self._context.database, run.pipeline, self._by.column, basis)
        left = [name for name in names if name not in known]
        for number, name in enumerate(left):
            self.checkpoint = self._at(len(names), left[number:])
            brought: list[FlowReport] = []
            for reports in self._bring(name):
                yield reports
                brought += reports
            if run.dry or any(report.error for report in brought):
                return False
            groups_done.keep(self._context.database, run.pipeline, self._by.column, basis, name, run.started)
            self.checkpoint = self._at(len(names), left[number + 1 :])
            if self.checkpoint.left and not self._goes_on():
                return False
        self.checkpoint = self._at(len(names), [])
        return not run.dry

    def _goes_on(self) -> bool:
        run, reports = self._context.run, tuple(self._so_far)
        exit_code = max((one.exit_code for one in reports), default=0)
        return self._by.go_on(RunReport(run, reports, 0.0, exit_code, checkpoint=self.checkpoint))

    def _bring(self, name: str) -> Iterator[list[FlowReport]]:
        """Bring one group through all flows that have rows of it; what needs a flow that stopped is not begun."""
        part = f"{self._by.column} {name}" if name else _shown(name, self._by.column)
        context = self._called(part)
        for gathered in self._gathered:
            if name in gathered.sizes:
                reports = [replace(report, part=part) for report in bring(context, gathered, name)]
                yield reports
                if any(report.error for report in reports):
                    self._unwell.add(gathered.flow.name)
                    return

    def _conclude(self) -> Iterator[list[FlowReport]]:
        """Bring again what earlier runs brought; told only where it has something to tell."""
        context = self._called(_AGAIN)
        through = self._names()
        for gathered in self._gathered:
            names = [name for name in through if name not in gathered.brought]
            reports = [replace(report, part=_AGAIN) for report in bring_again(context, gathered, names)]
            told = [report for report in reports if report.read or report.error or report.notes]
            if told:
                yield told
            if any(report.error for report in reports):
                self._unwell.add(gathered.flow.name)
                return

    def _called(self, part: str) -> RunContext:
        """Give a context whose progress names the group."""
        progress = self._context.progress
        return replace(self._context, progress=lambda flow, done, total: progress(f"{flow}, {part}", done, total))

    def _names(self) -> list[str]:
        """Name all groups by their names, so that the order is the same on another day; rows without one come last."""
        names = {name for one in self._gathered for name in one.sizes}
        return sorted(names, key=lambda name: (not name, name.casefold(), name))

    def _at(self, groups: int, left: Sequence[str]) -> Checkpoint:
        waiting = tuple(flow.name for flow in self._after)
        if not left:
            return Checkpoint(self._by.column, groups, groups, waiting=waiting)
        largest = max(self._gathered, key=lambda one: one.sizes.get(left[0], 0))
        then = tuple(_shown(name, self._by.column) for name in left[1 : _THEN + 1])
        return Checkpoint(
            self._by.column,
            groups - len(left),
            groups,
            _shown(left[0], self._by.column),
            largest.sizes[left[0]],
            largest.flow.sinks[-1].noun,
            then,
            waiting,
        )

    def _basis(self) -> str:
        """Tell apart what the rows are made with and where they go: with another mapping all groups come again."""
        assembly = self._context.assembly
        made = [[one.flow.name, basis_of(one.flow), assembly.places(one.flow)] for one in self._gathered]
        return blake2b(to_json(made), digest_size=16).hexdigest()


def check_under_way(assembly: Assembly, database: Database) -> None:
    """See that a run of everything does not pass the checkpoints of one by groups. Raises GuardError."""
    name = assembly.pipeline.name
    found = groups_done.under_way(database, name)
    if found is not None:
        through = said("1 is through") if found.done == 1 else said("{number:,} are through", number=found.done)
        raise GuardError(
            said(
                "{name} is being brought group after group by {column}, and {through}. A run of everything would bring "
                "the rest without a checkpoint. Nothing was run. `{next}` goes on with the next; `{all}` brings all "
                "the rest at once",
                name=name,
                column=found.by,
                through=through,
                next=f"pimflow run --by {found.by}",
                all="pimflow run --allow first_import",
            )
        )


def _shown(name: str, column: str) -> str:
    return name or f"(no {column})"
