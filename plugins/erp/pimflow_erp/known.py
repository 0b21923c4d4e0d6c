"""Which record is which: the ids of records by the key under which they were written.

By its id a record is found when people give it another key in the ERP: it is then written on, and not made anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pimflow import Memory, Moved

IdT = TypeVar("IdT", int, str)
_IN_MIND = 50_000
"""So many records that are meant by their ids are kept in mind: the latest, which are those still to be written."""
Taken = Callable[[Sequence[str]], Collection[str]]
"""Gives those of the keys that a record has now."""


class Known(Generic[IdT]):
    """The ids of one kind of record. Safe for several threads; it is lost with the memory, and results stay right.

    `keys_of` gives the keys that records have now, by their ids; those that the ERP lacks are left out. `read` reads an
    id from text, `folded` gives a key in the form in which the ERP compares keys.
    """

    def __init__(
        self,
        memory: Memory,
        resource: str,
        key: str,
        keys_of: Callable[[Sequence[IdT]], Mapping[IdT, str]],
        taken: Taken,
        read: Callable[[str], IdT],
        folded: Callable[[str], str] = str,
    ) -> None:
        self._memory = memory
        self._name = f"ids of {resource}"
        self._key = key
        self._keys_of: Callable[[Sequence[IdT]], Mapping[IdT, str]] = keys_of
        self._taken = taken
        self._read: Callable[[str], IdT] = read
        self._folded = folded
        self._elsewhere: OrderedDict[str, IdT] = OrderedDict()

    def keep(self, ids: Mapping[str, IdT]) -> None:
        """Take note of records that were written, or found, under these keys."""
        if ids:
            self._memory.put(self._name, {key: str(one) for key, one in ids.items()})

    def kept(self, keys: Sequence[str]) -> dict[str, IdT]:
        """Give the ids of records that were written, or found, under these keys."""
        return {key: self._read(one) for key, one in self._memory.get(self._name, keys).items()}

    def moved(self, keys: Sequence[str]) -> dict[str, Moved]:
        """Tell which records that were written under these keys have another by now. One call; two where some have."""
        ids = self.kept(keys)
        now = self._keys_of(sorted(set(ids.values()))) if ids else {}
        others = {key: one for key, one in ids.items() if self._folded(now.get(one, key)) != self._folded(key)}
        taken = {self._folded(key) for key in self._taken(sorted(others))} if others else set[str]()
        self._mean(others)
        return {
            key: Moved(now[one], {"id": one, self._key: now[one]}, taken=self._folded(key) in taken)
            for key, one in others.items()
        }

    def today(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the keys that records have now, of those that have another than they were written under."""
        moved = self.moved(keys) if keys else {}
        return {key: one.key for key, one in moved.items() if one.key and not one.taken}

    def know(self, columns: Mapping[str, Mapping[str, Any]]) -> None:
        """Take note of records that are meant by their ids, whatever their keys, as `Writer.know` does."""
        self._mean({key: one["id"] for key, one in columns.items() if one.get("id")})

    def elsewhere(self, keys: Sequence[str]) -> dict[str, IdT]:
        """Give the ids of those among these that `moved` found under another key, or that `know` was told of."""
        return {key: self._elsewhere[key] for key in keys if key in self._elsewhere}

    def _mean(self, ids: Mapping[str, IdT]) -> None:
        self._elsewhere.update(ids)
        while len(self._elsewhere) > _IN_MIND:
            self._elsewhere.popitem(last=False)


class KnownIds(Known[int]):
    """Records whose ids are numbers."""

    def __init__(
        self,
        memory: Memory,
        resource: str,
        key: str,
        keys_of: Callable[[Sequence[int]], Mapping[int, str]],
        taken: Taken,
        folded: Callable[[str], str] = str,
    ) -> None:
        super().__init__(memory, resource, key, keys_of, taken, int, folded)
