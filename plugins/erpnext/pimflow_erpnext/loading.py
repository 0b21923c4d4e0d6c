"""Writes a batch: keys are looked up first, so that nothing is made twice; then new documents, then changed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pimflow import Change, Outcome, Problem, ProblemKind, Status, Who, said
from pimflow_erp.jobs import Job, Values
from pimflow_erp.wording import awaited
from pimflow_erpnext import calls, payloads, pictures, refusals, renaming, wording
from pimflow_erpnext.answers import TITLE, raised
from pimflow_erpnext.creating import Create, Made
from pimflow_erpnext.existing import PlaceOf, Target, find
from pimflow_erpnext.identity import Identity
from pimflow_erpnext.places import IMAGE
from pimflow_erpnext.session import Record, Session

There = Mapping[str, Record]


@dataclass(slots=True)
class Result:
    """What became of a batch so far, by key; `left` are values that did not go, of records that did."""

    refused: dict[str, Problem] = field(default_factory=dict)
    waiting: dict[str, Problem] = field(default_factory=dict)
    failed: dict[str, Problem] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    left: dict[str, list[Problem]] = field(default_factory=dict)

    def is_open(self, key: str) -> bool:
        """Tell whether nothing went wrong with a record yet."""
        return not any(key in found for found in (self.refused, self.waiting, self.failed))


class Loading:
    """Writes documents of one target into one session."""

    def __init__(
        self,
        session: Session,
        target: Target,
        place_of: PlaceOf,
        create: Create,
        folder: Path | None = None,
        identity: Identity | None = None,
    ) -> None:
        self._session = session
        self._target = target
        self._place_of = place_of
        self._create = create
        self._folder = folder
        self._identity = identity

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        there = self._find(batch)
        if self._identity is not None:
            batch = self._identity.with_templates(batch, there)
        result = Result()
        old = [change for change in batch if change.key in there]
        new = [change for change in batch if change.key not in there]
        made = self._create(self._session, self._place_of, new) if new else Made()
        result.refused |= made.refused
        result.waiting |= made.waiting
        result.refused |= {one.key: _other_kind(self._target) for one in old if self._is_other(there[one.key])}
        self._rename([one for one in old if result.is_open(one.key)], there, result)
        self._update(old, there, result)
        self._finish(batch, there, result)
        if self._identity is not None:
            self._identity.keep([one for one in batch if result.is_open(one.key)], there)
        self._session.catalog.forget(self._target.doctype)
        for change in batch:
            yield self._outcome(change, there.get(change.key), result)

    def _find(self, batch: Sequence[Change]) -> dict[str, Record]:
        columns = dict.fromkeys(column for change in batch for column in change.payload)
        places = [place for column in columns if (place := self._place_of(column)) is not None]
        if self._identity is not None:
            return self._identity.find(batch, places)
        return find(self._session, self._target, [change.key for change in batch], places)

    def _rename(self, going: Sequence[Change], there: dict[str, Record], result: Result) -> None:
        """Give items the codes that they are to have; they are looked at again, as that changes their stamps."""
        codes = renaming.wanted(self._target, going, there)
        if not codes:
            return
        result.refused |= renaming.rename(self._session, self._target, codes, there)
        renamed = [one for one in going if one.key in codes and result.is_open(one.key)]
        result.changed |= {one.key for one in renamed}
        there |= self._find(renamed)

    def _update(self, old: Sequence[Change], there: dict[str, Record], result: Result) -> None:
        """Write what differs; what was changed or locked there meanwhile is looked at once more."""
        result.waiting |= self._awaited(old)
        going = [one for one in old if result.is_open(one.key)]
        for last in (False, True):
            traces = self._write(going, there, result)
            passing = _passing(traces, going)
            result.refused |= {key: refusals.of_trace(trace) for key, trace in traces.items() if key not in passing}
            going = [one for one in going if one.key in passing]
            if not going:
                return
            if last:
                result.failed |= {one.key: refusals.busy(passing[one.key]) for one in going}
            else:
                there |= self._find(going)

    def _write(self, going: Sequence[Change], there: There, result: Result) -> dict[str, str]:
        jobs = []
        for change in going:
            record = there[change.key]
            values = payloads.of_existing(change, self._place_of, record, self._session.catalog.attributes)
            if values:
                jobs.append(Job(change.key, {"docname": record["name"], **values}))
            fixed = payloads.fixed(change, self._place_of, record)
            result.left[change.key] = [refusals.settled_once(*one) for one in fixed]
        traces = calls.update(self._session, self._target.doctype, jobs)
        result.changed |= {job.key for job in jobs} - set(traces)
        return traces

    def _finish(self, batch: Sequence[Change], there: dict[str, Record], result: Result) -> None:
        """Write what goes on its own once a document is there: its picture, its texts in other languages."""
        going = [one for one in batch if result.is_open(one.key)]
        shown = [one for one in going if self._folder is not None and IMAGE in one.payload]
        if self._folder is not None and shown:
            new = [one.key for one in shown if one.key not in there]
            reached = {**there, **(find(self._session, self._target, new) if new else {})}
            refused = pictures.send(self._session, self._folder, shown, reached)
            result.changed |= {one.key for one in shown} - set(refused)
            for key, problem in refused.items():
                result.left.setdefault(key, []).append(problem)
        written, problems = wording.write(self._session, going, there, self._place_of)
        result.changed |= written
        for key, told in problems.items():
            result.left.setdefault(key, []).extend(told)

    def _outcome(self, change: Change, record: Record | None, result: Result) -> Outcome:
        for status, found in (
            (Status.WAITING, result.waiting),
            (Status.REFUSED, result.refused),
            (Status.FAILED, result.failed),
        ):
            if change.key in found:
                return Outcome(change.resource, change.key, status, (found[change.key],))
        written = Status.UPDATED if change.key in result.changed else Status.UNCHANGED
        left = tuple(result.left.get(change.key, ()))
        return Outcome(change.resource, change.key, Status.CREATED if record is None else written, left)

    def _is_other(self, record: Record) -> bool:
        """Tell whether a document is of another kind than the sink writes: a template where a product should be."""
        given: Values = {name: value for name, value in self._target.given.items() if name in record}
        return any(bool(record[name]) != bool(value) for name, value in given.items())

    def _awaited(self, old: Sequence[Change]) -> dict[str, Problem]:
        """Name the documents that refer to one of the kind that is not there yet."""
        column = self._target.refers
        named = {one.key: str(one.payload[column]) for one in old if column and one.payload.get(column)}
        there = find(self._session, self._target, sorted(set(named.values()))) if named else {}
        return {
            key: awaited(TITLE, self._target.noun[0], column, other)
            for key, other in named.items()
            if other not in there
        }


def _passing(traces: Mapping[str, str], going: Sequence[Change]) -> dict[str, str]:
    """Give by key what kept documents from being written that another try can write."""
    kinds = {key: raised(trace)[0] for key, trace in traces.items()}
    if refusals.DEADLOCK in kinds.values():
        return dict.fromkeys((one.key for one in going), refusals.DEADLOCK)
    return {key: kind for key, kind in kinds.items() if kind in refusals.PASSING}


def _other_kind(target: Target) -> Problem:
    if target.given.get("has_variants"):
        reason = said("{title} has an item with this code, which is no template", title=TITLE)
    else:
        reason = said("{title} has an item with this code, which is a template", title=TITLE)
    remedy = said("Give it another code in the source, or have the ERP team decide which one is right.")
    return Problem(reason, ProblemKind.DUPLICATE, remedy=remedy, who=Who.SOURCE_TEAM)
