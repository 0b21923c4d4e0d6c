"""What became of many records at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, overload

from pimflow.model import Outcome, Status

_TOLD_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Alike(Sequence[Outcome]):
    """Outcomes of many records that became the same, without problems; each is made only where somebody looks at it."""

    resource: str
    keys: Sequence[Any]
    status: Status

    def __len__(self) -> int:
        """Count the records."""
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> Outcome: ...
    @overload
    def __getitem__(self, at: slice) -> Alike: ...
    def __getitem__(self, at: int | slice) -> Outcome | Alike:
        """Give one outcome, or a part of them."""
        if isinstance(at, slice):
            return Alike(self.resource, self.keys[at], self.status)
        return Outcome(self.resource, str(self.keys[at]), self.status)


def counted(outcomes: Sequence[Outcome]) -> Mapping[Status, int]:
    """Count outcomes by their status."""
    if isinstance(outcomes, Alike):
        return {outcomes.status: len(outcomes)}
    return Counter(outcome.status for outcome in outcomes)


class Untold:
    """Outcomes that come in small numbers: counted at once, and told to somebody many together."""

    def __init__(self, counts: Counter[Status], tell: Callable[[Sequence[Outcome]], None]) -> None:
        self._counts = counts
        self._tell = tell
        self._outcomes: list[Alike] = []

    def add(self, outcomes: Alike) -> None:
        """Count some, and tell what there is once it is enough."""
        self._counts[outcomes.status] += len(outcomes)
        self._outcomes.append(outcomes)
        if sum(map(len, self._outcomes)) >= _TOLD_AT_ONCE:
            self.tell()

    def tell(self) -> None:
        """Tell what there is."""
        untold, self._outcomes = self._outcomes, []
        for (resource, status), some in groupby(untold, lambda one: (one.resource, one.status)):
            self._tell(Alike(resource, [key for one in some for key in one.keys], status))
