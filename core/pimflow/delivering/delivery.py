"""The way of a flow's rows into one sink: prepared, compared with what is known, loaded, remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from pimflow.chunks import chunked
from pimflow.components import Knows
from pimflow.delivering.batches import Settle
from pimflow.delivering.by_hand import ByHand
from pimflow.delivering.diff import (
    Candidate,
    Prepared,
    Rules,
    Verdict,
    compare,
    duplicate,
    lacks_another,
    set_aside,
    whole,
)
from pimflow.delivering.due import current_rows, due_items
from pimflow.delivering.following import Reply, under_new_key
from pimflow.delivering.guards import check_guards, samples_told
from pimflow.delivering.intake import Intake, Target
from pimflow.delivering.keeping import Keeping
from pimflow.delivering.load import Loading
from pimflow.delivering.new_records import Arrived
from pimflow.delivering.sifting import Ready, Sifting
from pimflow.log import Mask
from pimflow.many_outcomes import Untold
from pimflow.model import SETTLED, Header, Outcome, Row, Status
from pimflow.rows import CHUNK_ROWS, Carried, Chunk, Passed, Stopped
from pimflow.sinks import Sink, Writer
from pimflow.spool import Spool
from pimflow.state import open_items
from pimflow.state.changes import Changes
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import RecordKey
from pimflow.tally import Tally

MakeLoading = Callable[[Sink, Writer, Rules, Settle, int], Loading]
Observe = Callable[[Sequence[Outcome]], None]


class Delivery:
    """Takes the rows of one flow, chunk by chunk, and sees each of them to its outcome.

    `unidentified` counts the rows that could not be read as far as their key.
    """

    def __init__(
        self,
        target: Target,
        database: Database,
        make_loading: MakeLoading,
        observe: Observe,
        mask: Mask,
        created: Callable[[], int],
    ) -> None:
        self.target = target
        self.tally = Tally(target.writer.label)
        self.notes: list[str] = []
        self.unidentified = 0
        self.by_hand = ByHand(target.writer.label(target.key or ""))
        self.changes = Changes(target.records.scope, target.records.column_sets)
        self._database = database
        self._observe = observe
        self._created = created
        self._waited: Spool[Candidate] = Spool()
        self._keeping = Keeping(target, database, self.changes, mask)
        self.conflicts = self._keeping.conflicts
        self._intake = Intake(target, ())
        self._under_way: dict[RecordKey, int] = {}
        self._untold = Untold(self.tally.counts, observe)
        self._again = False
        self._tried_again: Spool[RecordKey] = Spool()
        guards = target.config.guards_in_force
        holds = guards.before_writing or target.first_import is not None
        self._held: Spool[Candidate] | None = Spool() if holds else None
        self._make_loading = make_loading
        self._loading = make_loading(target.sink, target.writer, target.rules, self._settle, guards.max_failed)
        self._sifting = Sifting(target, self._untold, self._under_way, self._loading.put_all)

    def hold(self) -> None:
        """Write nothing before the guards are asked."""
        self._held = self._held or Spool()

    def begin(self, source_header: Header, header: Header, elsewhere: Knows) -> None:
        """Take the columns of the rows to come; those that the target cannot take are left out and told once.

        `elsewhere` tells whether another sink of the flow takes a column: then nothing needs to be told.
        """
        self._keeping.source_header = source_header
        if self.target.identification is not None:
            self.target.identification.begin(source_header)
        refused = self.target.writer.check_columns((*header, *self.target.rules.stamps))
        self._intake = Intake(self.target, header, refused)
        for name, reason in refused.items():
            if elsewhere(name):
                continue
            problem = replace(reason.problem, field=reason.problem.field or name)
            self.tally.add_problem(problem, Status.UNCHANGED, count=0)

    def readied(self, results: Iterable[Sequence[Passed | Stopped]]) -> Iterator[Ready]:
        """Make items of rows that come in small chunks, and give them in chunks as large as any, for `take`."""
        return self._sifting.readied(results, self._intake, again=self._again)

    def take(self, rows: Sequence[Passed | Stopped] | Ready) -> None:
        """See a chunk of rows on their way. Raises FlowError when the flow cannot go on."""
        if isinstance(rows, Carried) and self._appended(rows.results):
            return
        ready = rows if isinstance(rows, Ready) else next(self.readied([rows]))
        made = self._sifting.without_usual(ready, some_open=self._keeping.open, held=self._held is not None)
        verdicts, prepared = ready.verdicts, [Prepared(*one) for one in made]
        if self.target.domain is not None:
            prepared = self.target.domain.narrowed(prepared)
            self.target.domain.note(() if self._again else prepared)
        if self.target.identification is not None:
            prepared = self.target.identification.collect(prepared)
        self.unidentified += max(ready.stopped, sum(one.outcome.key == f"row {one.prepared.row}" for one in verdicts))
        if self.target.sink.whole:
            for one in prepared:
                self._loading.put(whole(one))
        else:
            self._compare(prepared, verdicts)
        self._keep(verdicts)

    def _appended(self, rows: Sequence[Row]) -> bool:
        """Write rows at once where nothing is to be looked at in any of them; tell whether that was done."""
        whole, untouched = self.target.sink.whole, self._intake.untouched
        if not whole or not untouched or self._held is not None or self._keeping.open:
            return False
        outcomes = self._loading.append(untouched, rows)
        if outcomes is not None:
            self._untold.add(outcomes)
        return outcomes is not None

    def kept_open(self, items: Iterable[OpenItem] | None = None) -> Iterator[Chunk]:
        """Give the rows of open items: those that are to be tried again, unless others are given."""
        self._intake.kept = True
        due = due_items(self._database, self.target, {*self._under_way}) if items is None else items
        for some in chunked(due, CHUNK_ROWS):
            for item in some:
                self._tried_again.put((item.resource, item.key))
            rows = current_rows(some, self._database, self.target, self._keeping.source_header)
            if rows:
                yield rows

    def waiting(self) -> Iterator[frozenset[int]]:
        """Give the rows of what this run could not bring whole because it lacks another record, some at a time.

        From then on rows are taken a second time; what else they make is left alone.
        """
        self._again = True
        scope, run = self.target.records.scope, self.target.rules.run
        lacking = (one for one in open_items.of_run(self._database, scope, run) if lacks_another(one))
        for items in chunked(lacking, CHUNK_ROWS):
            with self._database.writing() as connection:
                self.target.records.mark_met(connection, [(one.resource, one.key) for one in items], run - 1)
            yield frozenset(one.row for one in items)

    @property
    def not_met(self) -> frozenset[str]:
        """The keys that a person asked for and no row had."""
        return frozenset(self._intake.not_met)

    def identify(self, *, full: bool) -> None:
        """See to the records that are known by an id, now that all are there; `full`: all of the source were met."""
        if self.target.identification is None:
            return
        for prepared, verdicts in self.target.identification.renamed(full=full):
            self._compare(prepared, verdicts)
            self._keep(verdicts)
        self.flush()
        for prepared, verdicts in self.target.identification.others(full=full):
            self._compare(prepared, verdicts)
            self._keep(verdicts)

    def check_guards(self, read: int, *, full: bool, passing: frozenset[str]) -> None:
        """Raise GuardError where a guard holds the flow back; nothing is written yet then."""
        if self._held is None:
            return
        target = self.target
        guards, run = target.config.guards_in_force, target.rules.run
        with samples_told(self.notes):
            check_guards(guards, self._held, target.records, run, read, full=full, passing=passing)
            if target.first_import is not None:
                target.first_import.check(one.prepared.item for one in self._held)

    def check_first_import(self, chunks: Iterable[Sequence[Passed | Stopped]]) -> None:
        """Ask of rows that come later, and in parts, what a first import demands. Raises GuardError."""
        made = (one for rows in chunks for one in self._intake.take(rows))
        with samples_told(self.notes):
            if self.target.first_import is not None:
                self.target.first_import.check(one.item for one in made if isinstance(one, Prepared))

    def flush(self) -> None:
        """Write what was taken so far, unless a guard is still to be asked."""
        if self._held is None:
            self._loading.drain()

    def finish(self) -> None:
        """Write what is left, and wait for all replies."""
        if self._held is not None:
            for candidate in self._held:
                self._loading.put(candidate)
        self._loading.finish()
        self._take_back_from_aside()
        self._finish_waited()
        self._tell_what_others_own()
        self.notes.extend(self._intake.answers_without_column(self._keeping.source_header))
        run = self.target.rules.run
        open_items.close_superseded(self._database, self.target.records.scope, self._tried_again, run)

    def _take_back_from_aside(self) -> None:
        identification = self.target.identification
        for candidate in identification.left_aside(self.target.records) if identification else ():
            self._loading.put(candidate)
        self._loading.finish()

    def _tell_what_others_own(self) -> None:
        for problem in self.target.domain.told(self.target.sink.noun) if self.target.domain else ():
            self.tally.add_problem(problem, Status.UNCHANGED, count=0)

    def _finish_waited(self) -> None:
        """Send what waited in vain for a record in earlier runs, if this run created one."""
        if self._created():
            for candidate in self._waited:
                self._loading.put(candidate)
            self._loading.finish()
        else:
            self._keep([candidate.otherwise for candidate in self._waited if candidate.otherwise is not None])

    @contextmanager
    def second_loading(self, writer: Writer, settle: Settle) -> Iterator[Loading]:
        """Give what writes other things into the same sink, with a keeping of its own."""
        target = self.target
        loading = self._make_loading(target.sink, writer, target.rules, settle, target.config.guards.max_failed)
        try:
            yield loading
        finally:
            loading.close()

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Count final outcomes and tell the observers."""
        for outcome in outcomes:
            self.tally.add(outcome)
        self._observe(outcomes)

    def close(self, *, ok: bool) -> None:
        """End this run of the sink."""
        with ExitStack() as closing:
            closing.callback(self._close_writer, ok=ok)
            closing.callback(self._waited.clear)
            closing.callback(self._tried_again.clear)
            if self.target.identification is not None:
                closing.callback(self.target.identification.close)
            if self._held is not None:
                closing.callback(self._held.clear)
            closing.callback(self._untold.tell)
            closing.callback(self._loading.close)

    def _close_writer(self, *, ok: bool) -> None:
        if not self.target.writer.close(ok) and self.target.sink.whole:
            counts = self.tally.counts
            counts[Status.UNCHANGED] += counts.pop(Status.CREATED, 0)

    def _compare(self, prepared: Sequence[Prepared], verdicts: list[Verdict]) -> None:
        records = [(one.item.resource, one.was or one.item.key) for one in prepared]
        aside = [(one.item.resource, one.before_aside) for one in prepared if one.before_aside]
        resting = [one.record for one in prepared if one.aside]
        under_way = {record: self._under_way[record] for record in records if record in self._under_way}
        known = self.target.records.known([*records, *aside])
        asked, scope = [*records, *resting], self.target.records.scope
        open_now = open_items.of_keys(self._database, scope, asked) if self._keeping.open else {}
        met: dict[RecordKey, int] = {}
        for one, record in zip(prepared, records, strict=True):
            first = met.get(one.record) or under_way.get(one.record)
            before = known.get(record) or known.get((record[0], one.before_aside))
            again = before is not None and before.seen == self.target.rules.run and not one.before_aside
            if one.aside:  # unless the key that it is to get was refused, and is not tried again yet
                if isinstance(compare(one, before, open_now.get(one.record), self.target.rules), Candidate):
                    self._put(set_aside(one, before))
                continue
            if first or again:
                if not self._again:
                    verdicts.append(duplicate(one, self.target.key, first))
                continue
            met[one.record] = one.row
            # Under the key that it gets, the item of another record may be open.
            open_item = None if one.was else open_now.get(one.record)
            decided = compare(one, before, open_item, self.target.rules)
            if isinstance(decided, Verdict):
                verdicts.append(decided)
            else:
                self._under_way[one.record] = one.row
                self._put(decided)
        if self._held is not None:
            with self._database.writing() as connection:
                self.target.records.mark_seen(connection, met, self.target.rules.run)

    def _put(self, candidate: Candidate) -> None:
        if candidate.otherwise is not None:
            self._waited.put(candidate)
        elif self._held is not None:
            self._held.put(candidate)
        else:
            self._loading.put(candidate)

    def _settle(self, replies: Sequence[Reply]) -> None:
        if isinstance(replies, Arrived):
            self._settle_arrived(replies)
            return
        verdicts = []
        for candidate, outcome in replies:
            self.by_hand.see(candidate, outcome)
            candidate, outcome = under_new_key(candidate, outcome)  # noqa: PLW2901 - as it is kept
            if candidate.prepared.by_hand and self.target.identification is not None:
                prepared = self.target.identification.identified(candidate.prepared)
                candidate = replace(candidate, prepared=prepared)  # noqa: PLW2901
            verdicts.append(self._keeping.verdict(candidate, outcome))
        self._keep(verdicts)
        for verdict in verdicts:
            self._under_way.pop(verdict.prepared.record, None)
            self._under_way.pop((verdict.prepared.item.resource, verdict.prepared.mark), None)

    def _settle_arrived(self, arrived: Arrived) -> None:
        self._keeping.keep_arrived(arrived)
        self.tally.counts[arrived.status] += len(arrived)
        self._observe(arrived.outcomes)
        for record in arrived.records.under_way():
            self._under_way.pop(record, None)

    def _keep(self, verdicts: Sequence[Verdict]) -> None:
        """Commit verdicts in one transaction; then count and tell them."""
        if not verdicts:
            return
        kept = self._keeping.keep(verdicts)
        told = [one for one in kept if not one.prepared.aside or one.outcome.status not in SETTLED]
        outcomes = [verdict.outcome for verdict in told]
        for verdict, outcome in zip(told, outcomes, strict=True):
            if outcome.status is not Status.WAITING:
                self.tally.add(outcome, self._keeping.called(verdict))
        self._observe(outcomes)
