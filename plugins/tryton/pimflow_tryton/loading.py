"""Writes a batch: new records are made, the others written field by field.

Each step is one call for the whole batch: keys are looked up first, so that nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from pimflow import Change, Outcome, Problem, ProblemKind, Status, Who, said
from pimflow_erp import wording
from pimflow_erp.jobs import Job
from pimflow_erp.known import KnownIds
from pimflow_tryton import calls, marks, payloads, renaming
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.creating import Create
from pimflow_tryton.existing import PlaceOf, Target, find, meant
from pimflow_tryton.places import IMAGE, TEMPLATE_CODE
from pimflow_tryton.session import Record, Session

Refused = dict[str, Problem]
There = Mapping[str, Record]


Finish = Callable[[Sequence[Change], There], Refused]
"""Writes what goes on its own, to records that are there by now."""


class Loading:
    """Writes records of one target into one session."""

    def __init__(
        self,
        session: Session,
        target: Target,
        place_of: PlaceOf,
        create: Create,
        finish: Finish = lambda *_: {},
        known: KnownIds | None = None,
    ) -> None:
        self._session = session
        self._target = target
        self._place_of = place_of
        self._create = create
        self._finish = finish
        self._known = known

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        known = {change.key: int(change.payload["id"]) for change in batch if change.payload.get("id")}
        there = meant(self._session, self._target, [change.key for change in batch], known, self._asks(batch))
        going, waiting = self._resolved(batch)
        refused, found = self._load(going, there)
        self._remember([change for change in going if change.key not in refused], found)
        self._session.catalog.forget(self._target.model)
        for change in batch:
            status = Status.UPDATED if change.key in there else Status.CREATED
            if change.key in waiting:
                yield Outcome(change.resource, change.key, Status.WAITING, (waiting[change.key],))
            elif change.key in refused:
                yield Outcome(change.resource, change.key, Status.REFUSED, (refused[change.key],))
            else:
                left = tuple(self._left(change, there.get(change.key)))
                given = str(found.get(change.key, {}).get("code") or "") if change.mark else None
                yield Outcome(change.resource, change.key, status, left, given=given)

    def _load(self, batch: Sequence[Change], old: There) -> tuple[Refused, There]:
        """Write a batch, and give what was refused, and the records as far as they had to be looked up."""
        new = [change for change in batch if change.key not in old]
        refused = self._create(self._session, self._place_of, new) if new else {}
        languages = payloads.languages(batch, self._place_of)
        unfinished = [one for one in new if one.key not in refused and (languages or one.mark or _wants_more(one))]
        there = {**old, **self._made(unfinished, self._asks(batch))}
        refused |= self._switched([change for change in batch if change.key in old], there, to=True)
        called = [change for change in batch if change.payload.get("id") and change.key in old]
        refused |= renaming.rename(self._session, called, there) if called else {}
        closed = [one.key for one in batch if one.key in old and self._is_closed(one, old[one.key])]
        refused |= dict.fromkeys(closed, _archived(self._target))
        for language in ("", *languages):
            reached = [one for one in batch if one.key in old or ((language or _joins(one)) and one.key in there)]
            going = [one for one in reached if one.key not in refused]
            refused |= self._written(going, there, language)
        going = [change for change in batch if change.key in there and change.key not in refused]
        refused |= self._finish(going, there)
        return refused | self._switched([one for one in going if one.key not in refused], there, to=False), there

    def _made(self, new: Sequence[Change], asks: Sequence[str]) -> There:
        """Look up what was made a moment ago: by the keys that it was given here, or by its mark."""
        by_key = [change.key for change in new if not change.mark]
        found = find(self._session, self._target, by_key, asks)
        return found | marks.find(self._session, [change.mark for change in new if change.mark], asks)

    def _remember(self, settled: Sequence[Change], there: There) -> None:
        """Keep the ids of what was written; those not known yet are asked for, in one call."""
        if self._known is None:
            return
        now = {**there, **self._made([change for change in settled if change.key not in there], ())}
        there_now = [one for one in settled if one.key in now]
        ids = {str(now[one.key]["code"] or "") if one.mark else one.key: now[one.key]["id"] for one in there_now}
        self._known.keep({key: number for key, number in ids.items() if key})

    def _asks(self, batch: Sequence[Change]) -> list[str]:
        """Ask for pictures, codes that change, and what tells whether a value given once would be another one now."""
        places = (self._place_of(column) for change in batch for column in change.payload)
        wanted = [place for place in places if place is not None and (place.fixed or place.field == IMAGE)]
        of_code = renaming.ASKS if any(change.payload.get("id") for change in batch) else ()
        return sorted({*of_code, *(ask for place in wanted for ask in place.asks)})

    def _resolved(self, batch: Sequence[Change]) -> tuple[list[Change], Refused]:
        """Put ids in place of the keys of other records; one that is not there yet is waited for."""
        column = self._target.refers
        named = {one.key: str(other) for one in batch if (other := one.payload.get(column))}
        if not named:
            return list(batch), {}
        found = find(self._session, self._target, sorted(set(named.values())))
        lacking = {key: other for key, other in named.items() if other not in found}
        waiting = {key: wording.awaited(TITLE, said("category"), column, other) for key, other in lacking.items()}
        ids = {key: found[other]["id"] for key, other in named.items() if other in found}
        return [_with(one, column, ids.get(one.key)) for one in batch if one.key not in waiting], waiting

    def _left(self, change: Change, record: Record | None) -> Iterator[Problem]:
        """Tell the values that are given at the creation only and would be others now."""
        for column, value in change.payload.items() if record is not None else ():
            place = self._place_of(column)
            known = change.payload.get("id") and column == self._target.key
            if known or place is None or not place.fixed or value is None:
                continue
            if place.value(record or {}) != value:
                yield wording.fixed(TITLE, column, value)

    def _switched(self, going: Sequence[Change], there: There, *, to: bool) -> Refused:
        """Take records back into use, their templates first, or archive them; Tryton wants that on its own."""
        refused: Refused = {}
        target = self._target
        models = (target.models if to else (target.model,)) if target.archives else ()
        for model in models:
            jobs = []
            for change in going:
                record = there[change.key]
                now = bool(record["active"] if model == target.model else record["template."]["active"])
                if change.payload.get("active") is to and now is not to:
                    jobs.append(Job(change.key, {"active": to}, target.id(record, model)))
            refused |= calls.write(self._session, model, jobs)
        return refused

    def _written(self, going: Sequence[Change], there: There, language: str) -> Refused:
        refused: Refused = {}
        for model in self._target.models:
            jobs = [
                Job(change.key, values, self._target.id(record, model))
                for change in going
                if change.key not in refused
                and (record := there[change.key])
                and (values := payloads.of_existing(change, self._place_of, model, record, language))
            ]
            refused |= calls.write(self._session, model, jobs, language)
        return refused

    def _is_closed(self, change: Change, record: Record) -> bool:
        """Tell whether a record is archived and stays so, while there is more to write than that."""
        more = bool(set(change.payload) - {self._target.key, "active"})
        return not self._target.is_used(record) and not change.payload.get("active") and more


def _archived(target: Target) -> Problem:
    return Problem(
        said(
            "it is archived in {title}, and archived {nouns} cannot be changed there",
            title=TITLE,
            nouns=target.noun[1],
        ),
        ProblemKind.VALUE,
        remedy=said("Have it taken back into use in Tryton; your administrator can let pimflow do that."),
        who=Who.SOURCE_TEAM,
        detail="a mapping of `active` takes it back into use",
    )


def _joins(change: Change) -> bool:
    """Tell whether a product is one variant among others: what belongs to the template may be there already."""
    return bool(change.payload.get(TEMPLATE_CODE))


def _wants_more(change: Change) -> bool:
    """Tell whether a new record takes more than its creation, texts aside."""
    return change.payload.get("active") is False or change.payload.get(IMAGE) is not None or _joins(change)


def _with(change: Change, column: str, number: int | None) -> Change:
    if number is None:
        return change
    return replace(change, item=replace(change.item, payload={**change.payload, column: number}))
