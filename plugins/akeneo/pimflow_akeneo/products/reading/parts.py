"""A read of all products in parts, a few families each: every product once, whatever people do meanwhile.

A product that moves to another family while the parts are read would be met twice, or never. So a last part reads what
changed since the first one began; and what may have moved is held against what was read already.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any, Self

import orjson

from pimflow_akeneo.search import Search, combined
from pimflow_akeneo.session import PAGE, Session

_MOST = 16
"""Four are read at once; more of them even out that families are of different sizes."""

DRIFT = timedelta(minutes=1)
"""So much the clocks of the servers of one PIM may differ: what changed shortly before a read may look as if after."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a read: some families, or the products without any, or what changed since the read began.

    `read` tells the reads of one session apart, `begun` is when it began; `since` is that as the PIM's search takes it.
    """

    read: int
    begun: str
    families: tuple[str, ...] = ()
    since: str | None = None

    def __str__(self) -> str:
        return orjson.dumps([self.read, self.begun, self.families, self.since]).decode()

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `str` wrote."""
        read, begun, families, since = orjson.loads(text)
        return cls(read, begun, tuple(families), since)

    def limited(self, found: Search) -> Search:
        """Give a search with the condition of this part."""
        if self.since is not None:
            return combined(found, "updated", ">", self.since)
        if self.families:
            return combined(found, "family", "IN", list(self.families))
        return {**found, "family": [*found.get("family", ()), {"operator": "EMPTY"}]}


def parts(session: Session, families: Iterable[str], since: str) -> list[Part]:
    """Cut a read that begins now, the part that comes last at the end."""
    number = next(session.shared("numbers of reads in parts", count))
    begun = (session.now() - DRIFT).astimezone(UTC).isoformat()
    codes = sorted(families)
    groups = [tuple(codes[first::_MOST]) for first in range(min(_MOST, len(codes)))]
    return [*(Part(number, begun, group) for group in (*groups, ())), Part(number, begun, since=since)]


def unread(session: Session, part: Part, records: Iterable[Record]) -> Iterator[Record]:
    """Give those of the records of a part that no part of the same read gave before."""
    return session.shared(f"read {part.read} in parts", lambda: _Read(part.begun)).unread(records)


class _Read:
    """What a read gave so far, eight bytes a product. Safe for several threads."""

    def __init__(self, begun: str) -> None:
        self._begun = datetime.fromisoformat(begun)
        self._lock = threading.Lock()
        self._given = array("q")

    def unread(self, records: Iterable[Record]) -> Iterator[Record]:
        rest = iter(records)
        while page := list(islice(rest, PAGE)):
            yield from self._unread(page)

    def _unread(self, page: Sequence[Record]) -> list[Record]:
        may_have_moved = {_number(one) for one in page if self._changed(one)}
        with self._lock:
            there = may_have_moved.intersection(self._given) if may_have_moved else frozenset()
            fresh = [one for one in page if _number(one) not in there]
            self._given.extend(map(_number, fresh))
        return fresh

    def _changed(self, record: Record) -> bool:
        updated = record.get("updated")
        return updated is None or datetime.fromisoformat(updated) >= self._begun


def _number(record: Record) -> int:
    return hash(record.get("uuid") or record["identifier"])
