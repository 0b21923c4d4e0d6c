"""Counts what became of the records of one flow, and groups their problems by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pimflow.model import SETTLED, Cause, Outcome, Problem, Status

_CAUSES_KEPT = 1000
_KEYS_KEPT = 20
_MORE = Problem("further causes; the open items have each", remedy="See `pimflow runs` and the run's log.")


@dataclass(slots=True)
class _Group:
    problem: Problem
    status: Status
    count: int = 0
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """The counts of one flow. Memory is bounded: causes beyond a thousand are counted together.

    `label` gives the name by which people in the target know a column.
    """

    label: Callable[[str], str] = str
    counts: Counter[Status] = field(default_factory=Counter)
    attention: int = 0
    _groups: dict[tuple[str, ...], _Group] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one final outcome."""
        self.counts[outcome.status] += 1
        if outcome.problems or outcome.status not in SETTLED:
            self.attention += 1
        for problem in outcome.problems:
            self.add_problem(problem, outcome.status, outcome.key)

    def add_problem(self, problem: Problem, status: Status, key: str | None = None, count: int = 1) -> None:
        """Count a problem under its cause."""
        effect = "arrived" if status in SETTLED else str(status)
        cause: tuple[str, ...] = (effect, problem.field or "", problem.reason, repr(problem.value), problem.remedy)
        if cause not in self._groups and len(self._groups) >= _CAUSES_KEPT:
            problem, cause = _MORE, (effect, "further causes")
        group = self._groups.setdefault(cause, _Group(problem, status))
        group.count += count
        if key is not None and len(group.keys) < _KEYS_KEPT:
            group.keys.append(key)

    def causes(self) -> Sequence[Cause]:
        """Give the causes, the most frequent first."""
        groups = sorted(self._groups.values(), key=lambda group: (-group.count, *_order(group.problem)))
        return tuple(
            Cause(group.problem, group.status, group.count, tuple(group.keys), self.label(group.problem.field or ""))
            for group in groups
        )


def _order(problem: Problem) -> tuple[str, str, str]:
    """Put causes of equal count in an order that does not depend on which batch was answered first."""
    return problem.field or "", problem.reason, repr(problem.value)
