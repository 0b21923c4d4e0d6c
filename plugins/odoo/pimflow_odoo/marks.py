"""Products that Odoo numbers: each is loaded as a template, whose external id is made of its id in its own system.

By that it is found again, whether its run was killed or not. Odoo loads record and external id together, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimflow_erp.jobs import Job, Values, each
from pimflow_odoo import templates, wording
from pimflow_odoo.fields import number_of
from pimflow_odoo.loading import Refused
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Record, Session
from pimflow_odoo.shapes import TEMPLATE, VARIANT


def find(session: Session, marks: Sequence[str]) -> Mapping[str, Record]:
    """Give the products by mark, each with its id and its reference."""
    ids = session.codes.ids(marks)
    if not ids:
        return {}
    domain, fields = [["product_tmpl_id", "in", sorted(ids.values())]], ["default_code", "product_tmpl_id"]
    found: list[Record] = session.call(VARIANT, "search_read", archived=True, domain=domain, fields=fields, order="id")
    by_template = {number_of(one["product_tmpl_id"]): one for one in reversed(found)}
    return {mark: by_template[number] for mark, number in ids.items() if number in by_template}


def create(session: Session, jobs: Sequence[Job]) -> tuple[Mapping[str, Record], Refused]:
    """Make products by mark; give them as `find` does, and those that Odoo refused."""
    known = session.catalog.fields(TEMPLATE)
    shared = [Job(job.key, {name: value for name, value in job.values.items() if name in known}) for job in jobs]
    made, refused = templates.create(session, shared)
    there = find(session, sorted(made))
    rest = [Job(job.key, own, there[job.key]["id"]) for job in jobs if job.key in there and (own := _own(job, known))]

    def send(jobs: Sequence[Job]) -> None:
        for job in jobs:
            session.call(VARIANT, "write", [job.id], vals=job.values, writes=True)

    for job in rest:
        refused |= each([job], send, RefusedError, wording.told)
    return there, refused


def _own(job: Job, of_template: Mapping[str, object]) -> Values:
    """Give what a variant has of its own, which its template does not pass on to it."""
    return {name: value for name, value in job.values.items() if name not in of_template}
