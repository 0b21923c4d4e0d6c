"""One kind of structure entity: found by code whatever its case, listed in order of code."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


class Collection:
    """Entities by lower-case key. A key is the code, or owner and code for options and family variants."""

    def __init__(self) -> None:
        self._items: dict[str, Record] = {}
        self._sorted: list[Record] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._items.values())

    def get(self, key: Any) -> Record | None:
        """Return the entity, or None; a key that is no string finds nothing."""
        return self._items.get(key.lower()) if isinstance(key, str) else None

    def put(self, key: str, record: Record) -> None:
        """Add or replace."""
        self._items[key.lower()] = record
        self._sorted = None

    def remove(self, key: str) -> None:
        """Take it out; raises KeyError when it is not there."""
        del self._items[key.lower()]
        self._sorted = None

    def in_order(self) -> list[Record]:
        """All entities, sorted by key without regard to case."""
        if self._sorted is None:
            self._sorted = [self._items[key] for key in sorted(self._items)]
        return self._sorted
