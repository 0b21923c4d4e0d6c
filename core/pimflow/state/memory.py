"""What plugins keep about a target between runs: text by key, the least that makes the next run cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

import sqlalchemy as sa

from pimflow.state.database import Database
from pimflow.state.statements import look_up, upsert
from pimflow.state.tables import memory

_KEYS_PER_QUERY = 500
_LONGEST_KEY = 400
# Through the driver: asked for every file of every run, and SQLAlchemy Core takes twice as long.
_LOOK_UP = "SELECT key, text FROM memory WHERE address = ? AND name = ? AND key IN ({keys})"


class KeptMemory:
    """The memory of one target, in the state. Safe for several threads; all methods raise StateError."""

    def __init__(self, database: Database, address: str) -> None:
        self._database = database
        self._address = address

    def get(self, name: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give what is kept under these keys; those that are not there are left out."""
        found: dict[str, str] = {}
        for some in _cut(keys):
            asked = {shortened(key): key for key in some}
            with self._database.reading() as connection:
                rows = look_up(connection, _LOOK_UP, (self._address, name), asked)
                found.update((asked[key], text) for key, text in rows)
        return found

    def pages(self, name: str, size: int) -> Iterator[Sequence[str]]:
        """Give the texts that are kept under a name, so many at a time."""
        after = ""
        while True:
            query = sa.select(memory.c.key, memory.c.text).where(self._of(name), memory.c.key > after)
            with self._database.reading() as connection:
                page = connection.execute(query.order_by(memory.c.key).limit(size)).all()
            if not page:
                return
            yield [row.text for row in page]
            after = page[-1].key

    def put(self, name: str, entries: Mapping[str, str]) -> None:
        """Keep these, in place of what was kept under the same keys."""
        of_name = {"address": self._address, "name": name}
        rows = [{**of_name, "key": shortened(key), "text": text} for key, text in entries.items()]
        if rows:
            with self._database.writing() as connection:
                upsert(connection, memory, rows)

    def forget(self, name: str, keys: Iterable[str]) -> None:
        """Keep nothing under these keys any longer."""
        for some in _cut(keys):
            with self._database.writing() as connection:
                connection.execute(
                    memory.delete().where(self._of(name), memory.c.key.in_([shortened(key) for key in some]))
                )

    def _of(self, name: str) -> sa.ColumnElement[bool]:
        return sa.and_(memory.c.address == self._address, memory.c.name == name)


def shortened(key: str) -> str:
    """Shorten a long key, such as an address: no index of PostgreSQL takes more than 2,700 bytes."""
    if len(key) <= _LONGEST_KEY:
        return key
    return key[:_LONGEST_KEY] + blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _cut(keys: Iterable[str]) -> Iterator[list[str]]:
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_PER_QUERY):
        yield listed[start : start + _KEYS_PER_QUERY]
