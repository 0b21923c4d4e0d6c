"""Pictures out of a folder: uploaded as files of the site, then named in the item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pimflow import Change, Problem, said
from pimflow_erp import pictures
from pimflow_erp.jobs import Job
from pimflow_erpnext import calls, refusals
from pimflow_erpnext.answers import RefusedError
from pimflow_erpnext.catalog import Catalog
from pimflow_erpnext.existing import Target
from pimflow_erpnext.places import IMAGE, Place
from pimflow_erpnext.session import Record, Session


def with_pictures(target: Target, folder: Path) -> Target:
    """Let the column `image` of a target be the name of a file in the folder."""
    return replace(target, place=partial(_place, target, folder))


def send(session: Session, folder: Path, changes: Sequence[Change], there: Mapping[str, Record]) -> dict[str, Problem]:
    """Upload the pictures of items and name them there; give the items whose picture ERPNext refused."""
    refused: dict[str, Problem] = {}
    jobs = []
    for change in changes:
        try:
            path = _uploaded(session, folder, change.payload[IMAGE], there[change.key]["name"])
        except RefusedError as error:
            refused[change.key] = refusals.told(error)
        else:
            jobs.append(Job(change.key, {"docname": there[change.key]["name"], IMAGE: path}))
    traces = calls.update(session, "Item", jobs)
    return refused | {key: refusals.of_trace(trace) for key, trace in traces.items()}


def _uploaded(session: Session, folder: Path, value: str | None, item: str) -> str | None:
    if value is None:
        return None
    path = pictures.path_of(folder, value)
    answer = session.ask(
        "POST",
        "/api/method/upload_file",
        repeatable=True,
        data={"is_private": "0", "doctype": "Item", "docname": item, "fieldname": IMAGE},
        files={"file": (path.name, path.read_bytes())},
    )
    return str(answer["message"]["file_url"])


def _place(target: Target, folder: Path, column: str, catalog: Catalog) -> Place | None:
    if column != IMAGE:
        return target.place(column, catalog)
    return Place(IMAGE, IMAGE, pictures.codec(folder), lambda _: None, said("Image"), apart=True)
