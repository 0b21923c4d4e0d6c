"""Records that a flow never met before, side by side: one by one they are candidates, made where they are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from pimflow.delivering.diff import Candidate, Prepared, Rules, columns_of_new, columns_sent
from pimflow.delivering.following import Reply
from pimflow.model import SETTLED, Change, Outcome, Row, Status
from pimflow.state.records import RecordKey, Settled


@dataclass(frozen=True, slots=True)
class NewRecords(Sequence[Candidate]):
    """New records of one resource, whose items are whole and go as they are. `sources` are the rows they came from."""

    changes: Sequence[Change]
    sources: Sequence[Row]
    rules: Rules

    def __len__(self) -> int:
        """Count the records."""
        return len(self.changes)

    @overload
    def __getitem__(self, at: int) -> Candidate: ...
    @overload
    def __getitem__(self, at: slice) -> NewRecords: ...
    def __getitem__(self, at: int | slice) -> Candidate | NewRecords:
        """Give one candidate, or a part of the records."""
        if isinstance(at, slice):
            return NewRecords(self.changes[at], self.sources[at], self.rules)
        change = self.changes[at]
        prepared = Prepared(change.row, self.sources[at], change.item)
        creation = columns_of_new(change.payload, self.rules)
        return Candidate(prepared, change, creation, columns_sent(tuple(change.payload)))

    def __iter__(self) -> Iterator[Candidate]:
        """Give the candidates one by one."""
        return map(self.__getitem__, range(len(self)))

    def and_then(self, others: NewRecords) -> NewRecords:
        """Give these, and others behind them."""
        return NewRecords([*self.changes, *others.changes], [*self.sources, *others.sources], self.rules)

    def under_way(self) -> dict[RecordKey, int]:
        """Give the source row of each, by resource and key."""
        return {(change.item.resource, change.item.key): change.row for change in self.changes}


@dataclass(frozen=True, slots=True)
class Arrived(Sequence[Reply]):
    """The replies to new records that all became the same, without problems: side by side, as the records are."""

    records: NewRecords
    outcomes: Sequence[Outcome]

    @classmethod
    def of(cls, records: NewRecords, outcomes: Sequence[Outcome]) -> Arrived | None:
        """Give the replies; None where one of the outcomes has to be looked at."""
        keys = [change.item.key for change in records.changes]
        if [outcome.key for outcome in outcomes] != keys:
            return None
        became = outcomes[0].status
        alike = all(outcome.status is became and not outcome.problems for outcome in outcomes)
        return cls(records, outcomes) if alike and became in SETTLED else None

    def __len__(self) -> int:
        """Count the records."""
        return len(self.outcomes)

    @overload
    def __getitem__(self, at: int) -> Reply: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Reply]: ...
    def __getitem__(self, at: int | slice) -> Reply | Sequence[Reply]:
        """Give one reply, or a part of them."""
        if isinstance(at, slice):
            return Arrived(self.records[at], self.outcomes[at])
        return self.records[at], self.outcomes[at]

    @property
    def status(self) -> Status:
        """What became of all of them."""
        return self.outcomes[0].status

    def settled(self) -> Iterator[Settled]:
        """Give what is remembered of each."""
        for change in self.records.changes:
            item = change.item
            yield Settled(item.resource, item.key, change.fingerprint, columns_sent(tuple(item.payload)))
