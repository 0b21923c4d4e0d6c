"""Pictures of variants: files of a folder, sent one a call because of their size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pimflow import Change, Problem, said
from pimflow_erp import pictures
from pimflow_tryton.calls import told
from pimflow_tryton.catalog import Catalog
from pimflow_tryton.existing import Target
from pimflow_tryton.places import IMAGE, PRODUCT, Place
from pimflow_tryton.session import Record, RefusedError, Session

_MODEL = "product.image"


def with_pictures(target: Target, folder: Path) -> Target:
    """Let a target take the column `image`: the name of a file in the folder."""
    return replace(target, place=partial(_place, target, folder))


def send(session: Session, folder: Path, changes: Sequence[Change], there: Mapping[str, Record]) -> dict[str, Problem]:
    """Write the first picture of each variant anew, or take it away; give the changes that Tryton refused."""
    refused: dict[str, Problem] = {}
    for change in changes:
        if IMAGE in change.payload:
            try:
                _send(session, folder, change.payload[IMAGE], there[change.key])
            except RefusedError as error:
                refused[change.key] = told(error)
    return refused


def _send(session: Session, folder: Path, value: str | None, record: Record) -> None:
    first = min(record["images."], key=lambda one: (one["sequence"] is None, one["sequence"], one["id"]), default=None)
    if value is None:
        if first is not None:
            session.call(f"{_MODEL}.delete", [first["id"]], writes=True)
        return
    content = {"image": pictures.path_of(folder, value).read_bytes()}
    if first is not None:
        session.call(f"{_MODEL}.write", [first["id"]], content, writes=True)
    else:
        parts = {"template": record["template."]["id"], "product": record["id"], "sequence": 1}
        session.call(f"{_MODEL}.create", [{**parts, **content}], writes=True)


def _place(target: Target, folder: Path, column: str, catalog: Catalog, own_language: str) -> Place | None:
    if column != IMAGE:
        return target.place(column, catalog, own_language)
    if "images" not in catalog.fields(PRODUCT):
        return None
    return Place(IMAGE, IMAGE, PRODUCT, pictures.codec(folder), ("images.sequence",), lambda _: None, said("Image"))
