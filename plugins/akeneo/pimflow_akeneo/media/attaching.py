"""The files of one batch: codes that the PIM gave before are used again, the rest is uploaded once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from pimflow import Change, Memory, Outcome, Problem, Status, UnreachableError, said
from pimflow_akeneo.bulk import deliver
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import BY_UUID, Kind
from pimflow_akeneo.media.content import BEGINNING, Content
from pimflow_akeneo.media.taking import UPLOADED, Taking
from pimflow_akeneo.media.uploading import Place, RefusedError, Uploading, unreachable
from pimflow_akeneo.products.judging.verdicts import judge
from pimflow_akeneo.session import Session

_LOCKS = 64
_ARRIVED = frozenset({Status.CREATED, Status.UPDATED})
Load = Callable[[Sequence[Change]], Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content, and the place where it belongs."""

    content: Content
    place: Place


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file: its code, not attached yet where `pending`, or what went wrong with it."""

    wanted: Wanted
    code: str = ""
    pending: bool = False
    problem: Problem | None = None
    failed: bool = False


class Attaching:
    """Sees that records get their files. Safe for several threads."""

    def __init__(
        self,
        session: Session,
        kind: Kind,
        parse: Callable[[str], Column],
        taking: Taking,
        memory: Memory,
        parallel: int,
    ) -> None:
        self._session = session
        self._kind = kind
        self._parse = parse
        self._memory = memory
        self._parallel = parallel
        self._taking = taking
        self._uploading = Uploading(session, taking)
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        """A content is uploaded by one batch at a time; contents that share a lock merely wait."""

    def load(self, batch: Sequence[Change], load: Load) -> list[Outcome]:
        """Write the batch without unknown files; then upload those for each record that has arrived."""
        contents = {change.key: contents_of(change.payload) for change in batch}
        known = codes(self._memory, (one for found in contents.values() for one in found.values()))
        outcomes = list(load([_with_codes(change, contents[change.key], known) for change in batch]))
        changes = {change.key: change for change in batch}
        wanted: list[Wanted] = []
        for number, outcome in enumerate(outcomes):
            gone = self._gone(outcome, contents[outcome.key], known)
            outcomes[number] = _without(outcome, gone)
            if outcome.status in _ARRIVED:
                wanted += self._wanted(changes[outcome.key], contents[outcome.key], known, gone)
        for outcome in outcomes:
            if outcome.status not in {*_ARRIVED, Status.WAITING}:
                self._taking.release(contents[outcome.key].values())
        return told(outcomes, self.attach(wanted))

    def _gone(self, outcome: Outcome, contents: Mapping[str, Content], known: Mapping[str, str]) -> frozenset[str]:
        """Name the columns whose code was refused because the PIM has forgotten it; we forget it too."""
        refused = {problem.field for problem in outcome.problems} if outcome.status in _ARRIVED else set()
        found = set()
        for column, content in contents.items():
            code = known.get(content.key)
            if column in refused and code and self._uploading.is_gone(code):
                self._memory.forget(UPLOADED, [content.key])
                found.add(column)
        return frozenset(found)

    def _wanted(
        self, change: Change, contents: Mapping[str, Content], known: Mapping[str, str], gone: frozenset[str]
    ) -> Iterator[Wanted]:
        by_uuid = bool(change.payload.get("uuid"))
        kind = BY_UUID if by_uuid else self._kind
        key = str(change.payload.get(kind.key) or change.key)  # an adopted model has another code than its row
        for name, content in contents.items():
            column = self._parse(name)
            if isinstance(column, ValueColumn) and (content.key not in known or name in gone):
                place = Place(kind, key, change.key, change.payload.get("identifier"), column)
                yield Wanted(content, place)

    def attach(self, wanted: Sequence[Wanted]) -> list[Result]:
        """Upload, several records at once and the files of each in turn; then give known codes to other places.

        The records must be there: a code that is written to one that is not would make it. Raises FlowError.
        """
        results = self._round(wanted)
        gone = [one for one in results if one.problem and one.code and self._uploading.is_gone(one.code)]
        if not gone:
            return results
        self._memory.forget(UPLOADED, [one.wanted.content.key for one in gone])
        return [*(one for one in results if one not in gone), *self._round([one.wanted for one in gone])]

    def _round(self, wanted: Sequence[Wanted]) -> list[Result]:
        if not wanted:
            return []
        records: dict[str, list[Wanted]] = {}
        for one in wanted:
            records.setdefault(one.place.key, []).append(one)
        with ThreadPoolExecutor(min(self._parallel, len(records)), thread_name_prefix="pimflow-media") as pool:
            results = [result for some in pool.map(self._of_record, records.values()) for result in some]
        done = [one for one in results if not one.pending]
        return [*done, *self._placed([one for one in results if one.pending])]

    def _of_record(self, wanted: Iterable[Wanted]) -> list[Result]:
        return [self._uploaded(one) for one in wanted]

    def _uploaded(self, one: Wanted) -> Result:
        """Upload a file, unless another place of this run did it a moment ago."""
        key = one.content.key
        with self._locks[hash(key) % _LOCKS]:
            found = self._memory.get(UPLOADED, [key]).get(key)
            if found is not None:
                return Result(one, found, pending=True)
            try:
                code = self._uploading.upload(one.content, one.place)
            except RefusedError as refused:
                return Result(one, problem=refused.problem, failed=refused.again)
            except UnreachableError as error:
                return Result(one, problem=unreachable(error, one.place, one.content), failed=True)
            self._memory.put(UPLOADED, {key: code})
            return Result(one, code)

    def _placed(self, results: Sequence[Result]) -> Iterator[Result]:
        """Write codes that are known by now, one line a record."""
        for kind in {result.wanted.place.kind for result in results}:
            records: dict[str, list[Result]] = {}
            for result in results:
                if result.wanted.place.kind is kind:
                    records.setdefault(result.wanted.place.key, []).append(result)
            sent = [{kind.key: key, "values": _values(some)} for key, some in records.items()]
            answers = deliver(self._session, kind.path, kind.key, sent)
            for some, answer in zip(records.values(), answers, strict=True):
                payload = {one.wanted.place.column.name: one.code for one in some}
                verdict = judge(answer, payload, self._parse, some[0].wanted.place.key, kind)
                failed = verdict.status in {Status.FAILED, Status.UNKNOWN}
                for one in some:
                    yield replace(one, pending=False, problem=_about(one, verdict.problems), failed=failed)


def contents_of(payload: Mapping[str, Any]) -> dict[str, Content]:
    """Give the contents that a payload names, by column."""
    texts = ((name, value) for name, value in payload.items() if type(value) is str and value.startswith(BEGINNING))
    return {name: content for name, value in texts if (content := Content.of(value))}


def codes(memory: Memory, contents: Iterable[Content]) -> Mapping[str, str]:
    """Give the codes of contents that were uploaded before, by `Content.key`."""
    return memory.get(UPLOADED, sorted({one.key for one in contents}))


def planned(batch: Sequence[Change], memory: Memory) -> list[Change]:
    """Write contents as a plan shows them: by their code where the PIM has them, by their name where not."""
    contents = [contents_of(change.payload) for change in batch]
    known = codes(memory, (one for found in contents for one in found.values()))
    return [
        _changed(
            change,
            {name: known.get(one.key) or said("{name} (to be uploaded)", name=one.name) for name, one in found.items()},
        )
        for change, found in zip(batch, contents, strict=True)
    ]


def _to_be_uploaded(content: Content) -> str:
    return said("{name} (to be uploaded)", name=content.name)


def as_held(batch: Sequence[Change], memory: Memory) -> list[Change]:
    """Write contents as the PIM has them: by their code; those that it was never given are left out."""
    contents = [contents_of(change.payload) for change in batch]
    known = codes(memory, (one for found in contents for one in found.values()))
    return [_with_codes(change, found, known) for change, found in zip(batch, contents, strict=True)]


def _with_codes(change: Change, contents: Mapping[str, Content], known: Mapping[str, str]) -> Change:
    return _changed(change, {name: known.get(one.key) for name, one in contents.items()})


def _changed(change: Change, values: Mapping[str, str | None]) -> Change:
    """Put these values into the payload; None takes one out."""
    if not values:
        return change
    kept = {name: value for name, value in change.payload.items() if name not in values}
    found = {name: value for name, value in values.items() if value is not None}
    return replace(change, item=replace(change.item, payload={**kept, **found}))


def _without(outcome: Outcome, columns: frozenset[str]) -> Outcome:
    if not columns:
        return outcome
    return replace(outcome, problems=tuple(one for one in outcome.problems if one.field not in columns))


def _values(results: Iterable[Result]) -> dict[str, list[dict[str, Any]]]:
    values: dict[str, list[dict[str, Any]]] = {}
    for one in results:
        code, locale, scope = one.wanted.place.column.place
        values.setdefault(code, []).append({"locale": locale, "scope": scope, "data": one.code})
    return values


def _about(one: Result, problems: Iterable[Problem]) -> Problem | None:
    """Find what was said about one value, else what was said about its record."""
    column = one.wanted.place.column.name
    told = [problem for problem in problems if problem.field in {column, None}]
    return replace(told[0], field=column, value=one.wanted.content.name) if told else None


def told(outcomes: Sequence[Outcome], results: Iterable[Result]) -> list[Outcome]:
    """Add what went wrong with files to the outcomes of their records."""
    wrong: dict[str, list[Result]] = {}
    for result in results:
        if result.problem is not None:
            wrong.setdefault(result.wanted.place.record, []).append(result)
    return [_amended(outcome, wrong[outcome.key]) if outcome.key in wrong else outcome for outcome in outcomes]


def _amended(outcome: Outcome, results: Sequence[Result]) -> Outcome:
    status = Status.FAILED if any(one.failed for one in results) else outcome.status
    told = tuple(one.problem for one in results if one.problem is not None)
    return replace(outcome, status=status, problems=(*outcome.problems, *told))
