"""The source `akeneo.media_files`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import petl
from pydantic import Field

from pimflow import BadValue, LazyTable, OutputPath, Problem, Source, Use, Window
from pimflow import Field as FieldInfo
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.media.downloading import download
from pimflow_akeneo.media.places import safe
from pimflow_akeneo.session import Session

_PATH = "media-files"
_AT_ONCE, _AHEAD = 4, 50
_FIELDS = (
    FieldInfo("code", "text", "Code"),
    FieldInfo("original_filename", "text", "Original file name"),
    FieldInfo("mime_type", "text", "Type"),
    FieldInfo("size", "number", "Size in bytes"),
    FieldInfo("extension", "text", "Extension"),
)
_FILE = FieldInfo("file", "file", "File")
Item = Mapping[str, Any]


class AkeneoMediaFilesSource(Source):
    """All media files that the PIM keeps for products and product models, also those that no record has any more."""

    type = "akeneo.media_files"

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    media: OutputPath | None = Field(
        None,
        description="Folder to which the files are downloaded, each once; column `file` then holds the path there.",
    )

    def discover(self, session: Session) -> list[FieldInfo]:  # noqa: ARG002 - they are the same everywhere
        """List the columns."""
        return list(self._fields())

    def count(self, session: Session, window: Window) -> int | None:
        """Let the PIM count."""
        if window.keys:
            return len(window.keys)
        found = session.get(_PATH, {"limit": "1", "with_count": "true"}).get("items_count")
        return None if found is None else int(found)

    def extract(self, session: Session, window: Window) -> petl.Table:
        """Give the files page by page."""
        return LazyTable(lambda: self.rows(session, window))

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a file."""
        header = tuple(one.name for one in self._fields())
        yield header
        items: Iterable[Item] = _asked(session, window.keys) if window.keys else session.pages(_PATH, ahead=True)
        if self.media is not None:
            items = _downloaded(session, self.media, items)
        for item in items:
            yield tuple(item.get(name) for name in header)

    def _fields(self) -> tuple[FieldInfo, ...]:
        return _FIELDS if self.media is None else (*_FIELDS, _FILE)


def _asked(session: Session, codes: Iterable[str]) -> Iterator[Item]:
    for code in codes:
        found = session.find(f"{_PATH}/{quote(code, safe='/')}")
        if found is not None:
            yield found


def _downloaded(session: Session, folder: Path, items: Iterable[Item]) -> Iterator[Item]:
    """Add paths below the folder; what lies there stays, as a code never gets other content."""
    ahead: deque[tuple[Item, str, Future[Problem | None] | None]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pimflow-media") as pool:
        try:
            for item in items:
                path = "/".join(safe(part) for part in item["code"].split("/"))
                there = (folder / path).is_file()
                begun = None if there else pool.submit(download, session, item["code"], folder / path)
                ahead.append((item, path, begun))
                if len(ahead) >= _AHEAD:
                    yield _finished(*ahead.popleft())
            while ahead:
                yield _finished(*ahead.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _finished(item: Item, path: str, begun: Future[Problem | None] | None) -> Item:
    problem = begun.result() if begun is not None else None
    return {**item, "file": path if problem is None else BadValue(problem)}
