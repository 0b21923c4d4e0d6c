"""Keys that a run gave to records, taken back: which of them can be, and what is known of the records then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from pimflow.delivering.intake import Target
from pimflow.model import Problem, ProblemKind, Who
from pimflow.sentences import said
from pimflow.sinks import Moved, Sink
from pimflow.state import open_items
from pimflow.state.changes import Changes, PastChange
from pimflow.state.database import Database
from pimflow.state.links import Links
from pimflow.state.records import Records, Scope, all_places
from pimflow.words import Lead

_LEFT_LATELY = 10_000
_ANOTHER = object()
"""A record of which no more is known than that it has the key."""
Found = Mapping[str, Mapping[str, Any]]
Carry = Callable[[Connection, str, str, str], None]


@dataclass(frozen=True, slots=True)
class KeyBack:
    """The key that a record gets back, and the columns with which it does; or why it keeps the one that it has."""

    key: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


class KeysBack:
    """Decides about the keys of one sink, page by page: a key that a record of this undo gives up is free."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._left: deque[Any] = deque(maxlen=_LEFT_LATELY)
        self._given: deque[str] = deque(maxlen=_LEFT_LATELY)

    def of(self, changes: Sequence[PastChange], there: Found, moved: Mapping[str, Moved]) -> dict[str, KeyBack]:
        """Decide, by the keys of today, about those of the records that the run had renamed. Raises FlowError."""
        sink, found, wanted = self._target.sink, {}, []
        for change in changes:
            now = (moved[change.key].key or "") if change.key in moved else change.key
            if not change.was or sink.folded(change.key) == sink.folded(change.was):
                continue
            stands = sink.folded(now) in {sink.folded(change.given), sink.folded(change.was)}
            if stands or change.given in self._given:  # which a preview does not find in the target
                wanted.append(change)
            else:
                found[change.key] = KeyBack(problem=replace(_RENAMED, field=sink.key, value=now or None))
        return found | (self._free(wanted, there) if wanted else {})

    def _free(self, wanted: Sequence[PastChange], there: Found) -> dict[str, KeyBack]:
        sink, writer, resource = self._target.sink, self._target.writer, wanted[0].resource
        keys = [change.was for change in wanted]
        # What has another key by now is still found under the one that it had, and has given that up.
        gone = writer.moved(resource, keys) if sink.id else {}
        holders = writer.current(resource, keys, [sink.id] if sink.id else [])
        found, going = {}, {}
        for change in wanted:
            own, holder = self._who(change.key, there, {}), self._who(change.was, holders, gone)
            if holder is None or holder == own or holder in self._left:
                going[change.key] = change.was
                self._left.append(own)
                self._given.append(change.was)
            else:
                found[change.key] = KeyBack(problem=_taken(change, sink))
        columns = writer.renaming(resource, going) if going else {}
        return found | {key: KeyBack(going[key], one) for key, one in columns.items()}

    def _who(self, key: str, found: Found, gone: Mapping[str, Moved]) -> Any:
        """Tell who has a key: the record's id, or the key itself where the target has no ids; None for nobody."""
        if key in gone:
            return _ANOTHER if gone[key].taken else None
        column = self._target.sink.id
        return found[key].get(column) if column and key in found else key if key in found else None


def carrying(database: Database, target: Target) -> Carry:
    """Give what lets a record be known under another key: `carry(connection, resource, was, key)`.

    Within the caller's transaction. Its row in the source has the key `was` as before: a link leads on to the new one,
    in this flow and in others of the pipeline that write the record.
    """
    scope, now = target.records.scope, target.rules.now
    beside = _beside(database, scope)

    def carry(connection: Connection, resource: str, was: str, key: str) -> None:
        for one in (scope, *beside):
            records = Records(database, one)
            has_it = one is scope or records.knows(connection, (resource, was))
            if has_it or records.knows(connection, (resource, key)):
                Links(database, one).follow(connection, {was: key}, now)
            if has_it:
                records.carry(connection, resource, was, key)
                Changes(one, records.column_sets).rename(connection, {(resource, key): was})
                open_items.carry(connection, one, resource, was, key)
        if target.identification is not None:
            target.identification.follow(connection, was, key)

    return carry


def _beside(database: Database, scope: Scope) -> list[Scope]:
    """Give the scopes of the other flows of a pipeline that write into the same place."""
    (own,) = [place for place in all_places(database) if place.scope.id == scope.id]
    others = [place for place in all_places(database, own.pipeline) if place.scope.id != scope.id]
    kind = own.sink.partition(" ")[0]
    return [one.scope for one in others if one.address == own.address and one.sink.partition(" ")[0] == kind]


def _taken(change: PastChange, sink: Sink) -> Problem:
    return Problem(
        said(
            "belongs to another {noun} in {title} by now, so the key that the run gave was left",
            noun=said(sink.noun[0]),
            title=said(sink.title),
        ),
        ProblemKind.DUPLICATE,
        sink.key,
        change.was,
        said("Give that one another key, and undo the run again."),
        Who.PRODUCT_MANAGER,
        lead=Lead.KEY,
    )


_RENAMED = Problem(
    said("which is not what the run gave it: it was renamed since, so it was left"),
    remedy=said("Look whether it is right."),
    who=Who.PRODUCT_MANAGER,
)
