"""Writes a batch in one transaction; where a record is refused it goes in halves, so that this costs one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from pimflow import Change, Outcome, Problem, ProblemKind, Status, Who, said
from pimflow_erp.jobs import Job, each
from pimflow_sql import refusals, upserts
from pimflow_sql.errors import RefusedError
from pimflow_sql.places import Target
from pimflow_sql.session import Session

_AT_ONCE = 500


def rows_of(session: Session, target: Target, keys: Sequence[str], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """Read rows by their keys: the columns asked for and those of the key, as the driver gives them."""
    names = list(dict.fromkeys((*target.keys, *columns)))
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(keys), _AT_ONCE):
        wanted = sa.select(*(target.table.c[name] for name in names)).where(
            _is_one_of(target, keys[start : start + _AT_ONCE])
        )
        found += [dict(zip(names, row, strict=True)) for row in session.fetch(wanted)[1]]
    return found


def read_key(target: Target, row: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    """Give the key of a row as it was asked for: databases may take keys for equal that differ in case."""
    key = target.key_of({name: target.places[name].codec.read(row[name]) for name in target.keys})
    return asked.get(key) or asked.get(key.casefold()) or key


def as_asked(keys: Sequence[str]) -> dict[str, str]:
    """Give keys by themselves, and folded where no other is the same then."""
    folded = Counter(key.casefold() for key in keys)
    return {**{key.casefold(): key for key in keys if folded[key.casefold()] == 1}, **{key: key for key in keys}}


def load(session: Session, target: Target, batch: Sequence[Change]) -> Iterator[Outcome]:
    """Write a batch and tell one outcome a change."""
    asked = as_asked([change.key for change in batch])
    there = Counter(read_key(target, row, asked) for row in rows_of(session, target, list(asked.values()), ()))
    twice = {key: _several(target, number) for key, number in there.items() if number > 1}
    jobs = [Job(one.key, _values(target, one)) for one in batch if one.key not in twice]
    payloads = {change.key: change.payload for change in batch}
    refused = _Refusals(target, payloads)
    send = partial(_send, session, target, there)
    told = each(jobs, send, RefusedError, refused.told)
    problems = {**twice, **{key: refused.named(key, problem) for key, problem in told.items()}}
    for change in batch:
        yield _outcome(change, problems.get(change.key), is_there=change.key in there)


def delete(session: Session, target: Target, resource: str, keys: Sequence[str]) -> Iterator[Outcome]:
    """Delete rows and tell one outcome a key; one that is not there is deleted."""

    def send(jobs: Sequence[Job]) -> None:
        gone = sa.delete(target.table).where(_is_one_of(target, [job.key for job in jobs]))
        session.write(lambda connection: connection.execute(gone))

    refused = each([Job(key, {}) for key in keys], send, RefusedError, refusals.still_needed)
    for key in keys:
        problem = refused.get(key)
        status = Status.DELETED if problem is None else Status.REFUSED
        yield Outcome(resource, key, status, () if problem is None else (problem,))


class _Refusals:
    """Tells why records were refused, each with its own value."""

    def __init__(self, target: Target, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        self._target = target
        self._payloads = payloads

    def told(self, error: RefusedError) -> Problem:
        return refusals.told(error, self._target, {})

    def named(self, key: str, problem: Problem) -> Problem:
        value = self._payloads[key].get(problem.field or "")
        return Problem(problem.reason, problem.kind, problem.field, value, problem.remedy, problem.who, problem.detail)


def _outcome(change: Change, problem: Problem | None, *, is_there: bool) -> Outcome:
    if problem is None:
        return Outcome(change.resource, change.key, Status.UPDATED if is_there else Status.CREATED)
    waits = problem.kind is ProblemKind.REFERENCE
    return Outcome(change.resource, change.key, Status.WAITING if waits else Status.REFUSED, (problem,))


def _values(target: Target, change: Change) -> dict[str, Any]:
    payload = {name: target.written(name, value) for name, value in change.payload.items()}
    return {**payload, **target.parts_of(change.key)}


def _send(session: Session, target: Target, there: Mapping[str, int], jobs: Sequence[Job]) -> None:
    """Write rows in one transaction, those with the same columns in one statement, in the order of their keys."""

    def shape(job: Job) -> tuple[bool, tuple[str, ...]]:
        return job.key in there, tuple(sorted(job.values))

    def write(connection: sa.Connection) -> None:
        ordered = sorted(jobs, key=lambda job: (*shape(job), job.key))
        for (is_there, _), same in groupby(ordered, shape):
            rows = [job.values for job in same]
            if is_there:
                upserts.update(connection, target, rows)
            else:
                upserts.insert(connection, session.dialect, target, rows)

    session.write(write)


def _is_one_of(target: Target, keys: Sequence[str]) -> Any:
    if len(target.keys) == 1:
        name = target.keys[0]
        return target.table.c[name].in_([target.parts_of(key)[name] for key in keys])
    every = [target.parts_of(key) for key in keys]
    return sa.or_(*(sa.and_(*(target.table.c[name] == value for name, value in parts.items())) for parts in every))


def _several(target: Target, number: int) -> Problem:
    return Problem(
        said("{number} rows of the table have this key, and nobody can tell which is meant", number=number),
        ProblemKind.DUPLICATE,
        target.keys[0],
        None,
        said("Have all but one of them removed, or name more `key_columns`; the record then goes by itself."),
        Who.ADMINISTRATOR,
    )
