"""Sorted keys, so that a page of 50,000 products is found without sorting them again."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator


class SortedKeys:
    """Distinct (sort key, key) pairs in order."""

    def __init__(self) -> None:
        self._pairs: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self._pairs)

    def add(self, sort_key: str, key: str) -> None:
        """Add a pair that is not there yet; appending in order costs next to nothing."""
        pair = (sort_key, key)
        if not self._pairs or self._pairs[-1] < pair:
            self._pairs.append(pair)
        else:
            insort(self._pairs, pair)

    def remove(self, sort_key: str, key: str) -> None:
        """Take a pair out; raises ValueError when it is not there."""
        at = bisect_left(self._pairs, (sort_key, key))
        if at == len(self._pairs) or self._pairs[at] != (sort_key, key):
            raise ValueError(f"'{key}' is not in the index")
        del self._pairs[at]

    def walk(self, after: str | None = None, start: int = 0) -> Iterator[str]:
        """Return the keys in order: those with a sort key greater than `after`, or from position `start` on."""
        if after is not None:
            start = bisect_right(self._pairs, (after, "\U0010ffff"))
        for position in range(start, len(self._pairs)):
            yield self._pairs[position][1]
