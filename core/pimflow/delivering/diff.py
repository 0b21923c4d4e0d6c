"""What must be sent: items held against what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from pimflow.delivering.fingerprints import fingerprint
from pimflow.model import SETTLED, Change, Item, Outcome, Problem, ProblemKind, Row, Status
from pimflow.plain import to_json
from pimflow.sentences import said
from pimflow.sinks import Moved
from pimflow.state.changes import Written
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.state.records import Known, RecordKey

TRY_AGAIN_AFTER = timedelta(hours=20)
"""A refused record that did not change is sent again after this time: the target may have changed.

Less than a day, so that a daily run that begins a second earlier than yesterday's does not leave it out.
"""

OWED = "?"
"""Marks, among the columns of a record, one of `once` that is still to be written."""

DISABLED = "!"
"""Marks, among the columns of a record, that a flow took it out of use because its source lacked it."""

_UNSURE = frozenset({Status.FAILED, Status.UNKNOWN})
"""The target may or may not have the record: it is sent again in any case."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a flow says about sending. `defaults` are given to new records; `retry` sends what is open again.

    `enabled` is the column that the target uses to take a record out of use; `history`: what is written is kept;
    `asks_first`: old values are asked for before the first write. `against_target`: what was sent is held against what
    the target has now; `recreate`: what somebody deleted there comes back. `flow` and `place` name flow and sink.
    `stamps` are columns with the day of the run, which alone make no record a changed one. `owns_keys`: a record that
    people gave another key in the target gets ours back. `sent` gives those of some records that the flow has sent.
    `two_way`: the records come back, or are brought back, so that people may have changed them on both sides.
    """

    run: int
    now: datetime
    mode: Literal["upsert", "create", "update"] = "upsert"
    once: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] | None = None
    refuse_bad_values: bool = False
    enabled: str | None = None
    retry: bool = False
    history: bool = True
    asks_first: bool = False
    against_target: bool = False
    recreate: bool = True
    flow: str = ""
    place: str = ""
    stamps: Mapping[str, Literal["changed", "created"]] = field(default_factory=dict)
    owns_keys: bool = False
    two_way: bool = False
    sent: Callable[[Sequence[RecordKey]], Collection[RecordKey]] = lambda _records: ()

    @property
    def asks_what_exists(self) -> bool:
        """Tell whether new records must be told from existing ones before they are sent."""
        wants_to_know = bool(self.once or self.defaults) or "created" in self.stamps.values()
        return self.asks_first or self.against_target or wants_to_know or self.mode != "upsert"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item, and the source row that it was made of. `bad` names the columns whose value could not be read.

    `was` is the key under which the target has it, where that is another one; `renaming` are columns that then go
    with it. `identity` is its id in the source, with the name that people know it by there. `by_hand`: people gave it
    its key in the target, and `had` is the one that they gave it where it gets another now. `kept_as` is the key of its
    open item, where several records claim its own. `in_turn`: it goes after those before it, whose key it gets. `aside`
    is the key that it gets for a moment, so that its own gets free, and `before_aside` the one that it had before.
    `mark` is that of a record without a key, which the target gives it.
    """

    row: int
    source: Row
    item: Item
    bad: frozenset[str] = frozenset()
    was: str = ""
    renaming: Mapping[str, Any] | None = None
    identity: tuple[str, str] | None = None
    by_hand: bool = False
    had: str = ""
    kept_as: str = ""
    in_turn: bool = False
    aside: str = ""
    before_aside: str = ""
    mark: str = ""

    @property
    def record(self) -> tuple[str, str]:
        """Resource and key."""
        return self.item.resource, self.item.key


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a prepared item, and the fingerprint and time of the last try to send it.

    `told` are those of the outcome's problems that the target told when it was tried; the others stand in the row.
    `written` is what it put into the target.
    """

    prepared: Prepared
    outcome: Outcome
    fingerprint: bytes | None = None
    tried: datetime | None = None
    columns: frozenset[str] | None = None
    told: tuple[Problem, ...] = ()
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change to be sent, and the columns to add where the record turns out to be new.

    `otherwise`: it waited in vain for another record in an earlier run and has not changed since. It is sent only
    when this run creates a record, which may be that one; otherwise this is what became of it.
    `fresh` are columns of a known record that were never sent before. Once it was loaded, `before` is what the target
    had in its columns, where it was asked, and `sent` what the target took. `resting`: it was sent as it is, and goes
    again where the target differs; `deleted`: somebody deleted it there. `moved`: somebody gave it another key there,
    and `new_key` is that key where it keeps it.
    """

    prepared: Prepared
    change: Change
    creation: Mapping[str, Any]
    columns: frozenset[str]
    otherwise: Verdict | None = None
    fresh: frozenset[str] = frozenset()
    before: Mapping[str, Any] | None = None
    sent: Mapping[str, Any] | None = None
    resting: bool = False
    deleted: bool = False
    moved: Moved | None = None
    new_key: str = ""


