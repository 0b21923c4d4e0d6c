"""Makes what was promised, in bulk, before the records go that have it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pimflow import AccessError, Change, Item, Outcome, Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.checking.rights import RIGHTS
from pimflow_akeneo.columns import ADD_CATEGORIES, Column, Property, ValueColumn
from pimflow_akeneo.creating.promises import Promise, Promises
from pimflow_akeneo.creating.wishes import CreateMissing
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import preparing
from pimflow_akeneo.structure.resources import ATTRIBUTE_OPTIONS, CATEGORIES
from pimflow_akeneo.structure.writing import StructureWriter

_BATCH = 100
_SELECTS = frozenset({"simpleselect", "multiselect"})
_CLASSIFIED = frozenset({"categories", ADD_CATEGORIES})
_SHOWN = 10
_CREATED: Mapping[tuple[bool, bool, bool], str] = {
    (True, False, False): said("{number:,} options were created: {names}."),
    (True, False, True): said("{number:,} option was created: {names}."),
    (True, True, False): said("{number:,} options would be created: {names}."),
    (True, True, True): said("{number:,} option would be created: {names}."),
    (False, False, False): said("{number:,} categories were created: {names}."),
    (False, False, True): said("{number:,} category was created: {names}."),
    (False, True, False): said("{number:,} categories would be created: {names}."),
    (False, True, True): said("{number:,} category would be created: {names}."),
}
"""By whether they have an owner, whether it is a plan, and whether it is one."""

Parse = Callable[[str], Column]


@dataclass(frozen=True, slots=True)
class _Settled:
    """What became of a promise: a problem where it was not kept; not `made` where somebody else was quicker."""

    promise: Promise
    problem: Problem | None = None
    made: bool = True


class Making:
    """Safe for several threads: what a batch needs is there when `settle` returns, whichever thread made it."""

    def __init__(self, session: Session, asked: CreateMissing, promises: Promises, parse: Parse, *, dry: bool) -> None:
        self._session = session
        self._asked = asked
        self._promises = promises
        self._parse = parse
        self._dry = dry
        self._lock = threading.Lock()
        self._settled: dict[tuple[str, str], _Settled] = {}

    def settle(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Make what the batch needs; values that could not be made are taken out, each told."""
        if not {"options", "categories"}.intersection(self._asked.what):
            return batch
        needed = {one.key: one for change in batch for _, found in self._needs(change) for one in found}
        with self._lock:
            missing = [one for key, one in needed.items() if key not in self._settled]
            for settled in self._made(missing):
                self._settled[settled.promise.key] = settled
        return [self._without_broken(change) for change in batch]

    def notes(self) -> Iterator[str]:
        """Tell what was made, or in a dry run would be."""
        kept = sorted(one.promise for one in self._settled.values() if one.made and not one.problem)
        for has_owner in (True, False):
            made = [promise for promise in kept if bool(promise.owner) is has_owner]
            if made:
                template = str(_CREATED[has_owner, self._dry, len(made) == 1])
                yield said(template, number=len(made), names=self._listed(made))

    def _listed(self, made: Sequence[Promise]) -> str:
        by_owner: dict[str, list[str]] = {}
        for one in made[:_SHOWN]:
            by_owner.setdefault(one.owner, []).append(one.code)
        told = (", ".join(codes) for codes in by_owner.values())
        names = "; ".join(f"{self._label(owner)}{codes}" for owner, codes in zip(by_owner, told, strict=True))
        if len(made) > _SHOWN:
            return said("{names} and {number:,} more", names=names, number=len(made) - _SHOWN)
        return names

    def _label(self, owner: str) -> str:
        return f"{self._session.catalog.attributes[owner].label}: " if owner else ""

    def _needs(self, change: Change) -> Iterator[tuple[str, Sequence[Promise]]]:
        """Give the promises that a change relies on, by column."""
        for name, value in change.payload.items():
            owner = _owner(self._parse(name))
            if value is None or owner is None:
                continue
            codes = [str(one) for one in (value if isinstance(value, list) else [value])]
            if found := self._promises.of(owner, codes):
                yield name, found

    def _made(self, missing: Sequence[Promise]) -> Iterator[_Settled]:
        if self._dry:
            yield from map(_Settled, missing)
            return
        by_owner: dict[str, list[Promise]] = {}
        for one in missing:
            by_owner.setdefault(one.owner, []).append(one)
        for owner, promises in by_owner.items():
            for start in range(0, len(promises), _BATCH):
                yield from self._written(owner, promises[start : start + _BATCH])

    def _written(self, owner: str, promises: Sequence[Promise]) -> Iterator[_Settled]:
        catalog = self._session.catalog
        before = catalog.options(owner) if owner else catalog.categories
        parents = {} if owner else catalog.parents
        yield from (_Settled(one, made=False) for one in promises if one.code.lower() in before)
        promises = [one for one in promises if one.code.lower() not in before]
        if not promises:
            return
        resource = ATTRIBUTE_OPTIONS if owner else CATEGORIES
        items = [preparing.item(self._row(one), resource) for one in promises]
        try:
            outcomes = {one.key: one for one in StructureWriter(self._session, resource).load(list(map(_new, items)))}
        except AccessError as error:
            yield from (_Settled(one, _forbidden(error, has_owner=bool(owner))) for one in promises)
            return
        settled = [_Settled(one, _problem(outcomes.get(one.code))) for one in promises]
        made = {one.promise.code.lower(): one.promise.code for one in settled if not one.problem}
        if owner:
            catalog.know_options(owner, {**before, **made})
        else:
            place = self._asked.category
            catalog.know_categories({**parents, **{lower: (code, place) for lower, code in made.items()}})
        yield from settled

    def _row(self, promise: Promise) -> dict[str, Any]:
        labels = {f"label-{locale}": promise.text for locale in self._locales()}
        place = {"attribute": promise.owner} if promise.owner else {"parent": self._asked.category}
        return {"code": promise.code, **place, **labels}

    def _locales(self) -> Iterable[str]:
        if self._asked.locales is not None:
            return self._asked.locales
        active = self._session.catalog.model.locales
        return active if len(active) == 1 else ()

    def _without_broken(self, change: Change) -> Change:
        payload, problems = dict(change.payload), list(change.item.problems)
        for name, promises in self._needs(change):
            broken = [one for one in promises if self._settled[one.key].problem]
            codes = {one.code for one in broken}
            for one in broken:
                problem = self._settled[one.key].problem
                assert problem is not None
                problems.append(replace(problem, field=name, value=one.text))
            if not codes:
                continue
            left = [one for one in payload[name] if one not in codes] if isinstance(payload[name], list) else []
            if left:
                payload[name] = left
            else:
                del payload[name]
        return replace(change, item=replace(change.item, payload=payload, problems=tuple(problems)))


