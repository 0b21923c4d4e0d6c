"""Who has which key: records are known by their source's own id, and their key is a value that may change or clash.

All rows are looked at before any is written: a key that two records claim belongs to neither, and what gives up its key
does so before another one takes it (`renaming`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from pimflow.chunks import chunked
from pimflow.delivering.diff import Candidate, Prepared, Verdict, set_aside
from pimflow.delivering.renaming import Renaming
from pimflow.delivering.unnumbered import marked
from pimflow.errors import ConfigError
from pimflow.model import Header, Outcome, Problem, ProblemKind, Row, Status
from pimflow.rows import CHUNK_ROWS
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.spool import Spool
from pimflow.state.identities import Identities, Identity
from pimflow.state.memory import shortened
from pimflow.state.open_items import OpenItem, disputed_key
from pimflow.state.records import Records
from pimflow.words import Lead, did_you_mean, in_words, listed

RowOfRecord = tuple[int, str]
"""A row and the id of its record: one that is tried again has the number that it had in an earlier read."""
Sorted = Iterator[tuple[list[Prepared], list[Verdict]]]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the source that tell who a record is: its id, and the name people know it by, if there is one.

    `source` is what a report calls the source.
    """

    id: str
    name: str | None = None
    source: str = "the source"


class Identification:
    """Holds the items of one sink back until all are known, and sorts them out. `key` is the column of the key.

    `goes_on`: what other rows of the same run claimed still counts. `gives_keys`: an item whose key is its own id has
    none, as the target gives it.
    """

    def __init__(
        self,
        identities: Identities,
        columns: Columns,
        sink: Sink,
        writer: Writer,
        key: str | None,
        *,
        goes_on: bool,
        gives_keys: bool = False,
    ) -> None:
        self._goes_on = goes_on
        self._gives_keys = gives_keys
        self._identities = identities
        self._columns = columns
        self._sink = sink
        self._renaming = Renaming(identities, sink, writer)
        self._key = key
        self._places: tuple[int, int | None] = (0, None)
        self._held: Spool[Prepared] = Spool()

    def begin(self, source_header: Header) -> None:
        """Find the columns. Raises ConfigError where the source does not have them."""
        if self._columns.id not in source_header:
            near = did_you_mean(self._columns.id, source_header)
            raise ConfigError(f"identity: the source has no column {self._columns.id!r}{near}")
        name = self._columns.name
        at = source_header.index(name) if name in source_header else None
        self._places = (source_header.index(self._columns.id), at)
        if not self._goes_on:
            self._identities.begin()

    def collect(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """Take items whose record is known by an id, and give back those without one."""
        without = []
        claims = []
        for one in marked(prepared, self._key or "", self.mark_in) if self._gives_keys else prepared:
            identity = self._identity(one)
            if identity is None:
                without.append(one)
            else:
                self._held.put(one)
                claims.append((identity, self._sink.folded(identity.key)))
        self._identities.claim(claims)
        return without

    def renamed(self, *, full: bool) -> Sorted:
        """Give what gets another key: what is free at once, then what others give up, each after the one that has it.

        `full`: all records of the source were met.
        """
        moving, waiting = self._moving(full=full), Spool[Prepared]()
        try:
            for chunk in chunked(moving, CHUNK_ROWS):
                free = self._free(chunk)
                for one in chunk:
                    if self._who(one) not in free:
                        waiting.put(one)
                yield self._renaming.freely([one for one in chunk if self._who(one) in free]), []
            for turn in self._renaming.in_turn(waiting) if waiting.count else ():
                yield turn, []
        finally:
            waiting.clear()
            moving.clear()

    def left_aside(self, records: Records) -> Iterator[Candidate]:
        """Give what was put aside to pass its key on, and did not get another one: it gets its own back."""
        for chunk in self._renaming.left_aside():
            known = records.known([(one.item.resource, one.was) for one in chunk])
            yield from (set_aside(one, known.get((one.item.resource, one.was))) for one in chunk)

    def _moving(self, *, full: bool) -> Spool[Prepared]:
        """Give the items whose record gets another key; the others stay held: soon both look the same."""
        moving, staying = Spool[Prepared](), Spool[Prepared]()
        for chunk in chunked(self._held, CHUNK_ROWS):
            before, refused = self._before(chunk), self._refused(chunk, full=full)
            for one in chunk:
                moves = self._who(one) not in refused and one.item.key != before.get(self._id(one), one.item.key)
                (moving if moves else staying).put(self.identified(one) if moves else one)
        self._held.clear()
        self._held = staying
        return moving

    def others(self, *, full: bool) -> Sorted:
        """Give what keeps its key or is new, and the verdicts on what may not have it."""
        for chunk in chunked(self._held, CHUNK_ROWS):
            before = self._before(chunk)
            refused = self._refused(chunk, full=full)
            free = self._free([one for one in chunk if self._who(one) not in refused])
            staying, verdicts = [], list(refused.values())
            for one in chunk:
                if self._who(one) in refused or one.item.key != before.get(self._id(one), one.item.key):
                    continue
                if self._who(one) in free:
                    staying.append(self._identified(one, before))
                else:
                    verdicts.append(self._refuse(one, _STILL_TAKEN))
            yield staying, verdicts

    def keep(self, connection: Connection, settled: Sequence[Prepared]) -> None:
        """Within the caller's transaction: note under which key the target has these records by now."""
        found = {
            one.identity[0]: (Identity(one.identity[0], one.item.key, one.identity[1]), self._sink.folded(one.item.key))
            for one in settled
            if one.identity is not None
        }
        self._identities.keep(connection, found)

    def identified(self, one: Prepared) -> Prepared:
        """Give an item with its id, to be noted under its key."""
        identity = self._identity(one)
        return one if identity is None else replace(one, identity=(identity.id, identity.name))

    def follow(self, connection: Connection, was: str, key: str) -> None:
        """Within the caller's transaction: note that the target has the record of one key under another by now."""
        self._identities.follow(connection, self._sink.folded(was), key, self._sink.folded(key))

    def holds(self, rows: Mapping[int, tuple[Row, str]]) -> dict[int, bool | None]:
        """Tell of rows, each with a key, whether the target has that for their record; None where nobody is known."""
        at, _ = self._places
        holding = self._identities.holding({self._sink.folded(key) for _, key in rows.values()})
        found: dict[int, bool | None] = {}
        for place, (source, key) in rows.items():
            ids, own = holding.get(self._sink.folded(key)), source[at] if source else None
            found[place] = None if not ids or own in {None, ""} else {shortened(str(own))} == ids
        return found

    def superseded(self, items: Sequence[OpenItem]) -> list[OpenItem]:
        """Give the open items of records that this run met: their rows are older than what the source gave now."""
        ids = [shortened(str(item.source_row.get(self._columns.id))) for item in items]
        met = self._identities.met(frozenset(ids))
        return [item for item, id_ in zip(items, ids, strict=True) if id_ in met]

    def end(self, *, complete: bool, goes_on: bool = False) -> None:
        """End the run, or one group where it `goes_on`; after a read of everything, what was not met is forgotten."""
        self._identities.end(complete=complete, goes_on=goes_on)
        self._renaming.forget_done()

    def close(self) -> None:
        """Remove what was held."""
        self._held.clear()
        self._renaming.close()

    def keys_of(self, ids: Collection[str]) -> dict[str, str]:
        """Give the keys under which the target has records, by their ids."""
        return {id_: one.key for id_, one in self._identities.known(ids).items()}

    def mark_in(self, source: Row) -> str:
        """Give the mark of the record in a row: its id, as far as it is kept."""
        return shortened(self.id_in(source))

    def id_in(self, source: Row) -> str:
        """Give the id in a row of the source; empty where it has none."""
        at, _ = self._places
        return str(source[at]) if len(source) > at and source[at] not in {None, ""} else ""

    def _identity(self, one: Prepared) -> Identity | None:
        at, name = self._places
        if not one.source or one.source[at] in {None, ""}:
            return None
        called = "" if name is None or one.source[name] is None else str(one.source[name])
        return Identity(shortened(str(one.source[at])), one.item.key, called)

    def _who(self, one: Prepared) -> RowOfRecord:
        return one.row, self._id(one)

    def _id(self, one: Prepared) -> str:
        return shortened(str(one.source[self._places[0]]))

    def _before(self, chunk: Sequence[Prepared]) -> dict[str, str]:
        """Give the keys under which the target has these records, by id."""
        return {id_: one.key for id_, one in self._identities.known({self._id(one) for one in chunk}).items()}

    def _refused(self, chunk: Sequence[Prepared], *, full: bool) -> dict[RowOfRecord, Verdict]:
        """Refuse, by row, what claims the key of another record."""
        keys = {self._sink.folded(one.item.key) for one in chunk}
        rivals = self._identities.rivals(keys, with_unmet=not full)
        found = {}
        spelled: dict[str, str] = {}
        for one in chunk:
            key = self._sink.folded(one.item.key)
            claimed = rivals.get(key, [])
            if any(rival.id != self._id(one) for rival in claimed):
                problem = _belongs_to(claimed, self._sink.noun[1], self._columns.source)
                same = spelled.setdefault(key, one.item.key)  # however each of them spells it, it is one cause
                kept_as = disputed_key(one.item.key, self._id(one))
                found[self._who(one)] = self._refuse(replace(one, kept_as=kept_as), replace(problem, value=same))
        return found

    def _refuse(self, one: Prepared, problem: Problem) -> Verdict:
        told = replace(problem, field=self._key, value=problem.value or one.item.key)
        return Verdict(one, Outcome(*one.record, Status.REFUSED, (*one.item.problems, told)))

    def _free(self, chunk: Sequence[Prepared]) -> frozenset[RowOfRecord]:
        """Name the rows whose key the target has for no other record now."""
        holders = self._identities.holders({self._sink.folded(one.item.key) for one in chunk})
        return frozenset(
            self._who(one) for one in chunk if not holders.get(self._sink.folded(one.item.key), set()) - {self._id(one)}
        )

    def _identified(self, one: Prepared, before: Mapping[str, str]) -> Prepared:
        identity = self._identity(one)
        assert identity is not None
        same = before.get(identity.id) == one.item.key
        return one if same else replace(one, identity=(identity.id, identity.name))


def _belongs_to(claimed: Collection[Identity], noun: str, source: str) -> Problem:
    two = len(claimed) == 2
    return Problem(
        said(
            "belongs to {number} {nouns} in {source}: {names}",
            number=in_words(len(claimed)),
            nouns=said(noun),
            source=said(source),
            names=listed(_names(claimed)),
        ),
        ProblemKind.DUPLICATE,
        remedy=said("The ERP team must change or archive one.")
        if two
        else said("The ERP team must change or archive all but one."),
        lead=Lead.KEY,
        effect=said("Neither was updated") if two else said("None of them was updated"),
    )


def _names(claimed: Collection[Identity]) -> list[str]:
    """Name records by what people call them; by their ids as well where that does not tell them apart."""
    names = {one.name for one in claimed}
    if len(names) == len(claimed) and "" not in names:
        return [f"'{name}'" for name in sorted(names)]
    ordered = sorted(claimed, key=lambda one: (one.name, one.id))
    return [f"'{one.name}' ({one.id})" if one.name else f"'{one.id}'" for one in ordered]


_STILL_TAKEN = Problem(
    said("which another record still has there, whose own key changed and could not be written yet"),
    ProblemKind.DUPLICATE,
    remedy=said("It goes by itself once the other has its new key; see what is told about that one."),
)
