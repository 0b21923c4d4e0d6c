"""Records that wait for each other's keys, put aside on disk and put into the order in which each can have its own."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.chunks import chunked
from pimflow.state.scratch import new_scratch, told

_AT_ONCE = 500

_metadata = sa.MetaData()
_rows = sa.Table(
    "waiting",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("was", sa.Text, nullable=False),
    sa.Column("wants", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_INSERT = "INSERT INTO waiting (was, wants, content) VALUES (?, ?, ?)"
_WANTS = "SELECT number, was FROM waiting WHERE wants = ?"
_FIRST = (
    "SELECT number, was FROM waiting WHERE number > ? AND wants NOT IN (SELECT was FROM waiting) "
    "ORDER BY number LIMIT 500"
)
_ANY = "SELECT number, was FROM waiting WHERE number > ? ORDER BY number LIMIT 500"


class KeyChains:
    """Things that have a key and want another one, which another of them has, or had. No two want the same.

    In memory are eight bytes for each of them, whatever they hold.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._order: array[int] | None = None
        self._opened: array[int] = array("q")

    def put(self, waiting: Iterable[tuple[str, str, Any]]) -> None:
        """Add things: the key that each has, the one that it wants, and itself. Raises FlowError."""
        packed: list[Any] = [(was, wants, pickle.dumps(one, pickle.HIGHEST_PROTOCOL)) for was, wants, one in waiting]
        if packed:
            with told():
                self._connection.exec_driver_sql(_INSERT, packed)

    def opened(self) -> Iterator[Any]:
        """Give one of each circle of keys: none of a circle can have its own before one gives up what it has."""
        self._sort()
        return (one for _, one in self._things(self._opened))

    def in_turn(self) -> Iterator[tuple[Any, bool]]:
        """Give all, each after the one that has what it wants, and tell of each whether it is one of `opened`."""
        opened = frozenset(self._opened)
        return ((one, number in opened) for number, one in self._things(self._sort()))

    def _sort(self) -> array[int]:
        """Follow each chain from its end to its beginning, then each circle from the one that opens it."""
        if self._order is not None:
            return self._order
        order = self._order = array("q")
        with told():
            self._connection.exec_driver_sql("CREATE INDEX waiting_wants ON waiting (wants)")
            self._connection.exec_driver_sql("CREATE INDEX waiting_was ON waiting (was)")
        met = bytearray(self._count() + 1)
        for number, was in self._pages(_FIRST):
            met[number] = 1
            order.append(number)
            self._follow(was, met, order)
        for number, was in self._pages(_ANY):
            if not met[number]:
                met[number] = 1
                self._opened.append(number)
                self._follow(was, met, order)
                order.append(number)
        return order

    def _follow(self, was: str, met: bytearray, order: array[int]) -> None:
        """Add who wants what the one before gives up, and so on."""
        while True:
            with told():
                found = self._connection.exec_driver_sql(_WANTS, (was,)).first()
            if found is None or met[found.number]:
                return
            met[found.number] = 1
            order.append(found.number)
            was = found.was

    def _count(self) -> int:
        with told():
            return self._connection.execute(sa.select(sa.func.count()).select_from(_rows)).scalar_one()

    def _pages(self, query: str) -> Iterator[tuple[int, str]]:
        after = 0
        while True:
            with told():
                page = self._connection.exec_driver_sql(query, (after,)).all()
            if not page:
                return
            yield from ((row.number, row.was) for row in page)
            after = page[-1].number

    def _things(self, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
        for some in chunked(numbers, _AT_ONCE):
            query = sa.select(_rows.c.number, _rows.c.content).where(_rows.c.number.in_(some))
            with told():
                found = {row.number: row.content for row in self._connection.execute(query)}
            yield from ((number, pickle.loads(found[number])) for number in some)  # noqa: S301 - written by this process


@contextmanager
def new_key_chains() -> Iterator[KeyChains]:
    """Give an empty place for things that wait, in a temporary file that goes when the block ends."""
    with new_scratch(_metadata) as engine, engine.connect() as connection:
        yield KeyChains(connection)