def compare(prepared: Prepared, known: Known | None, open_item: OpenItem | None, rules: Rules) -> Candidate | Verdict:
    """Decide whether an item must be sent."""
    item = prepared.item
    if rules.refuse_bad_values and item.problems:
        return _verdict(prepared, Status.REFUSED, item.problems)
    columns = known.columns if known else frozenset()
    payload = compared(item.payload, columns, rules)
    now = fingerprint(payload)
    settled = known is not None and known.fingerprint is not None
    if settled and rules.mode == "create" and prepared.renaming:
        payload = {}  # it gets its new key, and does not follow in anything else
    if DISABLED in columns and rules.enabled:
        payload = {rules.enabled: True, **payload}
    owed = {name: item.payload[name] for name in _mended(prepared, columns, rules, open_item)} if rules.once else {}
    same = known is not None and known.fingerprint == now and not owed
    unchanged = not prepared.was and (same or (settled and rules.mode == "create"))
    # A record that never arrived gets its columns of `once` as well, which the fingerprint leaves out.
    anew = bool(rules.once) and not settled and open_item is not None and _has_other_row(prepared, open_item)
    decided = None if owed or anew else _decide(prepared, now, open_item, rules, unchanged=unchanged)
    resting = _rests(decided, rules)
    if decided is not None and not resting and not _waited(open_item, now):
        return decided
    whole = rules.refuse_bad_values
    stamped = rules.stamps and not resting
    stamps = {n: v for n, v in item.payload.items() if rules.stamps.get(n) == "changed"} if stamped else {}
    if payload is not item.payload or owed or stamps or prepared.renaming:
        item = replace(item, payload={**payload, **owed, **stamps, **(prepared.renaming or {})})
    change = Change(item, prepared.row, settled, now, whole=whole, mark=prepared.mark)
    creation = {} if settled else columns_of_new(prepared.item.payload, rules)
    fresh = frozenset({**payload, **owed}).difference(columns) if settled else frozenset()
    columns = _columns_now(columns, tuple(payload), tuple(owed))
    otherwise = None if resting else decided
    return Candidate(prepared, change, creation, columns, otherwise, fresh, resting=resting)


def compared(payload: Mapping[str, Any], columns: frozenset[str], rules: Rules) -> Mapping[str, Any]:
    """Give of a payload what tells a record that changed: not what is given once, nor empty what it never had."""
    if not (rules.once or rules.stamps or None in payload.values()):
        return payload
    return {
        name: value
        for name, value in payload.items()
        if name not in rules.once and name not in rules.stamps and (value is not None or name in columns)
    }


@lru_cache(maxsize=256)
def _columns_now(before: frozenset[str], sent: tuple[str, ...], owed: tuple[str, ...]) -> frozenset[str]:
    """Give the columns that a record then has; most records of a flow have the same."""
    return before.union(sent).difference([DISABLED], (OWED + name for name in owed))


def columns_sent(names: tuple[str, ...]) -> frozenset[str]:
    """Give the columns that a new record then has."""
    return _columns_now(frozenset(), names, ())


def whole(prepared: Prepared) -> Candidate:
    """Give what goes into a target that is written as a whole: nothing is compared."""
    return Candidate(prepared, Change(prepared.item, prepared.row, known=False, fingerprint=b""), {}, frozenset())


def set_aside(prepared: Prepared, known: Known | None) -> Candidate:
    """Give a record another key for a moment; what is known of it goes along."""
    item = Item(prepared.item.resource, prepared.aside, dict(prepared.renaming or {}))
    fingerprint_before = (known.fingerprint if known else None) or b""
    change = Change(item, 0, known=True, fingerprint=fingerprint_before)
    kept = replace(prepared, item=item, kept_as=prepared.item.key)
    return Candidate(kept, change, {}, known.columns if known else frozenset())


def _rests(decided: Verdict | None, rules: Rules) -> bool:
    """Tell whether a record was sent as it is, and is to be looked at in the target all the same."""
    if decided is None or not rules.against_target or rules.mode == "create":
        return False
    return decided.outcome.status is Status.UNCHANGED and not decided.told


def _mended(prepared: Prepared, columns: frozenset[str], rules: Rules, open_item: OpenItem | None) -> Iterator[str]:
    """Name the columns of `once` that are still to be written and have a whole value that the target did not refuse."""
    refused = () if open_item is None or _due(open_item, rules) else open_item.told
    for name in rules.once:
        if OWED + name in columns and name in prepared.item.payload and name not in _troubled(prepared):
            value = prepared.item.payload[name]
            if not any(problem.field == name and problem.value == value for problem in refused):
                yield name


def _troubled(prepared: Prepared) -> frozenset[str]:
    return prepared.bad.union(problem.field or "" for problem in prepared.item.problems)


