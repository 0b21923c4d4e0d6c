"""Numbers that records were given for good, and what comes next in the sequences that they are drawn from.

A number is kept with its record in the transaction that draws it: whoever is killed after that leaves nothing behind
that the next one does not find.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.chunks import chunked
from pimflow.state.database import Database
from pimflow.state.statements import upsert
from pimflow.state.tables import numbers, sequences

_AT_ONCE = 500

Candidates = Callable[[int], Iterator[tuple[int, str]]]
"""Gives the numbers that a record could have, from a place in its sequence on: place and number."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A record, by the id that its system gave it; `system` is empty where the id is the same everywhere."""

    system: str
    record: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that needs a number, drawn from one part of the series."""

    whose: Whose
    part: str
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Given:
    """The number of a record. It is not used before it was found `free` where it is to be."""

    number: str
    free: bool


@dataclass(frozen=True, slots=True)
class SequenceNow:
    """How far a sequence came."""

    series: str
    part: str
    next: int


@dataclass(frozen=True, slots=True)
class NumberNow:
    """A number and its record, as people look at it."""

    series: str
    system: str
    record: str
    number: str
    free: bool
    given: str


class Numbers:
    """One series. All pipelines of a state may use it at once; no number is ever in two series."""

    def __init__(self, database: Database, series: str) -> None:
        self._database = database
        self._series = series

    def claim(self, wanted: Sequence[Wanted], excluded: Collection[str], now: datetime) -> dict[Whose, Given]:
        """Give each record its number: the one that it has, or the next that is neither `excluded` nor another's.

        A record whose sequence is used up is left out.
        """
        with self._database.writing() as connection:
            known = self._known(connection, [one.whose for one in wanted])
            new = list({one.whose: one for one in wanted if one.whose not in known}.values())
            if not new:
                return known
            places = self._places(connection, {one.part for one in new})
            drawn = dict(self._drawn(connection, new, places, excluded))
            upsert(connection, sequences, [self._of(part=part, next=place) for part, place in places.items()])
            rows = [self._row(whose, number, now) for whose, number in drawn.items()]
            if rows:
                connection.execute(numbers.insert(), rows)
        return {**known, **{whose: Given(number, free=False) for whose, number in drawn.items()}}

    def settle(self, free: Mapping[Whose, str], taken: Mapping[Whose, str]) -> None:
        """Note which numbers nobody else has, and take those back that somebody has.

        What another process found free meanwhile stays: the one who has it is then the record itself.
        """
        with self._database.writing() as connection:
            if free:
                connection.execute(numbers.update().where(self._is()).values(free=True), _bound(free))
            if taken:
                connection.execute(numbers.delete().where(self._is(), numbers.c.free.is_(False)), _bound(taken))

    def of(self, records: Collection[Whose]) -> dict[Whose, Given]:
        """Give the numbers that records have."""
        with self._database.reading() as connection:
            return self._known(connection, records)

    def places(self, parts: Collection[str]) -> dict[str, int]:
        """Give what comes next in each part of the series."""
        with self._database.reading() as connection:
            return self._places(connection, parts)

    def _known(self, connection: Connection, records: Collection[Whose]) -> dict[Whose, Given]:
        asked = set(records)
        found = {}
        for some in chunked(sorted({one.record for one in asked}), _AT_ONCE):
            query = sa.select(numbers).where(numbers.c.series == self._series, numbers.c.record.in_(some))
            for row in connection.execute(query):
                found[Whose(row.system, row.record)] = Given(row.number, row.free)
        return {whose: given for whose, given in found.items() if whose in asked}

    def _places(self, connection: Connection, parts: Collection[str]) -> dict[str, int]:
        found = dict.fromkeys(parts, 0)
        for some in chunked(sorted(found), _AT_ONCE):
            query = sa.select(sequences).where(sequences.c.series == self._series, sequences.c.part.in_(some))
            found |= {row.part: row.next for row in connection.execute(query)}
        return found

    def _drawn(
        self, connection: Connection, left: Sequence[Wanted], places: dict[str, int], excluded: Collection[str]
    ) -> Iterator[tuple[Whose, str]]:
        """Draw a number for each record, and let `places` follow; one that is another's is passed over."""
        mine: set[str] = set()
        while left:
            drawn: dict[Whose, str] = {}
            for one in left:
                for place, number in one.candidates(places[one.part]):
                    places[one.part] = place + 1
                    if number not in excluded and folded(number) not in mine:
                        drawn[one.whose] = number
                        mine.add(folded(number))
                        break
            used = _used(connection, drawn.values())
            yield from ((whose, number) for whose, number in drawn.items() if folded(number) not in used)
            left = [one for one in left if one.whose in drawn and folded(drawn[one.whose]) in used]

    def _row(self, whose: Whose, number: str, now: datetime) -> dict[str, object]:
        return self._of(
            system=whose.system,
            record=whose.record,
            number=number,
            folded=folded(number),
            free=False,
            given=now.isoformat(),
        )

    def _of(self, **more: object) -> dict[str, object]:
        return {"series": self._series, **more}

    def _is(self) -> sa.ColumnElement[bool]:
        """Choose the number of a record, both of them bound when it is executed."""
        of_record = (numbers.c.system == sa.bindparam("of_system")) & (numbers.c.record == sa.bindparam("of_record"))
        return (numbers.c.series == self._series) & of_record & (numbers.c.number == sa.bindparam("its_number"))


def _bound(found: Mapping[Whose, str]) -> list[dict[str, str]]:
    return [
        {"of_system": whose.system, "of_record": whose.record, "its_number": number} for whose, number in found.items()
    ]


def folded(number: str) -> str:
    """Give a number in the form in which no two may be equal: systems that ignore the case of letters exist."""
    return number.casefold()


def sequences_now(database: Database) -> list[SequenceNow]:
    """Give all sequences of a state."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(sequences).order_by(sequences.c.series, sequences.c.part))
        return [SequenceNow(row.series, row.part, row.next) for row in rows]


def counts(database: Database) -> dict[str, int]:
    """Count the numbers that were given, by series."""
    query = sa.select(numbers.c.series, sa.func.count().label("given")).group_by(numbers.c.series)
    with database.reading() as connection:
        return {row.series: row.given for row in connection.execute(query)}


def looked_up(database: Database, texts: Iterable[str]) -> list[NumberNow]:
    """Give what is known of these numbers, or of the records with these ids; a uuid in whatever case."""
    asked = list(texts)
    plain = [folded(one) for one in asked]
    either = numbers.c.record.in_({*asked, *plain}) | numbers.c.folded.in_(plain)
    query = sa.select(numbers).where(either).order_by(numbers.c.series, numbers.c.number)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [NumberNow(row.series, row.system, row.record, row.number, row.free, row.given) for row in rows]


def forget(database: Database, given: Sequence[NumberNow]) -> None:
    """Take numbers from their records, which get others when they come again; nobody gets these."""
    with database.writing() as connection:
        for one in given:
            mine = (numbers.c.series == one.series) & (numbers.c.number == one.number)
            connection.execute(numbers.delete().where(mine))


def _used(connection: Connection, given: Iterable[str]) -> set[str]:
    """Give the folded form of those numbers that some record has, in whatever series."""
    found: set[str] = set()
    for some in chunked([folded(number) for number in given], _AT_ONCE):
        found.update(connection.execute(sa.select(numbers.c.folded).where(numbers.c.folded.in_(some))).scalars())
    return found
