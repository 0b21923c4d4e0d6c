"""Files of the PIM into a folder, while records are read: several at once, rows in order, each file once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from pimflow import BadValue, FlowError, Problem, ProblemKind, RemoteError, Who, said
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.media.places import file_name, place, record_folder
from pimflow_akeneo.media.shelf import Kept, Shelf, part_of, shelf
from pimflow_akeneo.session import Session

_AT_ONCE = 4
_AHEAD = 50
_NOT_HAD = frozenset({403, 404, 422})
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a cell needs: where it goes, what lies there, and its download; none where another row has it."""

    column: str
    record: str
    place: str
    name: str
    code: str
    before: Kept | None
    download: Future[Problem | None] | None

    @property
    def path(self) -> str:
        return f"{self.place}/{self.name}"


def downloaded(
    session: Session, folder: Path, kind: Kind, columns: Sequence[ValueColumn], rows: Iterable[Cells]
) -> Iterator[Cells]:
    """Put paths below `folder` in place of the codes in these columns. Raises FlowError where the PIM fails.

    A file that the PIM does not have any more is a `BadValue`. What the folder has from an earlier read is not fetched
    again; a file of ours goes when its value is emptied or replaced. Files of records that were deleted stay.
    """
    try:
        with shelf(folder) as opened, ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pimflow-media") as pool:
            reading = _Reading(session, opened, kind, columns, pool)
            try:
                yield from reading.rows(rows)
            finally:
                pool.shutdown(cancel_futures=True)
    except OSError as error:
        raise RemoteError(
            said(
                "The folder {folder} for media files cannot be written: {why}. Check the disk and its rights.",
                folder=str(folder),
                why=str(error.strerror),
            )
        ) from error


class _Reading:
    def __init__(
        self, session: Session, opened: Shelf, kind: Kind, columns: Sequence[ValueColumn], pool: ThreadPoolExecutor
    ) -> None:
        self._session = session
        self._shelf = opened
        self._kind = kind
        self._columns = {column.name: column for column in columns}
        self._pool = pool
        self._under_way: set[str] = set()

    def rows(self, rows: Iterable[Cells]) -> Iterator[Cells]:
        """Begin the downloads of rows to come while those before are waited for."""
        ahead: deque[tuple[Cells, list[_File]]] = deque()
        for cells in rows:
            ahead.append((cells, self._begun(cells)))
            if len(ahead) >= _AHEAD:
                yield self._finished(*ahead.popleft())
        while ahead:
            yield self._finished(*ahead.popleft())

    def _begun(self, cells: Cells) -> list[_File]:
        key = cells.get("identifier" if self._kind.has_identifier else self._kind.key)
        record = record_folder(self._kind, key, cells.get("uuid"))
        there = self._shelf.of_record(record)
        found = []
        for name, column in self._columns.items():
            where = place(record, column)
            code, before = cells.get(name), there.get(where)
            if code is not None:
                found.append(self._file(name, record, where, code, before))
            elif before is not None:
                self._shelf.remove(before)
        return found

    def _file(self, column: str, record: str, where: str, code: str, before: Kept | None) -> _File:
        name = file_name(code)
        file = _File(column, record, where, name, code, before, None)
        target = self._shelf.folder / file.path
        if (before is not None and before.code == code) or code in self._under_way:
            return file
        if self._shelf.copy(code, target):
            self._shelf.put(record, where, name, code, before)
            return replace(file, before=Kept(where, name, code, target.stat().st_size))
        self._under_way.add(code)
        return replace(file, download=self._pool.submit(download, self._session, code, target))

    def _finished(self, cells: Cells, files: Iterable[_File]) -> Cells:
        return {**cells, **{file.column: self._cell(file) for file in files}}

    def _cell(self, file: _File) -> str | BadValue:
        if file.before is not None and file.before.code == file.code:
            return file.path
        target = self._shelf.folder / file.path
        if file.download is not None:
            problem = file.download.result()
            self._under_way.discard(file.code)
        else:  # a row before this one had the same code
            copied = self._shelf.copy(file.code, target)
            problem = None if copied else download(self._session, file.code, target)
        if problem is not None:
            return BadValue(replace(problem, field=file.column))
        self._shelf.put(file.record, file.place, file.name, file.code, file.before)
        return file.path


def download(session: Session, code: str, target: Path) -> Problem | None:
    """Download one file; it has its name only when it is complete. Gives what is wrong where the PIM has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target)

    def receive(response: httpx.Response) -> None:
        with part.open("wb") as file:
            for chunk in response.iter_bytes():
                file.write(chunk)

    path = f"media-files/{quote(code, safe='/')}/download"
    try:
        response = session.call("GET", path, receive=receive, handled=_NOT_HAD)
    except FlowError:
        part.unlink(missing_ok=True)
        raise
    if response.is_success:
        part.replace(target)
        return None
    return Problem(
        said("the PIM does not give this file"),
        ProblemKind.MISSING,
        value=code,
        remedy=said("Upload the file in the PIM again, or ask the administrator whether it is missing in its storage."),
        who=Who.PRODUCT_MANAGER,
        detail=f"{response.status_code} {response.text[:200]}",
    )
