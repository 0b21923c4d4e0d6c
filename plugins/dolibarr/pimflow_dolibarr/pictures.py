"""Pictures of products: files that Dolibarr gives to those who log in only, so that a folder holds them here."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from loguru import logger

from pimflow_dolibarr.answers import RefusedError
from pimflow_dolibarr.session import Session
from pimflow_erp import pictures
from pimflow_erp.codecs import Codec

_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp"})


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder with the pictures that were fetched, each below the reference of its product."""

    folder: Path

    def files(self, session: Session, product: int) -> list[str]:
        """Give the pictures of a product, in their order there, as paths in the folder; fetch those that changed."""
        found = session.listed("documents", modulepart="product", id=product)
        pictures = [one for one in found if PurePosixPath(one["relativename"]).suffix.lower() in _ENDINGS]
        pictures.sort(key=lambda one: (int(one.get("position") or 0), one["relativename"]))
        return [path for one in pictures if (path := self._file(session, one))]

    def _file(self, session: Session, one: Mapping[str, Any]) -> str | None:
        path = f"{one['level1name']}/{one['relativename']}"
        target = self.folder / path
        if not target.resolve().is_relative_to(self.folder.resolve()):
            logger.warning("picture {} of Dolibarr would lie outside of the folder, and was left out", path)
            return None
        date = int(one["date"])
        if not _is_same(target, int(one["size"]), date) and not _fetch(session, path, target, date):
            return None
        return path


def _is_same(target: Path, size: int, date: int) -> bool:
    try:
        about = target.stat()
    except OSError:
        return False
    return (about.st_size, int(about.st_mtime)) == (size, date)


def _fetch(session: Session, path: str, target: Path, date: int) -> bool:
    """Fetch one file; one that was taken away in this moment is none."""
    try:
        answer = session.get("documents/download", modulepart="product", original_file=path)
    except RefusedError as error:
        if error.status == 404:
            return False
        raise
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.write_bytes(b64decode(answer["content"]))
    os.utime(unfinished, (date, date))
    unfinished.replace(target)
    return True


@dataclass(frozen=True, slots=True)
class Uploads:
    """A folder with pictures to send: `image` names a file in it."""

    folder: Path

    @property
    def codec(self) -> Codec:
        """Give the file's name and a hash of its content, which tells a change."""
        return pictures.codec(self.folder)

    def send(self, session: Session, ref: str, value: str) -> None:
        """Put a file beside the others of a product, or in the place of one of the same name."""
        path = pictures.path_of(self.folder, value)
        body = {"filename": path.name, "modulepart": "product", "ref": ref, "fileencoding": "base64"}
        content = b64encode(path.read_bytes()).decode()
        session.write("POST", "documents/upload", {**body, "filecontent": content, "overwriteifexists": 1})
