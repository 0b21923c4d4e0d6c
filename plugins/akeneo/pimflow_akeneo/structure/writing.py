"""Writes one structure resource: what the PIM has, what it can take, batches out and outcomes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pimflow import Change, Finding, Header, Item, Outcome, Outlook, ProblemKind, RowProblem, Status, Who, Writer, said
from pimflow_akeneo.bulk import Answer, deliver
from pimflow_akeneo.session import Session
from pimflow_akeneo.spelling import CLOSE, alike
from pimflow_akeneo.structure import checking, preparing, reading
from pimflow_akeneo.structure.answers import absent, judge
from pimflow_akeneo.structure.description import Place, Resource, flat, line
from pimflow_akeneo.structure.fitting import fitted, grouped
from pimflow_akeneo.structure.measures import deliver_measures
from pimflow_akeneo.structure.resources import ATTRIBUTE_GROUPS, CATEGORIES, LOCALE, MEASUREMENT_FAMILIES, no_part
from pimflow_akeneo.structure.trees import parents_first


class StructureWriter(Writer):
    """Safe for several threads: it keeps nothing but what it was made with."""

    def __init__(self, session: Session, resource: Resource) -> None:
        self._session = session
        self._resource = resource

    def knows(self, column: str) -> bool:
        """Tell whether the resource has this column, and the PIM its locale or channel."""
        place = self._resource.place(column)
        return place is not None and self._has_part(place)

    def label(self, column: str) -> str:
        """Give the name of a column on the PIM's screens, as in `Label (de_DE)`."""
        place = self._resource.place(column)
        return place.title if place else column

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that the PIM cannot take, with names that are spelled alike."""
        return {name: self._unknown(name) for name in header if not self.knows(name)}

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        """Hold the columns, the values of the mapping and the right to write against the PIM."""
        return checking.check(self._session, self._resource, outlook)

    def separator(self, column: str) -> str | None:
        """Give `,` for columns that take codes, or pairs of them."""
        place = self._resource.place(column)
        return "," if place and place.column.codec.type in {"list", "mapping"} else None

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check the cells of one row."""
        return [preparing.item(row, self._resource)]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give what the PIM has for these codes: the columns that have a value there."""
        found = self._now(resource, keys)
        return {key: {name: now[name] for name in columns if name in now} for key, now in found.items()}

    def records(self, resource: str, keys: Collection[str]) -> Mapping[str, reading.Record]:
        """Give by code, as asked, what the PIM has; its own spelling of a code is in the record."""
        path = self._path(resource)
        if path is None or not self._has_list(path):
            return {}
        asked = {key.lower(): key for key in keys}
        found = reading.found(self._session, self._resource, path, keys)
        return {asked[record["code"].lower()]: record for record in found if record["code"].lower() in asked}

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Take out what the PIM keeps for ever; put in what it holds by itself."""
        if self._resource is ATTRIBUTE_GROUPS:
            return [self._grouped(change) for change in batch]
        there = [change.key for change in batch if not change.absent and self._is_compared(change)]
        now = self._now(batch[0].resource, there) if there else {}
        holds = any(column.holds for column in self._resource.columns)
        attributes = self._session.catalog.attributes if now and holds else {}
        return [
            fitted(change, now[change.key], self._resource, attributes) if change.key in now else change
            for change in batch
        ]

    def planned(self, batch: Sequence[Change]) -> None:
        """Let the PIM's model be as if a batch was written."""
        path = self._path(batch[0].resource) if batch else None
        if path is not None:
            records = {change.key: line(change.key, change.payload, self._resource) for change in batch}
            new = [change.key for change in batch if change.absent]
            self._session.catalog.plan(self._resource.url(path), records, new)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch; what it changed of the PIM's model is read anew when somebody asks for it."""
        if not batch:
            return []
        path = self._path(batch[0].resource)
        if path is None:
            return [self._waiting(change) for change in batch]
        batch = parents_first(batch) if self._resource is CATEGORIES else batch
        answers = self._answers(path, [line(change.key, change.payload, self._resource) for change in batch])
        self._session.catalog.forget(path)
        return [self._outcome(change, answer) for change, answer in zip(batch, answers, strict=True)]

    def _grouped(self, change: Change) -> Change:
        return grouped(change, self._session.catalog.attributes) if "attributes" in change.payload else change

    def _answers(self, path: str, lines: Sequence[Mapping[str, Any]]) -> Sequence[Answer | None]:
        if self._resource is MEASUREMENT_FAMILIES:
            return deliver_measures(self._session, path, lines)
        return deliver(self._session, self._resource.url(path), "code", lines)

    def _outcome(self, change: Change, answer: Answer | None) -> Outcome:
        status, problems = judge(answer, change.payload, self._resource)
        return Outcome(change.resource, change.key, status, problems)

    def _waiting(self, change: Change) -> Outcome:
        """Tell that the attribute of an option, or the family of a variant, is not there yet."""
        owner = self._resource.owner or self._resource.KEY
        problem = absent(owner.name, self._resource.owner_of(change.resource), owner.words.lower())
        return Outcome(change.resource, change.key, Status.WAITING, (problem,))

    def _path(self, resource: str) -> str | None:
        """Give the list below `/api/rest/v1` with its owner as the PIM spells it; None where the PIM lacks that."""
        if self._resource.owner is None:
            return resource
        owner = reading.owners(self._session, self._resource).get(self._resource.owner_of(resource).lower())
        return None if owner is None else self._resource.list_of(owner)

    def _now(self, resource: str, keys: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give by code, as asked, all that the PIM has."""
        return {key: flat(record, self._resource) for key, record in self.records(resource, keys).items()}

    def _has_list(self, path: str) -> bool:
        resource = self._resource
        if not resource.owner:
            return True
        there = self._session.catalog.has_list(resource.url(path))
        return there and resource.owner_of(path) in reading.with_lists(self._session, resource)

    def _is_compared(self, change: Change) -> bool:
        """Tell whether something in a change must be held against what the PIM has."""
        places = (self._resource.place(name) for name in change.payload)
        return bool(self._resource.completed) or any(place and place.column.is_compared for place in places)

    def _has_part(self, place: Place) -> bool:
        known = self._parts(place)
        return not place.part or not known or place.part in known

    def _parts(self, place: Place) -> Collection[str]:
        """Give the locales or channels of the PIM: none where it has none yet, and any is as good as another."""
        catalog = self._session.catalog
        if not place.column.per:
            return ()
        return catalog.locales if place.column.per == LOCALE else catalog.channels

    def _unknown(self, name: str) -> RowProblem:
        place = self._resource.place(name)
        prefix, dash, part = name.partition("-")
        if place is not None:
            near = alike(part, self._parts(place))
            reason, hint = no_part(place.column.per, part), f"{prefix}-{near}" if near else ""
        else:
            reason = said("this is no column of {nouns} in the PIM", nouns=self._resource.noun[1])
            near = alike(prefix, self._resource.by_name, CLOSE) if dash else ""
            hint = alike(name, self._resource.by_name, CLOSE) or (f"{near}-{part}" if near else "")
        remedy = said("Correct the name of the column, or leave it out.")
        if hint:
            remedy = said("Did you mean '{near}'?", near=hint)
        return RowProblem(name, None, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.ADMINISTRATOR)
