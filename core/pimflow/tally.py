"""Counts what became of the records of one flow, and groups their problems by cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pimflow.model import SETTLED, Cause, Outcome, Problem, Status, Who
from pimflow.sentences import said
from pimflow.words import Lead

_CAUSES_KEPT = 1000
_CAUSES_APART = 10_000
_KEYS_KEPT = 20
_VALUES_TOLD = 5
_PARTICULAR = re.compile(r"\d+|'[^']*'")
_MORE = Problem(
    said("further causes, too many to be told one by one"),
    remedy=said("Mend the causes above first; the next report tells what is left."),
    who=Who.ADMINISTRATOR,
    detail="`pimflow problems --export` has each record",
)


@dataclass(slots=True)
class _Group:
    kind: tuple[str, ...]
    problem: Problem
    status: Status
    count: int = 0
    keys: list[str] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    mixed: bool = False
    record: str = ""

    def take(self, count: int, keys: Iterable[str]) -> None:
        self.count += count
        self.keys.extend(islice(keys, _KEYS_KEPT - len(self.keys)))


@dataclass(slots=True)
class Tally:
    """The counts of one flow. Memory is bounded.

    Beyond a thousand causes, values that have the same problem, and then all the others, are counted together.
    `label` gives the name by which people in the target know a column. `apart`: values that have the same problem are
    told one by one, up to ten thousand.
    """

    label: Callable[[str], str] = str
    apart: bool = False
    counts: Counter[Status] = field(default_factory=Counter)
    attention: int = 0
    _groups: dict[tuple[str, ...], _Group] = field(default_factory=dict)
    _kinds: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, outcome: Outcome, record: str = "") -> None:
        """Count one final outcome; `record` is what people call the record."""
        self.counts[outcome.status] += 1
        if outcome.problems or outcome.status not in SETTLED:
            self.attention += 1
        for problem in outcome.problems:
            self.add_problem(problem, outcome.status, outcome.key, record=record)

    def add_problem(
        self,
        problem: Problem,
        status: Status,
        key: str | None = None,
        count: int = 1,
        record: str = "",
        more_keys: Sequence[str] = (),
    ) -> None:
        """Count a problem under its cause; of several records `key` is the first."""
        effect = "arrived" if status in SETTLED else str(status)
        kind = _kind(problem, effect)
        cause: tuple[str, ...] = (*kind, problem.reason, repr(problem.value), problem.remedy)
        if problem.lead is Lead.RECORD:
            cause = (*cause, key or "")
        most = _CAUSES_APART if self.apart else _CAUSES_KEPT
        mixed = cause not in self._groups and len(self._groups) >= most
        if mixed:
            if kind not in self._kinds:
                problem, kind = _MORE, (effect, "further causes")
            cause = kind
        self._kinds.add(kind)
        group = self._groups.setdefault(cause, _Group(kind, problem, status, mixed=mixed, record=record))
        group.take(count, () if key is None else (key, *more_keys))

    def causes(self) -> Sequence[Cause]:
        """Give the causes, the most frequent first; many values with the same problem become one."""
        kinds: dict[tuple[str, ...], list[_Group]] = {}
        for group in sorted(self._groups.values(), key=_order):
            kinds.setdefault(group.kind, []).append(group)
        together = (groups if self.apart else _together(groups) for groups in kinds.values())
        told = sorted((group for groups in together for group in groups), key=_order)
        return tuple(
            Cause(
                group.problem,
                group.status,
                group.count,
                tuple(group.keys),
                self.label(group.problem.field or ""),
                tuple(group.others),
                group.record,
            )
            for group in told
        )


def _kind(problem: Problem, effect: str) -> tuple[str, ...]:
    """Say what values with the same problem have in common: all but the value, and numbers and quotes beside it."""
    reason, remedy = "" if problem.lead is Lead.RECORD else problem.reason, problem.remedy
    if problem.value is not None:
        reason, remedy = _PARTICULAR.sub("#", reason.replace(str(problem.value), "#")), ""
    return effect, problem.field or "", reason, remedy, problem.kind, problem.who


def _together(groups: list[_Group]) -> list[_Group]:
    """Put the values of one kind together where there are many, but for the most frequent; `groups` are in order."""
    if len(groups) <= _VALUES_TOLD and not any(group.mixed for group in groups):
        return groups
    often = [group for group in groups[:_VALUES_TOLD] if group.count > 1 and not group.mixed]
    others = sorted((group for group in groups if group not in often), key=lambda group: group.mixed)
    rest = _Group(others[0].kind, others[0].problem, others[0].status, record=others[0].record)
    rest.others = [group.problem.value for group in others[1 : _KEYS_KEPT + 1]]
    for group in others:
        rest.take(group.count, group.keys)
    return [*often, rest]


def _order(group: _Group) -> tuple[int, str, str, str]:
    """Put the most frequent first, and equal ones in an order that no order of answers changes."""
    return -group.count, group.problem.field or "", group.problem.reason, repr(group.problem.value)
