"""Gives each record a number that nobody else has, and the same one whenever it comes again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice

from pimflow.state.numbers import Numbers, Wanted, Whose

Taken = Callable[[Sequence[str]], Collection[str]]
"""Gives those of some numbers that a record has where they are to be used. Raises FlowError."""

_MOST_AHEAD = 1000


class Allocation:
    """Draws numbers of one series. Several processes may do so at once, and any of them be killed at any moment."""

    def __init__(self, numbers: Numbers, taken: Taken, now: datetime) -> None:
        self._numbers = numbers
        self._taken = taken
        self._now = now

    def known(self, records: Collection[Whose]) -> dict[Whose, str]:
        """Give the numbers of those that have one."""
        return _free(self._numbers, records)

    def give(self, wanted: Sequence[Wanted]) -> dict[Whose, str]:
        """Give each record its number; one whose sequence is used up is left out.

        A number is kept with its record when it is drawn, counts once nobody else was found to have it, and goes back
        otherwise. What is told here is in the state by then.
        """
        left = {one.whose: one for one in wanted}
        found: dict[Whose, str] = {}
        excluded: set[str] = set()
        ahead = 0
        while left:
            claimed = self._numbers.claim(list(left.values()), excluded, self._now)
            unsure = {whose: given.number for whose, given in claimed.items() if not given.free}
            taken = self._asked(unsure, self._following([left[whose] for whose in unsure], ahead))
            self._numbers.settle(
                {whose: number for whose, number in unsure.items() if number not in taken},
                {whose: number for whose, number in unsure.items() if number in taken},
            )
            found |= _free(self._numbers, claimed)
            left = {whose: left[whose] for whose in claimed if whose not in found}
            excluded |= taken
            ahead = min(10 * ahead or 10, _MOST_AHEAD)
        return found

    def _asked(self, unsure: Mapping[Whose, str], following: Collection[str]) -> set[str]:
        asked = sorted({*unsure.values(), *following})
        return set(self._taken(asked)) if asked else set()

    def _following(self, wanted: Sequence[Wanted], ahead: int) -> set[str]:
        """Give numbers that come next: where one was taken, those behind it often are, and are asked for with it."""
        if not wanted or not ahead:
            return set()
        places = self._numbers.places({one.part for one in wanted})
        each = max(ahead // len(wanted), 1)
        return {number for one in wanted for _, number in islice(one.candidates(places[one.part]), each)}


def _free(numbers: Numbers, records: Collection[Whose]) -> dict[Whose, str]:
    return {whose: given.number for whose, given in numbers.of(records).items() if given.free}
