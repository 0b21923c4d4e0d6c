"""Pictures of variants: files of a folder, sent one a call because of their size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pimflow import Change, Problem
from pimflow_erp.codecs import Codec
from pimflow_tryton.calls import told
from pimflow_tryton.catalog import Catalog
from pimflow_tryton.existing import Target
from pimflow_tryton.places import IMAGE, PRODUCT, Place
from pimflow_tryton.session import Record, RefusedError, Session

_LARGEST = 20 * 1024 * 1024
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
    content = {"image": (folder / value.rpartition(" ")[0]).read_bytes()}
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
    codec = Codec(partial(_named, folder))
    return Place(IMAGE, IMAGE, PRODUCT, codec, ("images.sequence",), lambda _: None, "Image")


def _named(folder: Path, cell: Any) -> str:
    """Give the file's name and a hash of its content: Tryton keeps other bytes than it gets, which tell no change."""
    path = folder / str(cell).strip()
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError("and there is no such file in the folder of pictures")
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"and the file is larger than {_LARGEST // 1024 // 1024} MB")
    return f"{path.relative_to(folder)} {blake2b(path.read_bytes(), digest_size=16).hexdigest()}"
