"""Makes attributes and their values where Odoo lacks them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pimflow import Change
from pimflow_erp import wording as shared
from pimflow_erp.jobs import Values
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.existing import PlaceOf, Target
from pimflow_odoo.fields import number_of
from pimflow_odoo.kinds import ATTRIBUTES, OPTIONS
from pimflow_odoo.loading import Loading, Made, Refused
from pimflow_odoo.session import Session


def attributes(session: Session, names: Iterable[str], *, make: bool) -> dict[str, int]:
    """Give the ids of attributes, whether they make variants or not; with `make` those that lack are made."""
    asked = sorted(set(names))
    if not asked:
        return {}
    found = session.call(
        ATTRIBUTES.model, "search_read", domain=[["name", "in", asked]], fields=["name"], order="id desc"
    )
    ids = {one["name"]: one["id"] for one in found}
    missing = [name for name in asked if name not in ids]
    if missing and make:
        vals = [{"name": name} for name in missing]
        ids |= zip(missing, session.call(ATTRIBUTES.model, "create", vals_list=vals, writes=True), strict=True)
        session.catalog.forget(ATTRIBUTES.model)
    return ids


def make_missing(session: Session, wanted: Iterable[tuple[str, str]]) -> None:
    """Make the attributes and values that lack: pairs of names. Two calls, none where all are there."""
    catalog, asked = session.catalog, dict.fromkeys(wanted)
    unknown = {name for name, _ in asked} - set(catalog.attributes.values())
    made = attributes(session, unknown, make=True)
    owners = {name: number for number, name in sorted(catalog.attributes.items(), reverse=True)} | made
    there = {(name, value) for number, name in catalog.attributes.items() for value in catalog.options.get(number, ())}
    vals = [{"name": value, "attribute_id": owners[name]} for name, value in asked if (name, value) not in there]
    if vals:
        session.call(OPTIONS.model, "create", vals_list=vals, writes=True)
        catalog.forget(OPTIONS.model)


class OptionLoading(Loading):
    """Writes the values of one attribute; where that lacks, they wait for it unless it is to be made."""

    def __init__(self, session: Session, target: Target, place_of: PlaceOf, attribute: str, *, make: bool) -> None:
        super().__init__(session, target, place_of)
        self._attribute = attribute
        self._make = make
        self._number: int | None = None

    def _created(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        if not new:
            return {}, {}
        name = self._attribute
        self._number = number_of(attributes(self._session, [name], make=self._make).get(name))
        if self._number is None:
            return {}, {one.key: shared.awaited(TITLE, "attribute", "attribute", name) for one in new}
        return super()._created(new)

    def _owner(self, change: Change) -> Values:  # noqa: ARG002 - all have the same
        return {"attribute_id": self._number}
