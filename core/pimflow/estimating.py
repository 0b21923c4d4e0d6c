"""What a run would cost, told beforehand: calls, time and size. Nothing is written.

The source is read and its rows are prepared and compared as in a run, on a copy of the state. Of the target only a few
harmless questions are asked, to see how fast it answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.context import Progress, RunContext
from pimflow.delivering.batches import Batches, Settle, outcome_of
from pimflow.delivering.diff import Candidate, Rules
from pimflow.delivering.load import Loading
from pimflow.delivering.new_records import NewRecords
from pimflow.many_outcomes import Alike
from pimflow.model import FlowReport, Header, Row, RunReport, Status
from pimflow.plain import to_json
from pimflow.plan import plan_pipeline
from pimflow.running.flow import run_flow
from pimflow.running.run import RunOptions
from pimflow.sinks import Sink, Writer
from pimflow.state import history
from pimflow.state.database import Database

GUARDS = frozenset({"min_rows", "max_changed", "max_missing", "max_cleared", "first_import"})
ASKED_BATCHES = 5
_TELLING = 100
"""So many records must a past run have written for its pace to count."""

_LATEST_RUNS = 20
Clock = Callable[[], float]


@dataclass(slots=True)
class Estimate:
    """One sink of a flow. `seconds` is the least and the most that is likely.

    `asking` are calls that ask which records the target has, at most; `answer` is how long one of them took, in
    seconds, `pace` how many records a second a past run wrote: None where that is not known.
    """

    flow: str
    sink: Sink
    records: int = 0
    writing: int = 0
    asking: int = 0
    files: int = 0
    file_bytes: int = 0
    sent_bytes: int = 0
    read: int = 0
    reading: float = 0.0
    state_bytes: int = 0
    answer: float | None = None
    pace: float | None = None

    @property
    def seconds(self) -> tuple[float, float]:
        """Reading goes on while batches are written, so the slower of both counts."""
        if self.pace and self.records:
            return (max(self.reading, self.records / self.pace),) * 2
        answer, calls = self.answer or 0.0, self.writing + self.asking + 2 * self.files
        quick = max(self.reading, calls * answer / self.sink.in_flight)
        slow = (self.writing * self.sink.batch_seconds + (calls - self.writing) * answer) / self.sink.in_flight
        return quick, max(self.reading, quick, slow)


@dataclass(slots=True)
class _Costs:
    """The estimates of a pipeline while they are made; `asked` are seconds spent with asking."""

    found: list[Estimate] = field(default_factory=list)
    asked: float = 0.0


def estimate_pipeline(
    assembly: Assembly,
    database: Database,
    options: RunOptions,
    clock: Clock = time.monotonic,
    progress: Progress = lambda _flow, _done, _total: None,
) -> tuple[RunReport, Sequence[Estimate]]:
    """Give the report of looking, and an estimate for each sink. Raises as `plan_pipeline`."""
    costs = _Costs()

    def counter(sink: Sink, writer: Writer, rules: Rules, settle: Settle, _max_failed: int, **_: Any) -> Loading:
        costs.found.append(Estimate(rules.flow, sink))
        return _Counter(sink, writer, rules, settle, costs, clock)

    carry_out = partial(_estimate_flow, costs=costs, counter=counter, clock=clock)
    options = replace(options, allow=GUARDS)
    report = plan_pipeline(assembly, database, options, lambda _change: None, progress, carry_out=carry_out)
    for one in costs.found:
        one.pace = _past_pace(database, assembly.pipeline.name, one)
    return report, costs.found


def _estimate_flow(
    context: RunContext, flow: Flow, costs: _Costs, counter: Callable[..., Loading], clock: Clock
) -> list[FlowReport]:
    began, asked, size, first = clock(), costs.asked, context.database.size(), len(costs.found)
    found = run_flow(replace(context, make_loading=counter), flow)
    for one, report in zip(costs.found[first:], found, strict=False):
        one.read = report.read
        one.reading = max(0.0, clock() - began - (costs.asked - asked))
        one.state_bytes = context.database.size() - size
    return found


class _Counter:
    """Stands where the loader stands in a run, and only counts."""

    def __init__(self, sink: Sink, writer: Writer, rules: Rules, settle: Settle, costs: _Costs, clock: Clock) -> None:
        self._sink = sink
        self._writer = writer
        self._rules = rules
        self._settle = settle
        self._costs = costs
        self._estimate = costs.found[-1]
        self._clock = clock
        self._batches = Batches(sink.batch_size, self._count)
        self._answers: list[float] = []

    def put(self, candidate: Candidate) -> None:
        """Take one candidate; a full batch is counted."""
        self._batches.put(candidate)

    def put_all(self, records: NewRecords) -> None:
        """Take new records one by one."""
        for candidate in records:
            self.put(candidate)

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:  # noqa: ARG002
        """Want rows one by one."""
        return None

    def drain(self) -> None:
        """Count what was taken so far."""
        self._batches.drain()

    def finish(self) -> None:
        """Count the rest."""
        self.drain()

    def close(self) -> None:
        """Stop counting."""
        self._batches.clear()

    def _count(self, batch: Sequence[Candidate]) -> None:
        one, rules = self._estimate, self._rules
        whole = [{**candidate.creation, **candidate.change.payload} for candidate in batch]
        going = sum(not candidate.resting for candidate in batch)  # the others are only held against the target
        one.records += going
        one.writing += going > 0 and not self._sink.whole
        strange = not all(candidate.change.known for candidate in batch)
        one.asking += rules.against_target or (rules.asks_what_exists and strange)
        one.asking += self._sink.id is not None
        one.sent_bytes += sum(len(to_json(values)) for c, values in zip(batch, whole, strict=True) if not c.resting)
        files, size = self._writer.files([candidate.change for candidate in batch])
        one.files, one.file_bytes = one.files + files, one.file_bytes + size
        if len(self._answers) < ASKED_BATCHES and not self._sink.whole:
            self._ask(batch)
        answers = []
        for candidate, values in zip(batch, whole, strict=True):
            if candidate.resting:
                answers.append((candidate, outcome_of(candidate, Status.UNCHANGED)))
                continue
            as_written = replace(candidate, sent=values)  # so that the copy of the state grows as the state will
            status = Status.UPDATED if candidate.change.known else Status.CREATED
            answers.append((as_written, outcome_of(candidate, status, *candidate.prepared.item.problems)))
        self._settle(answers)

    def _ask(self, batch: Sequence[Candidate]) -> None:
        """Ask a harmless question, for the time that its answer takes; the first answers may come from a model."""
        began = self._clock()
        try:
            self._writer.current(batch[0].change.resource, [candidate.change.key for candidate in batch], ())
        except NotImplementedError:
            return
        took = self._clock() - began
        self._costs.asked += took
        self._answers.append(took)
        self._estimate.answer = max(self._answers)


def _past_pace(database: Database, pipeline: str, one: Estimate) -> float | None:
    """Give the records a second that the latest run wrote which wrote many."""
    for past in history.past_runs(database, pipeline, _LATEST_RUNS):
        for flow in (past.report or {}).get("flows", ()):
            written = sum(flow["counts"].get(name, 0) for name in ("created", "updated"))
            same = flow["name"] == one.flow and flow["target"] == one.sink.title
            if same and not flow["error"] and written >= _TELLING and flow["seconds"] > 0:
                return float(written / flow["seconds"])
    return None
