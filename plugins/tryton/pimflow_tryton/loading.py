"""Writes a batch of products: new ones as a template with one variant, the others field by field.

Each step is one call for the whole batch. Where Tryton refuses it, it goes in halves, so that one bad record costs
itself alone and few calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pimflow import Change, Outcome, Problem, ProblemKind, Status, Who
from pimflow_tryton.existing import find
from pimflow_tryton.places import ATTRIBUTE, PRODUCT, TEMPLATE, Place
from pimflow_tryton.session import Record, RefusedError, Session

Values = dict[str, Any]
_RECORD = re.compile(r'\s+in record "[^"]*" of "[^"]*"')


@dataclass(frozen=True, slots=True)
class Job:
    """One record's part of a call: `id` is that of the record to be written, 0 for a new one."""

    key: str
    values: Values
    id: int = 0


class Loading:
    """Writes into one session. `default_unit` is that of new products which bring none."""

    def __init__(self, session: Session, place: Callable[[str], Place | None], default_unit: str | None) -> None:
        self._session = session
        self._place = place
        self._default_unit = default_unit

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        there = find(self._session, [change.key for change in batch])
        old, new = set(there), [change for change in batch if change.key not in there]
        refused = self._created(new)
        languages = sorted({place.language for change in batch for place, _ in self._places(change)} - {""})
        unfinished = [one.key for one in new if one.key not in refused and (languages or _wants(one) is False)]
        there |= find(self._session, unfinished) if unfinished else {}
        refused |= self._switched([change for change in batch if change.key in old], there, to=True)
        refused |= {one.key: _ARCHIVED for one in batch if one.key in old and _is_closed(one, there[one.key])}
        for language in ("", *languages):
            going = [one for one in batch if one.key in (there if language else old) and one.key not in refused]
            refused |= self._written(going, there, language)
        going = [change for change in batch if change.key in there and change.key not in refused]
        refused |= self._switched(going, there, to=False)
        for change in batch:
            status = Status.UPDATED if change.key in old else Status.CREATED
            yield _outcome(change, refused.get(change.key), status)

    def _created(self, new: Sequence[Change]) -> dict[str, Problem]:
        refused = {change.key: problem for change in new if (problem := self._lacks(change))}
        jobs = [Job(change.key, self._creation(change)) for change in new if change.key not in refused]
        return refused | self._each(jobs, self._create)

    def _switched(self, going: Sequence[Change], there: Mapping[str, Record], *, to: bool) -> dict[str, Problem]:
        """Take products back into use, their templates first, or archive them; Tryton wants that on its own."""
        refused: dict[str, Problem] = {}
        for model in (TEMPLATE, PRODUCT) if to else (PRODUCT,):
            jobs = []
            for change in going:
                record = there[change.key]
                now = bool(record["active"] if model == PRODUCT else record["template."]["active"])
                if _wants(change) is to and now is not to:
                    jobs.append(Job(change.key, {"active": to}, _id(record, model)))
            refused |= self._each(jobs, partial(self._write, model, ""))
        return refused

    def _written(self, going: Sequence[Change], there: Mapping[str, Record], language: str) -> dict[str, Problem]:
        refused: dict[str, Problem] = {}
        for model in (TEMPLATE, PRODUCT):
            jobs = [
                Job(change.key, values, _id(there[change.key], model))
                for change in going
                if change.key not in refused and (values := self._values(change, there[change.key], model, language))
            ]
            refused |= self._each(jobs, partial(self._write, model, language))
        return refused

    def _each(self, jobs: Sequence[Job], send: Callable[[Sequence[Job]], None]) -> dict[str, Problem]:
        """Send jobs together; halve them where Tryton refuses, until the refused ones are known."""
        if not jobs:
            return {}
        try:
            send(jobs)
        except RefusedError as error:
            if len(jobs) == 1:
                return {jobs[0].key: told(error)}
            middle = len(jobs) // 2
            return self._each(jobs[:middle], send) | self._each(jobs[middle:], send)
        return {}

    def _create(self, jobs: Sequence[Job]) -> None:
        self._session.call(f"{TEMPLATE}.create", [job.values for job in jobs], writes=True)

    def _write(self, model: str, language: str, jobs: Sequence[Job]) -> None:
        pairs = [part for job in jobs for part in ([job.id], job.values)]
        self._session.call(f"{model}.write", *pairs, language=language or None, writes=True)

    def _places(self, change: Change) -> Iterator[tuple[Place, Any]]:
        """Give where each value of a change goes, as Tryton takes it."""
        for column, value in change.payload.items():
            place = self._place(column)
            if place is not None and column not in {"code", "active"}:
                yield place, None if value is None else place.codec.write(value)

    def _lacks(self, change: Change) -> Problem | None:
        """Tell what Tryton needs for a new product and this one does not bring."""
        has = {place.field for place, value in self._places(change) if value is not None and not place.language}
        if "name" not in has:
            return _missing("name", "Tryton needs a name for a new product, and this one has none", Who.SOURCE_TEAM)
        if "default_uom" not in has and self._default_unit is None:
            reason = "Tryton needs a default unit for a new product, and this one has none"
            return _missing("default_uom", reason, Who.ADMINISTRATOR)
        return None

    def _creation(self, change: Change) -> Values:
        """Make the template of a new product, with its one variant."""
        given = [(place, value) for place, value in self._places(change) if value is not None and not place.language]
        template: Values = {"code": change.key, "default_uom": self._unit_of_new()}
        template |= {place.field: value for place, value in given if place.model == TEMPLATE}
        if "categories" in template:
            template["categories"] = [["add", template["categories"]]]
        variant = {place.field: value for place, value in given if place.model == PRODUCT}
        attributes = {_attribute(place): value for place, value in given if place.field == "attributes"}
        if attributes:
            variant["attributes"] = attributes
        if "ean" in variant:
            variant["identifiers"] = [["create", [{"type": "ean", "code": variant.pop("ean")}]]]
        return {**template, "products": [["create", [variant]]]}

    def _unit_of_new(self) -> int | None:
        place = self._place("default_uom")
        return place.codec.write(place.codec.accept(self._default_unit)) if place and self._default_unit else None

    def _values(self, change: Change, record: Record, model: str, language: str) -> Values:
        """Make what is written to a record that is there, in one language."""
        given = [(place, value) for place, value in self._places(change) if place.language == language]
        values = {place.field: value for place, value in given if place.model == model}
        if "categories" in values:
            values["categories"] = _commands(values["categories"] or [], record["template."]["categories"])
        if "attributes" in values:
            changed = {_attribute(place): value for place, value in given if place.field == "attributes"}
            whole = {**(record["attributes"] or {}), **changed}
            values["attributes"] = {name: value for name, value in whole.items() if value is not None}
        if "ean" in values:
            values["identifiers"] = _identifiers(values.pop("ean"), record["identifiers."])
        return {field: value for field, value in values.items() if value != []}


