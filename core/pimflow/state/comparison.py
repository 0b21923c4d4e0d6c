"""All keys of a flow and all keys of its target, on disk, held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Engine

from pimflow.state.links import Link

_AT_ONCE = 1000
_CROWD = 20
"""So many records of one side with the same code say nothing: somebody typed in a stand-in."""

_metadata = sa.MetaData()


def _side(name: str) -> sa.Table:
    """One row a key: `met` is the key that the other side has for it, `number` how often it was met itself."""
    return sa.Table(
        name,
        _metadata,
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("meant", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("near", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("met", sa.Text),
        sa.Column("number", sa.Integer, nullable=False, default=1),
    )


_source = _side("source")
_target = _side("target")
_pairs = sa.Table(
    "pairs",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("target_key", sa.Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
_decided = sa.Table(
    "decided",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("target_key", sa.Text, primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False, index=True),
    sa.Column("new", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One record of either side. `meant` is the key that it has, or is known to have, on the other side.

    `folded` is the key as the target compares keys, `near` as nearly equal keys are, `code` a GTIN or the like, `id`
    the target's own; each is empty where there is none. `name` is for people.
    """

    key: str
    meant: str
    folded: str
    near: str
    code: str = ""
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Couple:
    """Two records that may be one. `sole`: neither of them is nearly equal to any other."""

    source: Listed
    target: Listed
    sole: bool


