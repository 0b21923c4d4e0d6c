"""Writes products: those with a template of their own, and variants of templates with several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pimflow import Change, Memory, Problem
from pimflow_erp.jobs import Job
from pimflow_odoo import marks, wording
from pimflow_odoo.existing import Found, PlaceOf, Sought, Target, known
from pimflow_odoo.kinds import PRODUCTS
from pimflow_odoo.loading import Loading, Made, Picture, Refused
from pimflow_odoo.places import ATTRIBUTES, TEMPLATE_CODE
from pimflow_odoo.session import Record, Session
from pimflow_odoo.shapes import VALUES
from pimflow_odoo.variants import Variants, attributes_of


class ProductLoading(Loading):
    """Writes a batch of products. `options_too`: attributes and values that Odoo lacks are made."""

    def __init__(
        self,
        session: Session,
        target: Target,
        place_of: PlaceOf,
        picture: Picture | None,
        memory: Memory,
        *,
        options_too: bool,
    ) -> None:
        super().__init__(session, target, place_of, picture)
        self._memory = memory
        self._options_too = options_too
        self._templates: dict[str, int] = {}

    def _clashing(self, batch: Sequence[Change], found: Found) -> Refused:
        field = self._target.field
        records = {one.key: found.by_key[one.key] for one in batch if one.payload.get("id") and one.key in found.by_key}
        renamed = {
            one.key: str(one.payload[field])
            for one in batch
            if one.key in records and records[one.key][field] != one.payload[field]
        }
        ids = {record["id"] for record in records.values()}  # those of the batch make room for each other
        there = (
            self._target.look(self._session, self._target, Sought(sorted(renamed.values()))) if renamed else Found({})
        )
        owners = {code: record for code, record in there.by_key.items() if record["id"] not in ids}
        owners |= {code: several[0] for code, several in there.several.items()}
        taken = {key: wording.taken_key(code, owners[code]) for key, code in renamed.items() if code in owners}
        return super()._clashing(batch, found) | taken

    def _created(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        alone = [change for change in new if not change.payload.get(TEMPLATE_CODE)]
        made, refused = super()._created([change for change in alone if not change.mark])
        numbered, problems = self._numbered([change for change in new if change.mark])
        made, refused = made | numbered, refused | problems
        several = [change for change in new if change.payload.get(TEMPLATE_CODE) and not change.mark]
        if several:
            fields = {place.field for one in several for place in self._places(one) if not place.language}
            variants = Variants(self._session, self._memory, self._given, known(self._session, self._target, fields))
            found = variants.make(several, options_too=self._options_too)
            made, refused = made | found.ids, refused | found.refused
            self._templates = found.templates
        return made, refused

    def _numbered(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        """Make products to which Odoo gives the reference."""
        refused = {one.key: wording.unnumbered_variant() for one in new if one.payload.get(TEMPLATE_CODE)}
        refused |= {one.key: wording.lacking(PRODUCTS.noun[0]) for one in new if self._lacks_name(one)}
        jobs = [Job(one.mark, self._given(one, None)) for one in new if one.key not in refused]
        made, problems = marks.create(self._session, jobs) if jobs else ({}, {})
        self._references |= {mark: record["default_code"] or "" for mark, record in made.items()}
        return {mark: record["id"] for mark, record in made.items()}, refused | problems

    def _left(self, change: Change, record: Record | None) -> Iterator[Problem]:
        alone = not change.payload.get(TEMPLATE_CODE) and not (record or {}).get(VALUES)
        for problem in super()._left(change, record):
            if not alone or not str(problem.field).startswith(ATTRIBUTES):
                yield problem
        for name, value in attributes_of(change).items() if alone else ():
            yield wording.alone(f"{ATTRIBUTES}{name}", value)

    def _home(self, job: Job) -> str:
        template = self._templates.get(job.key)
        return super()._home(job) if template is None else f"template {template}"
