"""What became of records, committed: fingerprints, history and open items of one sink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from pimflow.delivering.conflicts import Conflicts
from pimflow.delivering.diff import Candidate, Verdict, columns_of_new, owed_columns
from pimflow.delivering.intake import ROW, Target
from pimflow.delivering.new_records import Arrived
from pimflow.log import Mask, masked_problem
from pimflow.model import SETTLED, Header, Outcome, Status
from pimflow.state import open_items
from pimflow.state.changes import Changes, Deed, Overwritten, Written
from pimflow.state.database import Database
from pimflow.state.links import Links
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.state.records import Settled
from pimflow.words import Lead

_NO_RECORD = frozenset({ROW, DUPLICATE})
_WRITES = {Status.CREATED: Deed.CREATED, Status.UPDATED: Deed.UPDATED}


class Keeping:
    """Keeps verdicts, a batch in one transaction. `open`: something of this sink needs attention.

    `conflicts` are the values that both sides had changed.
    """

    def __init__(self, target: Target, database: Database, changes: Changes, mask: Mask) -> None:
        self._target = target
        self._database = database
        self._changes = changes
        self._mask = mask
        self.conflicts = Conflicts(target.writer)
        self.source_header: Header = ()
        self.open = open_items.count(database, target.records.scope) > 0

    def verdict(self, candidate: Candidate, outcome: Outcome) -> Verdict:
        """Say what became of a candidate."""
        rules, known, told = self._target.rules, candidate.prepared.item.problems, outcome.problems
        if known:
            told = tuple(one for one in told if one not in known)
            outcome = replace(outcome, problems=(*known, *told))
        owed = [*owed_columns(candidate, outcome, rules)] if rules.once else ()
        columns = candidate.columns.union(owed) if owed else candidate.columns
        written = self.written(candidate, outcome) if rules.history else None
        print_sent = candidate.change.fingerprint
        tried = None if outcome.given == "" else rules.now  # what lacks its key is asked for in each run
        return Verdict(candidate.prepared, outcome, print_sent, tried, columns, told, written)

    def written(self, candidate: Candidate, outcome: Outcome) -> Written | None:
        """Say what a candidate put into the target; nothing where it found everything there."""
        if not candidate.sent or outcome.status not in _WRITES:
            return None
        prepared = candidate.prepared
        values = candidate.sent
        if prepared.renaming:
            values = {name: value for name, value in values.items() if name not in prepared.renaming}
        if outcome.status is Status.CREATED and candidate.change.known:
            values = {**values, **columns_of_new(prepared.item.payload, self._target.rules)}
        source = dict(zip(self.source_header, prepared.source, strict=False))
        deed, was = _WRITES[outcome.status], self._key_before(candidate)
        return Written(*prepared.record, deed, values, candidate.before, prepared.row, source, was)

    def _key_before(self, candidate: Candidate) -> str:
        """Give the key that the target had for a record, where it took another one from us."""
        prepared, sink = candidate.prepared, self._target.sink
        if sink.key not in (prepared.renaming or {}) or sink.key not in (candidate.sent or {}):
            return ""
        was = prepared.had or prepared.was
        return was if sink.folded(was) != sink.folded(prepared.item.key) else ""

    def keep(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Commit verdicts in one transaction, and give them as they may be told. Raises StateError."""
        verdicts = [self._without_secrets(verdict) for verdict in verdicts]
        records, run = self._target.records, self._target.rules.run
        final = [verdict for verdict in verdicts if verdict.outcome.status is not Status.WAITING]
        needy = [v for v in final if v.outcome.problems or v.outcome.status not in SETTLED]
        both: list[Overwritten] = []
        with self._database.writing() as connection:
            if not self._target.sink.whole:
                self._rename(connection, final)
                written = [v for v in final if v.outcome.status in SETTLED and v.columns is not None]
                records.remember(connection, [_settled(v) for v in written], run)
                both = self._changes.keep(connection, [v.written for v in final if v.written], run)
                rest = {v.prepared.record for v in verdicts} - {v.prepared.record for v in written}
                records.mark_seen(connection, [record for record in rest if record[0] not in _NO_RECORD], run)
                records.mark_keys_seen(connection, [key for resource, key in rest if resource == ROW], run)
            if self.open:
                kept = {v.prepared.record for v in needy}
                keys = [v.prepared.record for v in final]
                before = [(v.prepared.item.resource, v.prepared.was) for v in final if v.prepared.was]
                closed = {*keys, *before, *((ROW, key) for _, key in keys)} - kept
                open_items.close(connection, records.scope, sorted(closed))
            if needy:
                items = [self._open_item(v) for v in needy]
                open_items.put(connection, records.scope, items, run, self._target.rules.now)
                self.open = True
        self.conflicts.see(both)
        return verdicts

    def keep_arrived(self, arrived: Arrived) -> None:
        """Commit new records that all arrived, in one transaction. Raises StateError."""
        records, run = self._target.records, self._target.rules.run
        with self._database.writing() as connection:
            records.remember(connection, arrived.settled(), run)
            if self.open:
                keys = [*arrived.records.under_way()]
                open_items.close(connection, records.scope, [*keys, *((ROW, key) for _, key in keys)])

    def called(self, verdict: Verdict) -> str:
        """Name a record as people know it: `'Sweat, option A' (SKU S-2)`."""
        header, named, outcome = self.source_header, self._target.named, verdict.outcome
        if not any(problem.lead is Lead.RECORD for problem in outcome.problems):
            return ""
        key = f"{self._target.writer.label(self._target.key or '')} {outcome.key}".strip()
        name = verdict.prepared.source[header.index(named)] if named in header else None
        return f"'{name}' ({key})" if name not in {None, ""} else key

    def _rename(self, connection: Connection, final: Sequence[Verdict]) -> None:
        """Carry what is known of records to their new keys, where they have them by now."""
        settled = [one.prepared for one in final if one.outcome.status in SETTLED]
        renamed = {one.record: one.was for one in settled if one.was}
        self._target.records.rename(connection, renamed)
        self._changes.rename(connection, renamed)
        if renamed:
            links, now = Links(self._database, self._target.records.scope), self._target.rules.now
            by_hand = {one.was: one.item.key for one in settled if one.by_hand}
            links.drop(connection, [one.was for one in settled if one.was and not one.by_hand])
            links.follow(connection, by_hand, now)
        waiting = [
            (one.prepared.item.resource, key)
            for one in final
            for key in (one.prepared.was, one.prepared.before_aside)
            if key
        ]
        self._target.records.mark_met(connection, waiting, self._target.rules.run)
        if self._target.identification is not None:
            self._target.identification.keep(connection, settled)

    def _without_secrets(self, verdict: Verdict) -> Verdict:
        if not verdict.outcome.problems:
            return verdict
        problems = tuple(masked_problem(problem, self._mask) for problem in verdict.outcome.problems)
        told = tuple(masked_problem(problem, self._mask) for problem in verdict.told)
        return replace(verdict, outcome=replace(verdict.outcome, problems=problems), told=told)

    def _open_item(self, verdict: Verdict) -> OpenItem:
        outcome, prepared = verdict.outcome, verdict.prepared
        source = dict(zip(self.source_header, prepared.source, strict=False))
        return OpenItem(
            prepared.item.resource,
            prepared.kept_as or prepared.item.key,
            prepared.row,
            source,
            outcome.status,
            outcome.problems,
            verdict.fingerprint,
            verdict.tried,
            verdict.told,
        )


def _settled(verdict: Verdict) -> Settled:
    resource, key = verdict.prepared.record
    return Settled(resource, key, verdict.fingerprint or b"", verdict.columns or frozenset())