_ARCHIVED = Problem(
    "it is archived in Tryton, and archived products cannot be changed there",
    ProblemKind.VALUE,
    remedy="Have it taken back into use in Tryton, or map `active`.",
    who=Who.SOURCE_TEAM,
)


def _wants(change: Change) -> bool | None:
    """Tell whether a product is to be in use; None where the change does not say."""
    wanted: bool | None = change.payload.get("active")
    return wanted


def _is_closed(change: Change, record: Record) -> bool:
    """Tell whether a product is archived and stays so, while there is more to write than that."""
    in_use = record["active"] and record["template."]["active"]
    return not in_use and not _wants(change) and bool(set(change.payload) - {"code", "active"})


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Tryton's words, without the name of the record."""
    said = _RECORD.sub("", error.said).rstrip(".")
    remedy = "Correct it in the source; it will then arrive by itself."
    return Problem(
        f"Tryton says: {said}", ProblemKind.VALUE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=error.detail
    )


def _outcome(change: Change, problem: Problem | None, status: Status) -> Outcome:
    if problem is None:
        return Outcome(change.resource, change.key, status)
    return Outcome(change.resource, change.key, Status.REFUSED, (problem,))


def _id(record: Record, model: str) -> int:
    found: int = record["id"] if model == PRODUCT else record["template."]["id"]
    return found


def _missing(field: str, reason: str, who: Who) -> Problem:
    remedy = "Map it, or give the sink a `default_unit`." if field == "default_uom" else "Fill it in the source."
    return Problem(reason, ProblemKind.MISSING, field, remedy=remedy, who=who)


def _attribute(place: Place) -> str:
    return place.column.removeprefix(ATTRIBUTE)


def _commands(wanted: Sequence[int], there: Sequence[int]) -> list[Any]:
    add, remove = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    return [*([["add", add]] if add else []), *([["remove", remove]] if remove else [])]


def _identifiers(code: str | None, there: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Write the first GTIN anew; others and identifiers of other types stay."""
    first = next((one for one in there if one["type"] == "ean"), None)
    if first is None:
        return [["create", [{"type": "ean", "code": code}]]] if code else []
    if code is None:
        return [["delete", [first["id"]]]]
    return [["write", [first["id"]], {"code": code}]] if first["code"] != code else []
