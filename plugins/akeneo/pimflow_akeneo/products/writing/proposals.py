"""Changes that wait for approval, in the Enterprise edition: the connection may edit a product and does not own it.

The PIM answers such a change like any other, and makes a draft of it (reference of its API, `metadata` and drafts). So
what was updated is read once more; a draft is sent for approval, as nobody can accept it before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import orjson

from pimflow import Lead, Memory, Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.session import Session

_NAME = "proposals"
"""What the memory keeps: a digest of the values that a product's proposal has, by path and key."""

_APPLIED = frozenset({None, "working_copy"})
_WAITS = "proposal_waiting_for_approval"
_REFUSED = frozenset({403, 404, 405, 422})
Decided = dict[str, tuple[Status, tuple[Problem, ...]]]
"""Key -> what became of the record."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """Finds what did not go live. It costs a PIM without drafts no call; safe for several threads."""

    session: Session
    parse: Callable[[str], Column]
    memory: Memory

    def still_waiting(self, kind: Kind, pending: Sequence[Pending]) -> Decided:
        """Decide on records whose very values were proposed before: they are not proposed again while they wait.

        One whose proposal was accepted has all its values; one whose proposal is gone is sent like any other.
        """
        if not self.session.catalog.model.has_drafts:
            return {}
        kept = self.memory.get(_NAME, [_place(kind, one) for one in pending])
        asked = [one for one in pending if kept.get(_place(kind, one)) == _digest(one)]
        decided: Decided = {}
        for one, record in self._read(kind, asked):
            columns = self._differing(kind, one, record)
            if not columns:
                decided[one.key] = Status.UNCHANGED, ()
            elif _status(record) == _WAITS:
                decided[one.key] = Status.REFUSED, _problems(columns, record, proposed=True)
        waiting = {key for key, (status, _) in decided.items() if status is Status.REFUSED}
        self.memory.forget(_NAME, [_place(kind, one) for one in asked if one.key not in waiting])
        return decided

    def proposed(self, kind: Kind, updated: Sequence[Pending]) -> Decided:
        """Send for approval what the PIM made drafts of, and tell it."""
        if not self.session.catalog.model.has_drafts:
            return {}
        decided: Decided = {}
        for one, record in self._read(kind, updated):
            columns = [] if _status(record) in _APPLIED else self._differing(kind, one, record)
            if columns:
                proposed = self._propose(kind, one)
                decided[one.key] = Status.REFUSED, _problems(columns, record, proposed=proposed)
                if proposed:
                    self.memory.put(_NAME, {_place(kind, one): _digest(one)})
        return decided

    def _read(self, kind: Kind, asked: Sequence[Pending]) -> list[tuple[Pending, Mapping[str, Any]]]:
        if not asked:
            return []
        model = self.session.catalog.model
        columns = [self.parse(name) for one in asked for name in one.payload]
        codes = {column.attribute.code for column in columns if isinstance(column, ValueColumn)}
        wanted = sorted({*codes, model.identifier.code})
        found = lookup.find(self.session, [one.key for one in asked], wanted, kind)
        records = {str(lines.key_of(record, model, kind)).lower(): record for record in found}
        return [(one, records[one.key.lower()]) for one in asked if one.key.lower() in records]

    def _differing(self, kind: Kind, one: Pending, record: Mapping[str, Any]) -> list[ValueColumn]:
        """Give the columns whose values the PIM does not have; only values are proposed."""
        now = lines.flat(record, self.session.catalog.model, kind)
        columns = {name: self.parse(name) for name in one.payload}
        return [
            column
            for name, column in columns.items()
            if isinstance(column, ValueColumn) and _plain(now.get(name)) != _plain(one.payload[name])
        ]

    def _propose(self, kind: Kind, one: Pending) -> bool:
        path = f"{kind.path}/{quote(one.key, safe='')}/proposal"
        headers = {"Content-Type": "application/json"}
        return self.session.call("POST", path, headers=headers, handled=_REFUSED).is_success


def _problems(columns: Sequence[ValueColumn], record: Mapping[str, Any], *, proposed: bool) -> tuple[Problem, ...]:
    why = _not_owned(record.get("categories") or [])
    remedy = said("Accept it under Proposals; your administrator can grant 'own'.")
    if not proposed:
        remedy = said(
            "Nobody can accept it, as the PIM did not take it for approval; your administrator can grant 'own'."
        )
    return tuple(
        Problem(
            _waits(_called(column), why, proposed=proposed),
            ProblemKind.PERMISSION,
            column.name,
            remedy=remedy,
            who=Who.PRODUCT_MANAGER,
            lead=Lead.NOTHING,
        )
        for column in columns
    )


def _waits(value: str, why: str, *, proposed: bool) -> str:
    if proposed:
        return said("not live yet: the new {value} waits as a proposal, because {why}", value=value, why=why)
    return said("not live yet: the new {value} waits as a draft, because {why}", value=value, why=why)


def _not_owned(codes: Sequence[str]) -> str:
    if not codes:
        return said("the connection may edit but does not own it")
    if len(codes) == 1:
        return said("the connection may edit but does not own category {code}", code=codes[0])
    return said("the connection may edit but does not own any of the categories {codes}", codes=", ".join(codes))


def _called(column: ValueColumn) -> str:
    label = column.attribute.label
    name = label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
    place = ", ".join(part for part in (column.locale, column.scope, column.part) if part)
    return f"{name} ({place})" if place else name


def _status(record: Mapping[str, Any]) -> str | None:
    status: str | None = (record.get("metadata") or {}).get("workflow_status")
    return status


def _place(kind: Kind, one: Pending) -> str:
    return f"{kind.path}/{one.key.lower()}"


def _digest(one: Pending) -> str:
    return blake2b(_plain(dict(one.payload)), digest_size=16).hexdigest()


def _plain(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
