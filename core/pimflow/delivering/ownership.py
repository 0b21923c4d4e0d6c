"""What one flow may write into its target, as the ownership contract of the project says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pimflow.configuration.forms import Ownership
from pimflow.delivering.diff import Prepared
from pimflow.model import Problem, ProblemKind, Who
from pimflow.sentences import said
from pimflow.sinks import Writer
from pimflow.state import owners
from pimflow.state.changes import Changes
from pimflow.state.database import Database
from pimflow.state.records import Records

_TOLD = 5


@dataclass(slots=True)
class LeftAlone:
    """Values of others that the records of a flow had for one place there: how many records, the first of each."""

    problem: Problem
    records: int = 0
    values: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def take(self, key: str, values: Sequence[str]) -> None:
        """Count a record. One more than is told is kept, as a sign that there are more."""
        self.records += 1
        self.keys += [key] if len(self.keys) <= _TOLD else []
        new = [one for one in values if one not in self.values]
        self.values += new[: _TOLD + 1 - len(self.values)]

    def told(self, noun: tuple[str, str]) -> Problem:
        """Tell it as one cause; `noun` is what people call a record, and several."""
        number = f"{self.records:,} {noun[0] if self.records == 1 else noun[1]}"
        effect = f"{number}: {_first([repr(one) for one in self.values])} ({_first(self.keys)})"
        return replace(self.problem, value=None, effect=effect)


class Domain:
    """What the owner of a flow may write. Columns under `once` may be given to new records, whoever owns them then."""

    def __init__(
        self,
        contract: Ownership,
        owner: str,
        writer: Writer,
        once: frozenset[str],
        database: Database,
        records: Records,
    ) -> None:
        self._contract = contract
        self._owner = owner
        self._writer = writer
        self._once = once
        self._database = database
        self._records = records
        self._owners: dict[str, tuple[str, ...]] = {}
        self._refused: dict[str, Problem] = {}
        self._left_alone: dict[tuple[str | None, str], LeftAlone] = {}
        writer.own(partial(contract.allows, owner), once)

    def narrowed(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """Leave out the columns that others own, and those that an owner before us in their list has written."""
        allowed = [_with(one, {n: v for n, v in one.item.payload.items() if self._may_write(n)}) for one in prepared]
        before = {name for one in allowed for name in one.item.payload if self._before_us(name)}
        if not before:
            return allowed
        theirs = self._written_by_others(allowed, {owner for name in before for owner in self._before_us(name)})
        return [
            _with(
                one, {name: value for name, value in one.item.payload.items() if not self._is_theirs(name, one, theirs)}
            )
            for one in allowed
        ]

    def note(self, prepared: Sequence[Prepared]) -> None:
        """Count what their sink left out of them as others own it."""
        for one in prepared:
            found: dict[tuple[str | None, str], list[Problem]] = {}
            for problem in one.item.others_own:
                found.setdefault((problem.field, problem.reason), []).append(problem)
            for place, problems in found.items():
                left = self._left_alone.setdefault(place, LeftAlone(problems[0]))
                left.take(one.item.key, [str(problem.value) for problem in problems])

    def told(self, noun: tuple[str, str]) -> list[Problem]:
        """Tell what was not written because others own it: once a column, and once a place within one."""
        return [*self._refused.values(), *(left.told(noun) for left in self._left_alone.values())]

    def owns_keys(self) -> bool | None:
        """Tell whether the keys of records are the flow's; None where the contract does not say."""
        places = self._writer.key_places()
        named = self._contract.owners(places) if places else ()
        return self._owner in named if named else None

    def _may_write(self, column: str) -> bool:
        named = self._owners_of(column)
        if not named or self._owner in named or column in self._once:
            return True
        if column not in self._refused:
            self._refused[column] = not_owned(column, named, self._owner, said("it was left alone"))
        return False

    def _owners_of(self, column: str) -> tuple[str, ...]:
        if column not in self._owners:
            places = self._writer.places(column)
            self._owners[column] = self._contract.owners(places) if places else ()
        return self._owners[column]

    def _before_us(self, column: str) -> tuple[str, ...]:
        named = self._owners_of(column)
        return named[: named.index(self._owner)] if self._owner in named else ()

    def _written_by_others(
        self, prepared: Sequence[Prepared], others: set[str]
    ) -> Mapping[tuple[str, tuple[str, str]], frozenset[str]]:
        """Give the columns that other owners wrote into these records, by owner and record."""
        found: dict[tuple[str, tuple[str, str]], frozenset[str]] = {}
        records = [one.record for one in prepared]
        with self._database.reading() as connection:
            for owner, scope in owners.scopes_of(connection, self._records.scope, others):
                for record, sent in Changes(scope, self._records.column_sets).sent(connection, records).items():
                    written = frozenset(name for name, value in sent.values.items() if value is not None)
                    found[owner, record] = found.get((owner, record), frozenset()) | written
        return found

    def _is_theirs(
        self, column: str, one: Prepared, theirs: Mapping[tuple[str, tuple[str, str]], frozenset[str]]
    ) -> bool:
        return any(column in theirs.get((owner, one.record), ()) for owner in self._before_us(column))


def not_owned(column: str, owners_: Sequence[str], writer: str, effect: str) -> Problem:
    """Tell that a column belongs to others than the one for whom a flow writes, and what comes of it."""
    return Problem(
        said(
            "it belongs to {owners}, and pimflow writes for {writer!r} here; {effect}",
            owners=_named(owners_),
            writer=writer,
            effect=effect,
        ),
        ProblemKind.PERMISSION,
        column,
        remedy=said("Take the column out of the mapping, or change `ownership:` if this is not so."),
        who=Who.ADMINISTRATOR,
    )


def _with(prepared: Prepared, payload: Mapping[str, Any]) -> Prepared:
    if len(payload) == len(prepared.item.payload):
        return prepared
    return replace(prepared, item=replace(prepared.item, payload=payload))


def _first(names: Sequence[str]) -> str:
    return ", ".join([*names[:_TOLD], *(["…"] if len(names) > _TOLD else [])])


def _named(owners_: Sequence[str]) -> str:
    first, *others = owners_
    named: str = repr(first)
    for one in others:
        named = said("{names} or {last}", names=named, last=repr(one))
    return named
