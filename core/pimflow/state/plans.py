"""A plan that was saved: a file of its own, which can be looked at, mailed and applied later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pimflow.errors import StateError
from pimflow.plain import to_json
from pimflow.state.key_search import has

_FORM = 1
_AT_ONCE = 500
_metadata = sa.MetaData()
_about = sa.Table("plan", _metadata, sa.Column("form", sa.Integer), sa.Column("facts", sa.Text))
_changes = sa.Table(
    "changes",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("flow", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("resource", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("noun", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("values", sa.Text, nullable=False),
    sa.UniqueConstraint("flow", "place", "resource", "key"),
)


@dataclass(frozen=True, slots=True)
class SavedChange:
    """What a plan says about one record; `values` are column, old and new value."""

    flow: str
    place: str
    resource: str
    key: str
    noun: str
    status: str
    digest: str
    values: Sequence[tuple[str, Any, Any]]


class SavedPlan:
    """An open file of a plan. Used from one thread."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._kept: list[dict[str, Any]] = []
        self.finished = False

    def add(self, change: SavedChange) -> None:
        """Keep one change."""
        values = {name: getattr(change, name) for name in SavedChange.__slots__}
        self._kept.append({**values, "values": to_json(change.values).decode()})
        if len(self._kept) >= _AT_ONCE:
            self._write()

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Keep the rest, and what there is to know about the whole plan."""
        self._write()
        with self._used() as connection:
            connection.execute(_about.insert().values(form=_FORM, facts=to_json(facts).decode()))
        self.finished = True

    @property
    def facts(self) -> dict[str, Any]:
        """What was kept about the whole plan. Raises StateError for a file that is no plan, or not finished."""
        with self._used() as connection:
            row = connection.execute(sa.select(_about)).first()
        if row is None or row.form != _FORM:
            raise StateError(f"{self._path} is no plan that this pimflow can apply; make a new one")
        facts: dict[str, Any] = orjson.loads(row.facts)
        return facts

    def find(self, flow: str, place: str, resource: str, key: str) -> SavedChange | None:
        """Give what the plan says about a record."""
        query = sa.select(_changes).where(
            _changes.c.flow == flow,
            _changes.c.place == place,
            _changes.c.resource == resource,
            _changes.c.key == key,
        )
        with self._used() as connection:
            row = connection.execute(query).first()
        return _saved(row) if row else None

    def changes(self) -> Iterator[SavedChange]:
        """Give all changes in the order in which they were planned."""
        after = 0
        while True:
            query = sa.select(_changes).where(_changes.c.number > after).order_by(_changes.c.number).limit(_AT_ONCE)
            with self._used() as connection:
                page = connection.execute(query).all()
            if not page:
                return
            yield from map(_saved, page)
            after = page[-1].number

    def page(self, after: int, limit: int, status: str = "", text: str = "") -> list[tuple[int, SavedChange]]:
        """Give so many of the records that would change, with their numbers, behind a number.

        Those of one status, and those whose keys contain a text.
        """
        wanted = _changes.c.number > after, *_changing(status, text)
        query = sa.select(_changes).where(*wanted).order_by(_changes.c.number)
        with self._used() as connection:
            return [(row.number, _saved(row)) for row in connection.execute(query.limit(limit))]

    def count_changed(self, status: str = "", text: str = "") -> int:
        """Count the records that would change; those of one status, and those whose keys contain a text."""
        with self._used() as connection:
            query = sa.select(sa.func.count()).select_from(_changes).where(*_changing(status, text))
            return connection.execute(query).scalar_one()

    def count(self) -> int:
        """Count the records that the plan says something about."""
        with self._used() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(_changes)).scalar_one()

    def _write(self) -> None:
        if self._kept:
            with self._used() as connection:
                connection.execute(_changes.insert(), self._kept)
            self._kept = []

    @contextmanager
    def _used(self) -> Iterator[sa.engine.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            raise StateError(f"the plan {self._path} cannot be read or written: {error.orig}") from None


@contextmanager
def new_plan(path: Path) -> Iterator[SavedPlan]:
    """Begin a plan in a new file; without `finish`, it is gone after the block. Raises StateError."""
    if path.exists():
        raise StateError(f"{path} is there already; name another file, or remove it")
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{unfinished}")
    try:
        _metadata.create_all(engine)
        plan = SavedPlan(engine, path)
        yield plan
        engine.dispose()
        if plan.finished:
            unfinished.rename(path)
    except sa.exc.DatabaseError as error:
        raise StateError(f"the plan {path} cannot be written: {error.orig}") from None
    finally:
        engine.dispose()
        unfinished.unlink(missing_ok=True)


@contextmanager
def saved_plan(path: Path) -> Iterator[SavedPlan]:
    """Open a plan that was saved, for reading. Raises StateError."""
    if not path.is_file():
        raise StateError(f"there is no plan {path}; `pimflow plan --save {path}` makes it")
    engine = sa.create_engine(f"sqlite:///file:{path.absolute()}?mode=ro&uri=true")
    try:
        yield SavedPlan(engine, path)
    finally:
        engine.dispose()


def _changing(status: str, text: str) -> Iterator[sa.ColumnElement[bool]]:
    yield _changes.c.status == status if status else _changes.c.status.in_(("created", "updated"))
    if text.strip():
        yield has(_changes.c.key, text)


def _saved(row: Any) -> SavedChange:
    values = tuple((name, old, new) for name, old, new in orjson.loads(row.values))
    return SavedChange(row.flow, row.place, row.resource, row.key, row.noun, row.status, row.digest, values)