class Comparison:
    """The keys of both sides. Used from one thread; memory does not grow with their number."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_source(self, records: Iterable[Listed]) -> None:
        """Take records of the flow."""
        self._add(_source, records)

    def add_target(self, records: Iterable[Listed]) -> None:
        """Take records of the target."""
        self._add(_target, records)

    def decide(self, pairs: Iterable[Link], *, new: bool = True) -> None:
        """Take what people said of keys of flow and target; what is not `new` they said in an earlier match."""
        rows = [asdict(one) | {"new": new} for one in pairs]
        if rows:
            statement = insert(_decided)
            values = {name: statement.excluded[name] for name in ("same", "new")}
            statement = statement.on_conflict_do_update(index_elements=["key", "target_key"], set_=values)
            with self._engine.begin() as connection:
                connection.execute(statement, rows)

    def decided(self) -> Iterator[Link]:
        """Give what was decided in this match."""
        query = sa.select(_decided).where(_decided.c.new).order_by(_decided.c.key)
        with self._engine.begin() as connection:
            for row in connection.execute(query).yield_per(_AT_ONCE):
                yield Link(row.key, row.target_key, row.same)

    def undecided(self) -> int:
        """Count the pairs of which nobody said anything, nor linked one of them to another record."""
        same = sa.select(_decided).where(_decided.c.same).subquery()
        query = sa.select(_pairs.c.key).where(_pairs.c.key.not_in(sa.select(same.c.key)))
        query = query.where(_pairs.c.target_key.not_in(sa.select(same.c.target_key)), ~_is_decided(_pairs))
        with self._engine.begin() as connection:
            return _number(connection, query)

    def clashes(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Give the keys, of either side, that were now linked to several records, and the keys of these."""
        for one, other in ((_decided.c.key, _decided.c.target_key), (_decided.c.target_key, _decided.c.key)):
            same = _decided.c.same & _decided.c.new
            several = sa.select(one).where(same).group_by(one).having(sa.func.count() > 1)
            with self._engine.begin() as connection:
                for key in connection.execute(several.order_by(one)).scalars().all():
                    yield key, connection.execute(sa.select(other).where(one == key, same)).scalars().all()

    def compare(self) -> None:
        """Hold the sides against each other, once all is there: equal keys first, then what is left."""
        with self._engine.begin() as connection:
            for table in ("source", "target"):
                for name in ("meant", "folded", "near", "code", "id", "met"):  # cheaper than while records come
                    connection.exec_driver_sql(f"CREATE INDEX {table}_{name} ON {table} ({name})")
            _meet(connection)
            _pair(connection, _source.c.folded == _target.c.folded)
            _pair(connection, (_source.c.near == _target.c.near) & (_source.c.near != ""))
            _pair(connection, (_source.c.code == _target.c.code) & _source.c.code.in_(_telling()))

    def counts(self) -> Mapping[str, int]:
        """Count each side, what is in both, and what is on one side alone."""
        with self._engine.begin() as connection:
            return {
                "source": _number(connection, sa.select(_source.c.key)),
                "target": _number(connection, sa.select(_target.c.key)),
                "both": _number(connection, sa.select(_source.c.key).where(_source.c.met.is_not(None))),
                "only_source": _number(connection, _alone(_source)),
                "only_target": _number(connection, _alone(_target)),
                "twice": _number(connection, _twice()),
                "pairs": _number(connection, sa.select(_pairs.c.key)),
                "crowds": _number(connection, _crowds(_source)) + _number(connection, _crowds(_target)),
            }

    def alone(self, side: str, limit: int) -> list[Listed]:
        """Give the first records that only the `source`, or the `target`, has."""
        table = _source if side == "source" else _target
        with self._engine.begin() as connection:
            return [_listed(row) for row in connection.execute(_alone(table).order_by(table.c.key).limit(limit))]

    def twice(self, limit: int) -> list[list[str]]:
        """Give the first keys of the flow that the target takes for one."""
        with self._engine.begin() as connection:
            folded = connection.execute(_twice().order_by(_source.c.folded).limit(limit)).scalars().all()
            query = sa.select(_source.c.key, _source.c.number).order_by(_source.c.key)
            found = [connection.execute(query.where(_source.c.folded == one)).all() for one in folded]
            return [[row.key for row in rows for _ in range(min(row.number, 2))] for rows in found]

    def couples(self) -> Iterator[Couple]:
        """Give the pairs of records that may be one, by the flow's keys."""
        after = ("", "")
        while page := self._page(after):
            yield from page
            after = (page[-1].source.key, page[-1].target.key)

    def of_source(self, key: str) -> str | None:
        """Give the key under which the target has a record of the flow, or an empty one; None for no such record."""
        return self._met(_source, key)

    def of_target(self, key: str) -> str | None:
        """Give the flow's key of a record of the target, or an empty one; None for no such record."""
        return self._met(_target, key)

    def _met(self, table: sa.Table, key: str) -> str | None:
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(table.c.met).where(table.c.key == key)).first()
        return None if row is None else row.met or ""

    def _add(self, table: sa.Table, records: Iterable[Listed]) -> None:
        rows = [{**asdict(one), "number": 1} for one in records]
        if rows:
            again = {"number": table.c.number + 1}
            statement = insert(table).on_conflict_do_update(index_elements=["key"], set_=again)
            with self._engine.begin() as connection:
                connection.execute(statement, rows)

    def _page(self, after: tuple[str, str]) -> list[Couple]:
        ours, theirs = _source.alias("s"), _target.alias("t")
        others = _pairs.alias("others")
        of_key = sa.select(sa.func.count()).where(others.c.key == _pairs.c.key).scalar_subquery()
        of_target = sa.select(sa.func.count()).where(others.c.target_key == _pairs.c.target_key).scalar_subquery()
        query = sa.select(*_shown(ours), *_shown(theirs), of_key, of_target)
        query = query.join_from(_pairs, ours, ours.c.key == _pairs.c.key)
        query = query.join(theirs, theirs.c.key == _pairs.c.target_key)
        query = query.where(sa.tuple_(_pairs.c.key, _pairs.c.target_key) > sa.tuple_(*map(sa.literal, after)))
        with self._engine.begin() as connection:
            rows = connection.execute(query.order_by(_pairs.c.key, _pairs.c.target_key).limit(_AT_ONCE)).all()
        width = len(_FIELDS)
        return [
            Couple(Listed(*row[:width]), Listed(*row[width : 2 * width]), sole=row[-2] == row[-1] == 1) for row in rows
        ]


