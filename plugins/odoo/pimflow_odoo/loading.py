"""Writes a batch: new records in one call, the others one by one, and only what is different there.

Keys are looked up first, so that nothing is made twice. What Odoo refuses costs its record alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from pimflow import Change, Outcome, Problem, ProblemKind, Status
from pimflow_erp import wording as shared
from pimflow_erp.jobs import Job, Values, each
from pimflow_odoo import clashes, wording
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.existing import Found, PlaceOf, Sought, Target, in_language
from pimflow_odoo.places import ACTIVE, IMAGE, Place
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Record, Session

Refused = dict[str, Problem]
Made = dict[str, int]
Picture = Callable[[str], str]
"""Gives the picture that a value names, in base64."""


class Loading:
    """Writes records of one target into one session."""

    def __init__(self, session: Session, target: Target, place_of: PlaceOf, picture: Picture | None = None) -> None:
        self._session = session
        self._target = target
        self._place_of = place_of
        self._picture = picture
        self._references: dict[str, str] = {}
        """Those that Odoo gave to records that came without, by mark."""

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        found = self._find(batch)
        refused = self._clashing(batch, found)
        going = [change for change in batch if change.key not in refused]
        made, problems = self._created([change for change in going if change.key not in found.by_key])
        refused |= problems
        old = [change for change in going if change.key in found.by_key]
        written, problems = self._written(old, found.by_key)
        refused |= problems
        ids = {**{change.key: found.by_key[change.key]["id"] for change in old}, **made}
        translated, problems = self._translated([one for one in going if one.key not in refused], ids)
        refused |= problems
        self._session.catalog.forget(self._target.model)
        for change in batch:
            status = Status.UPDATED if change.key in written | translated else Status.UNCHANGED
            status = Status.CREATED if change.key in made else status
            left = tuple(self._left(change, found.by_key.get(change.key)))
            if change.key in refused:
                left = (refused[change.key],)
                status = Status.WAITING if left[0].kind is ProblemKind.REFERENCE else Status.REFUSED
            remote = str(ids[change.key]) if change.key in ids else None
            given = self._references.get(change.mark, "") if change.mark else None
            yield Outcome(change.resource, change.key, status, left, remote, given)

    def _left(self, change: Change, record: Record | None) -> Iterator[Problem]:
        """Tell what is not written: what Odoo needs, and what was made with the record; None stands for a new one."""
        for place in self._places(change) if record is not None else ():
            value = change.payload[place.column]
            if _is_left(place, change):
                yield wording.needed(place.column)
            elif place.fixed and value is not None and place.value(record or {}) != value:
                yield shared.fixed(TITLE, place.column, value)

    def _clashing(self, batch: Sequence[Change], found: Found) -> Refused:
        """Find changes that cannot be written because of other records."""
        return clashes.of_keys(batch, found, self._target) | clashes.of_barcodes(batch, found, self._target)

    def _find(self, batch: Sequence[Change]) -> Found:
        fields = {place.field for change in batch for place in self._places(change) if not place.language}
        barcodes = sorted({str(code) for change in batch if (code := change.payload.get("barcode"))})
        ids = {one.key: int(one.payload["id"]) for one in batch if one.payload.get("id")}
        keys = [change.key for change in batch]
        return self._target.look(self._session, self._target, Sought(keys, sorted(fields), barcodes, ids))

    def _places(self, change: Change) -> list[Place]:
        found = (self._place_of(column) for column in change.payload)
        return [place for place in found if place is not None and place.column != IMAGE]

    def _given(self, change: Change, record: Record | None) -> Values:
        """Give what goes into a record: all for a new one, what is different there for another."""
        values: Values = {}
        for place in self._places(change):
            value = change.payload[place.column]
            stays = {ACTIVE} if change.payload.get("id") else {ACTIVE, self._target.key}
            on_its_own = place.language or (record is not None and place.column in stays)
            if on_its_own or place.fixed or _is_left(place, change) or (record is None and value is None):
                continue
            if record is None or place.differs(place.value(record), value):
                values[place.field] = place.written(value)
        if record is None and "uom_id" in values and "uom_po_id" in self._session.catalog.fields(self._target.model):
            # Up to Odoo 18 the purchase unit would be the default one, which may be of another kind.
            values.setdefault("uom_po_id", values["uom_id"])
        if IMAGE in change.payload and self._picture is not None:
            name = change.payload[IMAGE]
            values["image_1920"] = self._picture(name) if name else False
        return values

    def _created(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        """Create records, all in one call."""
        refused = {one.key: wording.lacking(self._target.kind.noun[0]) for one in new if self._lacks_name(one)}
        made: Made = {}

        def send(jobs: Sequence[Job]) -> None:
            vals = [job.values for job in jobs]
            ids = self._session.call(self._target.model, "create", vals_list=vals, writes=True)
            made.update(zip((job.key for job in jobs), ids, strict=True))

        jobs = [Job(one.key, self._given(one, None) | self._owner(one)) for one in new if one.key not in refused]
        return made, refused | each(jobs, send, RefusedError, wording.told)

    def _owner(self, change: Change) -> Values:  # noqa: ARG002 - most records have none
        """Give what a new record gets of the one that it belongs to."""
        return {}

    def _lacks_name(self, change: Change) -> bool:
        return "name" in self._target.needed and not change.payload.get("name")

    def _written(self, old: Sequence[Change], there: Mapping[str, Record]) -> tuple[set[str], Refused]:
        """Write what is different; records that get the same values share a call."""
        refused = self._switched(old, there, to=True)
        alike: dict[bytes, list[Job]] = {}
        for change in old:
            record = there[change.key]
            values = self._given(change, record) if change.key not in refused else {}
            if values:
                same = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
                alike.setdefault(same, []).append(Job(change.key, values, record["id"]))
        for jobs in alike.values():
            refused |= each(jobs, self._write, RefusedError, wording.told)
        refused |= self._switched([change for change in old if change.key not in refused], there, to=False)
        switched = {one.key for one in old if self._switches(one, there[one.key])}
        return {job.key for jobs in alike.values() for job in jobs} | switched, refused

    def _write(self, jobs: Sequence[Job]) -> None:
        ids = [job.id for job in jobs]
        self._session.call(self._target.model, "write", ids, vals=jobs[0].values, writes=True)

    def _switches(self, change: Change, record: Record) -> bool:
        return self._target.archives and change.payload.get(ACTIVE) not in {None, record["active"]}

    def _switched(self, going: Sequence[Change], there: Mapping[str, Record], *, to: bool) -> Refused:
        """Take products back into use, and templates with them; or archive them."""
        wanted = [one for one in going if one.payload.get(ACTIVE) is to and self._switches(one, there[one.key])]
        method = "action_unarchive" if to else "action_archive"

        def send(jobs: Sequence[Job]) -> None:
            self._session.call(self._target.model, method, [job.id for job in jobs], writes=True)

        return each([Job(one.key, {}, there[one.key]["id"]) for one in wanted], send, RefusedError, wording.told)

    def _translated(self, going: Sequence[Change], ids: Mapping[str, int]) -> tuple[set[str], Refused]:
        """Write texts in other languages where they differ, each field in all its languages in one call."""
        texts = self._texts(going, ids)
        touched: set[str] = set()
        done: set[bytes] = set()
        refused: Refused = {}
        for change in going:
            fields: dict[str, dict[str, Any]] = {}
            for place in self._places(change):
                record = texts.get(place.language, {}).get(ids[change.key])
                wanted = change.payload[place.column]
                # A new record has its first text in all languages.
                if place.language and (place.value(record) if record else None) != wanted:
                    fields.setdefault(place.field, {})[place.language] = place.written(wanted)
            for field, translations in fields.items():
                job = Job(change.key, {"field_name": field, "translations": translations}, ids[change.key])
                same = orjson.dumps((self._home(job), job.values), option=orjson.OPT_SORT_KEYS)
                refused |= each([job], self._translate, RefusedError, wording.told) if same not in done else {}
                done.add(same)
                touched.add(change.key)
        return touched, refused

    def _home(self, job: Job) -> str:
        """Tell which record keeps the texts of another one: of variants of one template they are the same."""
        return str(job.id)

    def _texts(self, going: Sequence[Change], ids: Mapping[str, int]) -> Mapping[str, Mapping[int, Record]]:
        """Read what records have in each language."""
        places = {place.column: place for change in going for place in self._places(change) if place.language}
        numbers = [ids[change.key] for change in going]
        return {
            language: in_language(
                self._session, self._target.model, numbers,
                [one for one in places.values() if one.language == language], language,
            )
            for language in sorted({place.language for place in places.values()})
        }  # fmt: skip

    def _translate(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._session.call(self._target.model, "update_field_translations", [job.id], writes=True, **job.values)


def _is_left(place: Place, change: Change) -> bool:
    """Tell whether a value is to be emptied that Odoo needs."""
    return place.required and change.payload[place.column] is None
