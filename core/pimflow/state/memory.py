"""What plugins keep about a target between runs: text by key, the least that makes the next run cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from pimflow.state.database import Database
from pimflow.state.tables import memory

_KEYS_PER_QUERY = 500
# Through the driver: asked for every file of every run, and SQLAlchemy Core takes twice as long.
_LOOK_UP = "SELECT key, text FROM memory WHERE address = ? AND name = ? AND key IN ({})"


class KeptMemory:
    """The memory of one target, in the state. Safe for several threads; all methods raise StateError."""

    def __init__(self, database: Database, address: str) -> None:
        self._database = database
        self._address = address

    def get(self, name: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give what is kept under these keys; those that are not there are left out."""
        found: dict[str, str] = {}
        for some in _cut(keys):
            query = _LOOK_UP.format(",".join("?" * len(some)))
            with self._database.reading() as connection:
                found.update(
                    (key, text) for key, text in connection.exec_driver_sql(query, (self._address, name, *some))
                )
        return found

    def put(self, name: str, entries: Mapping[str, str]) -> None:
        """Keep these, in place of what was kept under the same keys."""
        rows = [{"address": self._address, "name": name, "key": key, "text": text} for key, text in entries.items()]
        if not rows:
            return
        statement = insert(memory)
        statement = statement.on_conflict_do_update(
            index_elements=["address", "name", "key"], set_={"text": statement.excluded.text}
        )
        with self._database.writing() as connection:
            connection.execute(statement, rows)

    def forget(self, name: str, keys: Iterable[str]) -> None:
        """Keep nothing under these keys any longer."""
        for some in _cut(keys):
            with self._database.writing() as connection:
                connection.execute(memory.delete().where(self._of(name), memory.c.key.in_(some)))

    def _of(self, name: str) -> sa.ColumnElement[bool]:
        return sa.and_(memory.c.address == self._address, memory.c.name == name)


def _cut(keys: Iterable[str]) -> Iterator[list[str]]:
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_PER_QUERY):
        yield listed[start : start + _KEYS_PER_QUERY]
