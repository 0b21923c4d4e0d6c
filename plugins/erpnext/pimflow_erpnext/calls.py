"""Writes, many documents a call.

A call that creates stores all or nothing, and goes in halves where ERPNext refuses it; one that updates stores the good
ones and names the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from pimflow import AccessError, Problem, said
from pimflow_erp.jobs import Job, each
from pimflow_erpnext import refusals, rights
from pimflow_erpnext.answers import TITLE, TOO_LARGE, RefusedError, raised
from pimflow_erpnext.catalog import folded
from pimflow_erpnext.session import Session


def create(session: Session, doctype: str, jobs: Sequence[Job]) -> dict[str, Problem]:
    """Create documents; give those that ERPNext refused. Raises RemoteError where items get other codes there."""

    def send(some: Sequence[Job]) -> None:
        documents = [{"doctype": doctype, **job.values} for job in some]
        names = session.method("frappe.client.insert_many", {"docs": documents}, repeatable=False)
        if doctype == "Item" and {folded(str(name)) for name in names} != {folded(job.key) for job in some}:
            raise rights.names_by_series()

    return each(jobs, send, RefusedError, refusals.told)


def update(session: Session, doctype: str, jobs: Sequence[Job]) -> dict[str, str]:
    """Update documents, whose names are in `docname`; give the tracebacks of those that ERPNext refused, by key.

    Raises AccessError where the user may not.
    """
    if not jobs:
        return {}
    traces = _traces(session, doctype, jobs)
    told = dict(map(raised, traces.values()))
    if refusals.FORBIDDEN in told:
        raise AccessError(
            said(
                "The user of the API key may not change {doctype} in {title}. Give the user a role that may, under "
                "User > Roles, such as `Item Manager`.",
                doctype=doctype,
                title=TITLE,
            ),
            detail=told[refusals.FORBIDDEN],
        )
    return traces


def _traces(session: Session, doctype: str, jobs: Sequence[Job]) -> dict[str, str]:
    documents = [{"doctype": doctype, **job.values} for job in jobs]
    try:
        found = session.method("frappe.client.bulk_update", {"docs": orjson.dumps(documents).decode()}, repeatable=True)
    except RefusedError as error:
        if error.type != TOO_LARGE:
            raise
        if len(jobs) == 1:
            return {jobs[0].key: f"{error.type}: {error.said}"}
        middle = len(jobs) // 2
        return _traces(session, doctype, jobs[:middle]) | _traces(session, doctype, jobs[middle:])
    told = [(one["doc"], str(one["exc"])) for one in (found or {}).get("failed_docs") or ()]
    failed = {doc.get("docname") or doc.get("name"): trace for doc, trace in told}  # older versions give the document
    return {job.key: failed[job.values["docname"]] for job in jobs if job.values["docname"] in failed}