def owed_columns(candidate: Candidate, outcome: Outcome, rules: Rules) -> Iterator[str]:
    """Name the columns of `once` that a new record arrived without: they are sent when their value is mended."""
    without = candidate.prepared.bad.union(problem.field or "" for problem in outcome.problems)
    for name in rules.once & without:
        if outcome.status is Status.CREATED or name in candidate.change.payload:
            yield OWED + name


def _decide(
    prepared: Prepared, now: bytes, open_item: OpenItem | None, rules: Rules, *, unchanged: bool
) -> Verdict | None:
    """Give the verdict where nothing is to be sent."""
    problems = prepared.item.problems
    if open_item is None:
        return _verdict(prepared, Status.UNCHANGED, problems) if unchanged else None
    if open_item.status in _UNSURE:
        return None
    same = open_item.fingerprint == now
    rests = same and not _due(open_item, rules)
    if unchanged:
        told = open_item.told if same else ()
        if told and not rests:
            return None
        return _verdict(prepared, Status.UNCHANGED, (*problems, *told), open_item)
    refused_before = rests and open_item.status not in SETTLED
    return _verdict(prepared, open_item.status, (*problems, *open_item.told), open_item) if refused_before else None


def _has_other_row(prepared: Prepared, open_item: OpenItem) -> bool:
    """Tell whether the source gives a row other than the one with which a record was tried last."""
    return bool(prepared.source) and to_json([*open_item.source_row.values()]) != to_json([*prepared.source])


def _waited(open_item: OpenItem | None, now: bytes) -> bool:
    """Tell whether an open item lacks another record in the target, which may be there by now."""
    if open_item is None or open_item.fingerprint != now:
        return False
    return lacks_another(open_item)


def lacks_another(open_item: OpenItem) -> bool:
    """Tell whether the target said of a record that it does not have something that this one names."""
    return any(problem.kind is ProblemKind.REFERENCE for problem in open_item.told)


_FIRST_USED = said(
    "The data of row {first} was used; row {number} was not. Change or archive one of the two in the source."
)
_EARLIER_USED = said(
    "The data of an earlier row was used; row {number} was not. Change or archive one of the two in the source."
)


def duplicate(prepared: Prepared, field: str | None, first: int | None) -> Verdict:
    """Refuse an item whose key an earlier row of this run has."""
    reason, remedy = said("which an earlier row has too"), _EARLIER_USED
    if first:
        reason, remedy = said("which row {number} has too", number=first), _FIRST_USED
    remedy = said(str(remedy), first=first, number=prepared.row)
    problem = Problem(reason, ProblemKind.DUPLICATE, field, prepared.item.key, remedy)
    kept = Item(DUPLICATE, f"{prepared.item.key} (row {prepared.row})", {})
    outcome = Outcome(DUPLICATE, prepared.item.key, Status.REFUSED, (problem,))
    return Verdict(Prepared(prepared.row, prepared.source, kept), outcome)


def columns_of_new(payload: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Give what a record gets at its creation in any case: defaults of the target, columns of `once`, its stamps."""
    if not rules.once and not rules.stamps:
        return {**(rules.defaults or {})}
    only_then = {*rules.once, *rules.stamps}
    once = {name: value for name, value in payload.items() if name in only_then and value is not None}
    return {**(rules.defaults or {}), **once}


def tried_again(open_item: OpenItem, rules: Rules) -> bool:
    """Tell whether an open item is sent again although its source does not give it again."""
    # The key of a duplicate belongs to another row: sending it would overwrite that one.
    # What lacks another record is sent only if this run creates one.
    return open_item.resource != DUPLICATE and (
        open_item.status in _UNSURE or _due(open_item, rules) or lacks_another(open_item)
    )


def _due(open_item: OpenItem, rules: Rules) -> bool:
    """Tell whether to send an open item again although nothing of it changed.

    One that was tried in the future was tried before the clock was set back, nobody knows when.
    """
    if rules.retry or open_item.tried is None or _lacks_a_right(open_item):
        return True
    return not timedelta() <= rules.now - open_item.tried < TRY_AGAIN_AFTER


def _lacks_a_right(open_item: OpenItem) -> bool:
    """Tell whether a right over the whole record was missing, which somebody may have granted since.

    What concerns one value may be a decision, as about a proposal: asking in each run would be no way to take a no.
    """
    refused = open_item.status is Status.REFUSED
    return refused and any(one.kind is ProblemKind.PERMISSION and one.field is None for one in open_item.told)


def _verdict(
    prepared: Prepared, status: Status, problems: tuple[Problem, ...], open_item: OpenItem | None = None
) -> Verdict:
    outcome = Outcome(prepared.item.resource, prepared.item.key, status, problems)
    if open_item is None:
        return Verdict(prepared, outcome)
    return Verdict(prepared, outcome, open_item.fingerprint, open_item.tried, told=open_item.told)
