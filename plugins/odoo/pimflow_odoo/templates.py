"""Makes templates: Odoo loads them under an external id made of their code, so that they are found again by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pimflow import Change
from pimflow_erp.jobs import Job, Values, each
from pimflow_odoo import wording
from pimflow_odoo.catalog import FieldInfo
from pimflow_odoo.external import external_id, number_in
from pimflow_odoo.kinds import TEMPLATES
from pimflow_odoo.loading import Loading, Made, Refused
from pimflow_odoo.refusals import RefusedError, not_loaded
from pimflow_odoo.session import Session


def create(session: Session, jobs: Sequence[Job]) -> tuple[Made, Refused]:
    """Make templates by code; those that bring the same fields share a call. A lost answer makes none twice."""
    made: Made = {}
    refused = {job.key: wording.no_template("code", job.key) for job in jobs if number_in(job.key) is not None}
    alike: dict[tuple[str, ...], list[Job]] = {}
    for job in jobs:
        if job.key not in refused:
            alike.setdefault(tuple(sorted(job.values)), []).append(job)

    def send(jobs: Sequence[Job]) -> None:
        made.update(_loaded(session, jobs))

    for group in alike.values():
        refused |= each(group, send, RefusedError, wording.told)
    session.codes.made(made)
    return made, refused


def _loaded(session: Session, jobs: Sequence[Job]) -> Made:
    fields = session.catalog.fields(TEMPLATES.model)
    rows = [{"id": external_id(job.key), **_as_text(job.values, fields)} for job in jobs]
    header, data = list(rows[0]), [list(row.values()) for row in rows]
    answer = session.call(TEMPLATES.model, "load", fields=header, data=data, writes=True)
    if not answer["ids"]:
        raise not_loaded("Odoo", f"{TEMPLATES.model}.load", answer)
    return dict(zip((job.key for job in jobs), answer["ids"], strict=True))


def _as_text(values: Values, fields: Mapping[str, FieldInfo]) -> dict[str, str]:
    """Give values as `load` takes them, as text: records by their ids in the database."""
    found: dict[str, str] = {}
    for name, value in sorted(values.items()):
        kind = fields[name]["type"]
        if kind == "boolean":
            found[name] = "1" if value else "0"
        elif kind in {"many2one", "many2many"}:
            found[f"{name}/.id"] = _ids(value)
        else:
            found[name] = "" if value is False else str(value)
    return found


def _ids(value: Any) -> str:
    """Give the ids in a many2one, or in the command that replaces a list: `[[6, 0, ids]]`."""
    return ",".join(map(str, value[0][2])) if isinstance(value, list) else str(value or "")


class TemplateLoading(Loading):
    """Writes templates."""

    def _created(self, new: Sequence[Change]) -> tuple[Made, Refused]:
        refused = {one.key: wording.lacking(TEMPLATES.noun[0]) for one in new if self._lacks_name(one)}
        made, problems = create(
            self._session, [Job(one.key, self._given(one, None)) for one in new if one.key not in refused]
        )
        return made, refused | problems
