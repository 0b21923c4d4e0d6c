"""Which record is which: the ids of records by the key under which they were written.

By its id a record is found when people give it another key in the ERP: it is then written on, and not made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from pimflow import Memory, Moved

_NAME = "ids of "
KeysOf = Callable[[Sequence[int]], Mapping[int, str]]
"""Gives the keys that records have now, by their ids; those that the ERP lacks are left out."""
Taken = Callable[[Sequence[str]], Collection[str]]
"""Gives those of the keys that a record has now."""


class KnownIds:
    """The ids of one kind of record. Safe for several threads; it is lost with the memory, and results stay right."""

    def __init__(self, memory: Memory, resource: str, key: str, keys_of: KeysOf, taken: Taken) -> None:
        self._memory = memory
        self._name = f"{_NAME}{resource}"
        self._key = key
        self._keys_of = keys_of
        self._taken = taken
        self._elsewhere: dict[str, int] = {}

    def keep(self, ids: Mapping[str, int]) -> None:
        """Take note of records that were written, or found, under these keys."""
        if ids:
            self._memory.put(self._name, {key: str(number) for key, number in ids.items()})

    def moved(self, keys: Sequence[str]) -> dict[str, Moved]:
        """Tell which records that were written under these keys have another by now. One call; two where some have."""
        ids = {key: int(number) for key, number in self._memory.get(self._name, keys).items()}
        now = self._keys_of(sorted(ids.values())) if ids else {}
        others = {key: number for key, number in ids.items() if now.get(number, key) != key}
        taken = self._taken(sorted(others)) if others else ()
        self._elsewhere.update(others)
        return {
            key: Moved(now[number], {"id": number, self._key: now[number]}, taken=key in taken)
            for key, number in others.items()
        }

    def elsewhere(self, keys: Sequence[str]) -> dict[str, int]:
        """Give the ids of those among these that `moved` found under another key."""
        return {key: self._elsewhere[key] for key in keys if key in self._elsewhere}