@contextmanager
def new_comparison() -> Iterator[Comparison]:
    """Give an empty comparison, in a temporary file that goes when the block ends."""
    with TemporaryDirectory(prefix="pimflow-match-") as folder:
        engine = sa.create_engine(f"sqlite:///{Path(folder, 'keys.sqlite')}")
        sa.event.listen(engine, "connect", _on_connect)
        _metadata.create_all(engine)
        try:
            yield Comparison(engine)
        finally:
            engine.dispose()


_FIELDS = ("key", "meant", "folded", "near", "code", "id", "name")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = OFF")  # nobody reads it after a crash
    connection.execute("PRAGMA synchronous = OFF")


def _shown(table: sa.FromClause) -> Sequence[sa.ColumnElement[str]]:
    return [table.c[name] for name in _FIELDS]


def _listed(row: sa.Row[tuple[str, ...]]) -> Listed:
    return Listed(*(getattr(row, name) for name in _FIELDS))


def _meet(connection: Connection) -> None:
    """Note on both sides which records are one: by the key that is meant, else by the target's id."""
    by_key = sa.select(_target.c.key).where(_target.c.key == _source.c.meant).scalar_subquery()
    connection.execute(_source.update().values(met=by_key))
    by_id = sa.select(sa.func.min(_target.c.key)).where(_target.c.id == _source.c.id).scalar_subquery()
    left = _source.c.met.is_(None) & (_source.c.id != "")
    connection.execute(_source.update().where(left).values(met=by_id))
    back = sa.select(sa.func.min(_source.c.key)).where(_source.c.met == _target.c.key).scalar_subquery()
    connection.execute(_target.update().values(met=back))


def _pair(connection: Connection, on: sa.ColumnElement[bool]) -> None:
    """Put records together that may be one; those that stand in a pair already take no further part."""
    free = _source.c.met.is_(None) & _target.c.met.is_(None)
    free &= _source.c.key.not_in(sa.select(_pairs.c.key)) & _target.c.key.not_in(sa.select(_pairs.c.target_key))
    apart = sa.exists().where(_decided.c.key == _source.c.key, _decided.c.target_key == _target.c.key)
    found = sa.select(_source.c.key, _target.c.key).where(on, free, ~apart)
    connection.execute(_pairs.insert().from_select(["key", "target_key"], found))


def _is_decided(pairs: sa.Table) -> sa.ColumnElement[bool]:
    same_pair = (_decided.c.key == pairs.c.key) & (_decided.c.target_key == pairs.c.target_key)
    return sa.exists().where(same_pair).correlate(pairs)


def _alone(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    """Choose what is neither on the other side nor in a pair, nor the same as one of these in letter case."""
    other, column = (_target, _pairs.c.key) if table is _source else (_source, _pairs.c.target_key)
    met_elsewhere = sa.select(other.c.folded).where(other.c.met.is_not(None))
    paired = sa.select(table.c.folded).where(table.c.key.in_(sa.select(column)))
    query = sa.select(*_shown(table)).where(table.c.met.is_(None), table.c.folded.not_in(paired))
    return query.where(table.c.folded.not_in(met_elsewhere))


def _twice() -> sa.Select[tuple[str]]:
    """Choose the folded keys that several rows of the flow have."""
    several = sa.func.sum(_source.c.number) > 1
    return sa.select(_source.c.folded).group_by(_source.c.folded).having(several)


def _crowds(table: sa.Table) -> sa.Select[tuple[str]]:
    crowd = sa.func.count() > _CROWD
    return sa.select(table.c.code).where(table.c.code != "").group_by(table.c.code).having(crowd)


def _telling() -> sa.Select[tuple[str]]:
    """Choose the codes that tell records apart."""
    ours = sa.select(_source.c.code).where(_source.c.code != "")
    return ours.where(_source.c.code.not_in(_crowds(_source)), _source.c.code.not_in(_crowds(_target)))


def _number(connection: Connection, chosen: sa.Select[*tuple[Any, ...]]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()
