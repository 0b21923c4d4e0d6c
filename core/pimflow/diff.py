"""What must be sent: items held against what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal

import orjson

from pimflow.model import Change, Item, Outcome, Problem, ProblemKind, Row, Status
from pimflow.plain import to_json
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Known

TRY_AGAIN_AFTER = timedelta(days=1)
"""A refused record that did not change is sent again after this time: the target may have changed."""

DUPLICATE = "duplicate"
"""The resource under which the later of two rows with one key is kept open."""

_UNSURE = frozenset({Status.FAILED, Status.UNKNOWN})
"""The target may or may not have the record: it is sent again in any case."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a flow says about sending. `defaults` are given to new records; `retry` sends what is open again."""

    run: int
    now: datetime
    mode: Literal["upsert", "create", "update"] = "upsert"
    once: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] | None = None
    refuse_bad_values: bool = False
    retry: bool = False

    @property
    def asks_what_exists(self) -> bool:
        """Tell whether new records must be told from existing ones before they are sent."""
        return bool(self.once or self.defaults) or self.mode != "upsert"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item, and the source row that it was made of."""

    row: int
    source: Row
    item: Item

    @property
    def record(self) -> tuple[str, str]:
        """Resource and key."""
        return self.item.resource, self.item.key


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change to be sent, and the columns to add where the record turns out to be new.

    `waited`: it waited in vain for another record. The next run tries again, as that record may be there then.
    """

    prepared: Prepared
    change: Change
    creation: Mapping[str, Any]
    columns: frozenset[str]
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a prepared item, and the fingerprint and time of the last try to send it."""

    prepared: Prepared
    outcome: Outcome
    fingerprint: bytes | None = None
    tried: datetime | None = None
    columns: frozenset[str] | None = None


def fingerprint(payload: Mapping[str, Any]) -> bytes:
    """Give 16 bytes that differ whenever the payload does; the order of columns does not count."""
    return blake2b(to_json(payload, orjson.OPT_SORT_KEYS), digest_size=16).digest()


def compare(prepared: Prepared, known: Known | None, open_item: OpenItem | None, rules: Rules) -> Candidate | Verdict:
    """Decide whether an item must be sent."""
    item = prepared.item
    if rules.refuse_bad_values and item.problems:
        return _verdict(prepared, Status.REFUSED, item.problems)
    columns = known.columns if known else frozenset()
    payload = {
        name: value
        for name, value in item.payload.items()
        if name not in rules.once and (value is not None or name in columns)
    }
    now = fingerprint(payload)
    settled = known is not None and known.fingerprint is not None
    unchanged = known is not None and (known.fingerprint == now or (settled and rules.mode == "create"))
    decided = _decide(prepared, now, open_item, rules, unchanged=unchanged)
    if decided is not None:
        return decided
    change = Change(replace(item, payload=payload), prepared.row, settled, now)
    creation = {} if settled else _creation(item.payload, rules)
    return Candidate(prepared, change, creation, columns.union(payload))


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
        told = {(problem.field, problem.reason) for problem in problems}
        refused = tuple(one for one in open_item.problems if same and (one.field, one.reason) not in told)
        if refused and not rests:
            return None
        return _verdict(prepared, Status.UNCHANGED, (*problems, *refused), open_item)
    return _verdict(prepared, open_item.status, open_item.problems, open_item) if rests else None


def duplicate(prepared: Prepared, field: str | None, first: int | None) -> Verdict:
    """Refuse an item whose key an earlier row of this run has."""
    where = f"row {first}" if first else "an earlier row"
    problem = Problem(
        f"which {where} has too",
        ProblemKind.DUPLICATE,
        field,
        prepared.item.key,
        f"The data of {where} was used; row {prepared.row} was not. Change or archive one of the two in the source.",
    )
    kept = Item(DUPLICATE, f"{prepared.item.key} (row {prepared.row})", {})
    outcome = Outcome(DUPLICATE, prepared.item.key, Status.REFUSED, (problem,))
    return Verdict(Prepared(prepared.row, prepared.source, kept), outcome)


def _creation(payload: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    once = {name: value for name, value in payload.items() if name in rules.once and value is not None}
    return {**(rules.defaults or {}), **once}


def tried_again(open_item: OpenItem, rules: Rules) -> bool:
    """Tell whether an open item is sent again although its source does not give it again."""
    # The key of a duplicate belongs to another row: sending it would overwrite that one.
    return open_item.resource != DUPLICATE and (open_item.status in _UNSURE or _due(open_item, rules))


def _due(open_item: OpenItem, rules: Rules) -> bool:
    """Tell whether to send an open item again although nothing of it changed."""
    return rules.retry or open_item.tried is None or rules.now - open_item.tried >= TRY_AGAIN_AFTER


def _verdict(
    prepared: Prepared, status: Status, problems: tuple[Problem, ...], open_item: OpenItem | None = None
) -> Verdict:
    outcome = Outcome(prepared.item.resource, prepared.item.key, status, problems)
    if open_item is None:
        return Verdict(prepared, outcome)
    return Verdict(prepared, outcome, open_item.fingerprint, open_item.tried)
