"""Makes attributes and their values where Odoo lacks them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pimflow import Change, Problem, said
from pimflow_erp import wording as shared
from pimflow_erp.jobs import Job, Values, each
from pimflow_odoo import wording
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.existing import PlaceOf, Target
from pimflow_odoo.kinds import ATTRIBUTES, OPTIONS
from pimflow_odoo.loading import Loading, Made, Refused
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Session

Named = tuple[str, str]
"""A value by the name of its attribute, and its own."""


def attributes(session: Session, names: Iterable[str], *, make: bool) -> tuple[Made, Refused]:
    """Give the ids of attributes, whether they make variants or not; with `make` those that lack are made."""
    asked = list(dict.fromkeys(names))
    if not asked:
        return {}, {}
    found = session.call(
        ATTRIBUTES.model, "search_read", domain=[["name", "in", asked]], fields=["name"], order="id desc"
    )
    ids: Made = {one["name"]: one["id"] for one in found}
    missing = [name for name in asked if name not in ids]
    if not missing or not make:
        return ids, {name: shared.awaited(TITLE, said("attribute"), "attribute", name) for name in missing}
    made, refused = _created(session, ATTRIBUTES.model, [Job(name, {"name": name}) for name in missing])
    return ids | made, refused


def make_missing(session: Session, wanted: Iterable[Named]) -> dict[Named, Problem]:
    """Make the attributes and values that lack, in two calls, none where all are there; tell what Odoo refuses."""
    catalog, asked = session.catalog, dict.fromkeys(wanted)
    owners = {name: number for number, name in sorted(catalog.attributes.items(), reverse=True)}
    made, refused = attributes(session, (name for name, _ in asked if name not in owners), make=True)
    owners |= made
    there = {(name, value) for number, name in catalog.attributes.items() for value in catalog.options.get(number, ())}
    new = {str(place): one for place, one in enumerate(asked) if one[0] in owners and one not in there}
    jobs = [Job(place, {"name": value, "attribute_id": owners[name]}) for place, (name, value) in new.items()]
    _, problems = _created(session, OPTIONS.model, jobs)
    told = {one: refused[one[0]] for one in asked if one[0] in refused}
    return told | {new[place]: problem for place, problem in problems.items()}


def _created(session: Session, model: str, jobs: Sequence[Job]) -> tuple[Made, Refused]:
    made: Made = {}

    def send(jobs: Sequence[Job]) -> None:
        vals = [job.values for job in jobs]
        ids = session.call(model, "create", vals_list=vals, writes=True)
        made.update(zip((job.key for job in jobs), ids, strict=True))

    refused = each(jobs, send, RefusedError, wording.told)
    if made:
        session.catalog.forget(model)
    return made, refused


class OptionLoading(Loading):
    """Writes the values of one attribute; where that lacks, they wait for it unless it is to be made."""

    def __init__(self, session: Session, target: Target, place_of: PlaceOf, attribute: str, *, make: bool) -> None:
        super().__init__(session, target, place_of)
        self._attribute = attribute
        self._make = make
        self._number = 0

    def _created(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        if not new:
            return {}, {}
        ids, refused = attributes(self._session, [self._attribute], make=self._make)
        if refused:
            return {}, dict.fromkeys((one.key for one in new), refused[self._attribute])
        self._number = ids[self._attribute]
        return super()._created(new)

    def _owner(self, change: Change) -> Values:  # noqa: ARG002 - all have the same
        return {"attribute_id": self._number}
