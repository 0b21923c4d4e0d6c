"""Ids that were met, in a temporary file: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pimflow.chunks import chunked
from pimflow.state.scratch import new_scratch, told

_AT_ONCE = 500

_metadata = sa.MetaData()
_met = sa.Table("met", _metadata, sa.Column("id", sa.Text, primary_key=True))


class MetIds:
    """The ids that were met so far."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, ids: Collection[str]) -> set[str]:
        """Give those of some ids that were met. Raises FlowError."""
        found: set[str] = set()
        with told(), self._engine.begin() as connection:
            for some in chunked(sorted(ids), _AT_ONCE):
                found.update(connection.execute(sa.select(_met.c.id).where(_met.c.id.in_(some))).scalars())
        return found

    def add(self, ids: Collection[str]) -> None:
        """Note that these are met; none of them was before. Raises FlowError."""
        if ids:
            with told(), self._engine.begin() as connection:
                connection.execute(_met.insert(), [{"id": id_} for id_ in ids])


@contextmanager
def new_met_ids() -> Iterator[MetIds]:
    """Give a place where none is met yet, which goes when the block ends."""
    with new_scratch(_metadata) as engine:
        yield MetIds(engine)
