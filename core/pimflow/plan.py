"""The dry run: everything as in a run, up to the moment of writing, held against the live target.

It works on a copy of the state, so that nothing is remembered of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.context import Progress
from pimflow.delivering.batches import Batches, Settle, outcome_of, refuse_missing
from pimflow.delivering.diff import Candidate, Rules, columns_of_new
from pimflow.delivering.fingerprints import fingerprint
from pimflow.delivering.following import follow
from pimflow.delivering.load import Loading
from pimflow.delivering.new_records import NewRecords
from pimflow.delivering.unnumbered import met_again
from pimflow.many_outcomes import Alike
from pimflow.model import Change, Header, Outcome, Row, RunReport, Status
from pimflow.running.flow import CarryOut, run_flow
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.sinks import Sink, Writer
from pimflow.state.database import Database, open_database

_WRITTEN = frozenset({Status.CREATED, Status.UPDATED})
NOT_KNOWN = "(not known)"
"""The old value in a target that cannot be asked."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One column that would change; None stands for empty."""

    column: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a run would do to one record; `noun` is what people call such a record.

    `place` names flow, sink and kind of record; `digest` tells the payload apart that the flow gives.
    """

    noun: str
    key: str
    status: Status
    values: tuple[ValueChange, ...]
    place: tuple[str, str, str] = field(default=("", "", ""), compare=False)
    digest: str = field(default="", compare=False)

    @property
    def cleared(self) -> int:
        """How many values would be emptied."""
        return sum(one.new is None and one.old is not None for one in self.values)


OnPlanned = Callable[[PlannedChange], None]
Made = dict[tuple[str, str], set[tuple[str, str]]]
"""By type and address of a sink: the records, by kind and key, that a plan makes before flows that only update them."""


def plan_pipeline(
    assembly: Assembly,
    database: Database,
    options: RunOptions,
    on_planned: OnPlanned,
    progress: Progress = lambda _flow, _done, _total: None,
    carry_out: CarryOut = run_flow,
    on_looked: OnPlanned = lambda _change: None,
) -> RunReport:
    """Tell what a run would do, and call `on_planned` for each record that it would create or change.

    `on_looked` is called for these, for each that the target has already as it would be sent, and for those refused.
    """
    made: Made = {
        place: set() for flow in assembly.flows if flow.config.mode == "update" for place in _ends(assembly, flow)
    }

    def planner(sink: Sink, writer: Writer, rules: Rules, settle: Settle, _max_failed: int, **_: Any) -> Loading:
        there = made.get((sink.type, assembly.address(sink)))
        return Planner(sink, writer, rules, settle, on_planned, on_looked, there)

    with _copied(database) as copy:
        return run_pipeline(assembly, copy, replace(options, dry=True), progress, planner, carry_out=carry_out)


def _ends(assembly: Assembly, flow: Flow) -> Iterator[tuple[str, str]]:
    return ((sink.type, assembly.address(sink)) for sink in flow.sinks)


class Planner:
    """Stands where the loader stands in a run, and only looks."""

    def __init__(
        self,
        sink: Sink,
        writer: Writer,
        rules: Rules,
        settle: Settle,
        on_planned: OnPlanned,
        on_looked: OnPlanned = lambda _change: None,
        made: set[tuple[str, str]] | None = None,
    ) -> None:
        self._sink = sink
        self._writer = writer
        self._rules = rules
        self._settle = settle
        self._on_planned = on_planned
        self._on_looked = on_looked
        self._made = made
        self._batches = Batches(sink.batch_size, self._look)

    def put(self, candidate: Candidate) -> None:
        """Take one candidate; a full batch is held against the target."""
        self._batches.put(candidate)

    def put_all(self, records: NewRecords) -> None:
        """Take new records one by one."""
        for candidate in records:
            self.put(candidate)

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:  # noqa: ARG002
        """Want rows one by one."""
        return None

    def drain(self) -> None:
        """Look at what was taken so far."""
        self._batches.drain()

    def finish(self) -> None:
        """Look at the rest."""
        self.drain()

    def close(self) -> None:
        """Stop looking."""
        self._batches.clear()

    def _look(self, batch: Sequence[Candidate]) -> None:
        batch, without_key = met_again(self._sink, self._writer, batch, self._rules)
        digests = {candidate.change.key: digest_of(candidate) for candidate in batch}
        batch, aside = follow(self._sink, self._writer, batch, self._rules)
        fitted = self._writer.fit([candidate.change for candidate in batch])
        going = [replace(candidate, change=change) for candidate, change in zip(batch, fitted, strict=True)]
        current = {} if self._sink.whole or not going else self._present(going)
        looked = [_looked(candidate, current) for candidate in going]
        judged = [
            (candidate, self._judge(candidate, current.get(key), digests[key]))
            for candidate in looked
            for key in [candidate.change.key]
        ]
        self._writer.planned([_written(*one, self._rules) for one in judged if one[1].status in _WRITTEN])
        self._settle([*without_key, *aside, *judged])

    def _present(self, batch: Sequence[Candidate]) -> Mapping[str, Mapping[str, Any]]:
        columns = sorted({name for candidate in batch for name in (*candidate.change.payload, *candidate.creation)})
        keys = [candidate.change.key for candidate in batch]
        try:
            return self._writer.current(batch[0].change.resource, keys, columns)
        except NotImplementedError:  # a target that cannot be asked: it has what was sent
            unknown = dict.fromkeys(columns, NOT_KNOWN)
            return {candidate.change.key: unknown for candidate in batch if candidate.change.known}

    def _judge(self, candidate: Candidate, current: Mapping[str, Any] | None, digest: str) -> Outcome:
        change = candidate.change
        if current is None and self._is_made_before(change):
            current = {}
        left = self._left(candidate, current)
        if left is not None:
            self._on_looked(self._planned(change, left.status, (), digest))
            return left
        if current is None:
            new = _made_anew(candidate, self._rules)
            status, values = Status.CREATED, [ValueChange(name, None, value) for name, value in new.items()]
            if self._made is not None:
                self._made.add((change.resource, change.key))
        elif self._rules.mode == "create":
            status, values = Status.UNCHANGED, []
        else:
            values = [
                ValueChange(name, current.get(name), new)
                for name, new in change.payload.items()
                if current.get(name) != new
            ]
            values = values if any(one.column not in self._rules.stamps for one in values) else []
            status = Status.UPDATED if values else Status.UNCHANGED
        if candidate.prepared.aside:  # its key is for a moment only
            values = [one for one in values if one.column not in (candidate.prepared.renaming or {})]
            if current is None or not values:
                return outcome_of(candidate, Status.UPDATED)
        planned = self._planned(change, status, tuple(values), digest)
        self._on_looked(planned)
        if values:
            self._on_planned(planned)
        return outcome_of(candidate, status, *change.item.problems)

    def _is_made_before(self, change: Change) -> bool:
        """Tell whether a flow before this one, which only updates, makes the record."""
        return self._rules.mode == "update" and (change.resource, change.key) in (self._made or ())

    def _left(self, candidate: Candidate, current: Mapping[str, Any] | None) -> Outcome | None:
        """Give what becomes of a record that is not written, whatever the flow has of it; None for all others."""
        change = candidate.change
        if change.whole and change.item.problems:
            return outcome_of(candidate, Status.REFUSED, *change.item.problems)
        if current is None and self._rules.mode == "update":
            return refuse_missing(candidate, self._sink)
        if current is None and candidate.deleted and not self._rules.recreate:
            return outcome_of(candidate, Status.UNCHANGED)
        return None

    def _planned(self, change: Change, status: Status, values: tuple[ValueChange, ...], digest: str) -> PlannedChange:
        place = (self._rules.flow, self._rules.place, change.resource)
        return PlannedChange(self._sink.noun[0], change.key, status, values, place, digest)


def _made_anew(candidate: Candidate, rules: Rules) -> Mapping[str, Any]:
    """Give what a record that the target lacks would get; also one that was sent before, and deleted there."""
    change = candidate.change
    creation = columns_of_new(candidate.prepared.item.payload, rules) if change.known else candidate.creation
    return {**creation, **{name: value for name, value in change.payload.items() if value is not None}}


def _written(candidate: Candidate, outcome: Outcome, rules: Rules) -> Change:
    """Give a change as a run would send it."""
    change, is_new = candidate.change, outcome.status is Status.CREATED
    payload = _made_anew(candidate, rules) if is_new else change.payload
    return replace(change, item=replace(change.item, payload=payload), absent=is_new)


def digest_of(candidate: Candidate) -> str:
    """Tell what a flow would send of a record apart from anything else that it could."""
    return fingerprint({**candidate.creation, **candidate.change.payload}).hex()


def _looked(candidate: Candidate, current: Mapping[str, Mapping[str, Any]]) -> Candidate:
    """Note what the target has of a record that is only held against it."""
    before = current.get(candidate.change.key)
    deleted = candidate.resting and before is None
    return replace(candidate, before=before, deleted=deleted) if candidate.resting else candidate


@contextmanager
def _copied(database: Database) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="pimflow-plan-") as folder:
        copy = Path(folder, "state.sqlite")
        database.copy_to(copy)
        opened = open_database(copy)
        try:
            yield opened
        finally:
            opened.close()