def _owner(column: Column) -> str | None:
    """Give whose codes a column holds: those of an attribute, or of categories (empty); None for others."""
    if isinstance(column, ValueColumn):
        return column.attribute.code if column.attribute.kind in _SELECTS and column.part is None else None
    return "" if isinstance(column, Property) and column.name in _CLASSIFIED else None


def _new(item: Item) -> Change:
    return Change(item, 0, known=False, fingerprint=b"")


def _problem(outcome: Outcome | None) -> Problem | None:
    if outcome is not None and outcome.status in {Status.CREATED, Status.UPDATED}:
        return None
    told = next(iter(outcome.problems), None) if outcome else None
    remedy = told.remedy if told else said("It is tried again by the next run.")
    reason = said("which the PIM lacks, and it could not be created")
    if told:
        reason = said("which the PIM lacks, and it could not be created: {reason}", reason=told.reason)
    return Problem(
        reason,
        ProblemKind.REFERENCE,
        remedy=remedy,
        who=told.who if told else Who.ADMINISTRATOR,
        detail=told.detail if told else "",
    )


def _forbidden(error: AccessError, *, has_owner: bool) -> Problem:
    right, _ = RIGHTS["attributes/any/options" if has_owner else "categories"]
    return Problem(
        said("which the PIM lacks, and the user of the connection may not create it"),
        ProblemKind.PERMISSION,
        remedy=said("Grant '{right}' under System > Roles > Web API permissions; or create it by hand.", right=right),
        who=Who.ADMINISTRATOR,
        detail=error.detail,
    )
