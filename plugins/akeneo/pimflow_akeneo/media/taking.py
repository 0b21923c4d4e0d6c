"""Cells of pictures and files -> what a payload holds: a code of the PIM, or content that is to be uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pimflow import Memory, ProblemKind, RowProblem, said
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.media import embedded
from pimflow_akeneo.media.content import CODE, Content, clean_name, digest_of, extension_of, most_bytes
from pimflow_akeneo.media.local import Folder, Found, OutsideError
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.media.origins import ADDRESS, COPY, FILE, Origin, Origins
from pimflow_akeneo.media.temporary import room
from pimflow_akeneo.media.web import Web, shown
from pimflow_akeneo.model import Attribute

UPLOADED = "media"
"""The name in a run's memory under which codes of uploaded files are kept, by `Content.key`."""

_MEGABYTE = 1_000_000
_START = 300
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Taken:
    """A content that was found, and where; no `origin` where it was in the cell and the PIM has it."""

    content: Content
    size: int
    origin: Origin | None


class Taking:
    """Finds the content of cells. Safe for several threads; `close` removes what was downloaded."""

    def __init__(self, options: MediaOptions, memory: Memory, *, dry: bool) -> None:
        self.origins = Origins()
        self.web = Web(options, memory, self.origins.new_file)
        self._options = options
        self._memory = memory
        self._dry = dry
        self._folder = Folder(options.folder, memory)

    def take(self, cell: Any, column: ValueColumn, key: str) -> str:
        """Give a code or the text of a content; `key` names the record for files without a name. Raises RowProblem."""
        try:
            written = cell if isinstance(cell, bytes) else str(cell).strip()
            return self._take(written, column, key)
        except RowProblem as bad:
            told = replace(bad.problem, field=column.name, value=_shown(cell))
            raise RowProblem.of(told) from None

    def take_all(
        self, cells: Mapping[str, Any], columns: Mapping[str, ValueColumn], key: str
    ) -> dict[str, str | RowProblem]:
        """Take several cells of one record, those behind addresses at once."""

        def one(name: str) -> str | RowProblem:
            try:
                return self.take(cells[name], columns[name], key)
            except RowProblem as bad:
                return bad

        several = sum(is_address(cell) for cell in cells.values()) > 1
        if not several:
            return {name: one(name) for name in cells}
        with ThreadPoolExecutor(self._options.parallel, thread_name_prefix="pimflow-media") as pool:
            return dict(zip(cells, pool.map(one, cells), strict=True))

    def release(self, contents: Iterable[Content]) -> None:
        """Remove copies that are not uploaded now and can be downloaded again."""
        for content in contents:
            self.origins.release(content.key)

    def size(self, key: str) -> int:
        """Give the bytes of a content that is a file of this machine; 0 for one that is not."""
        origin = self.origins.find(key)
        path = Path(origin.place) if origin is not None and origin.kind != ADDRESS else None
        return path.stat().st_size if path is not None and path.exists() else 0

    def fetch_again(self, url: str) -> Path:
        """Download a file whose content is needed although it did not change. Raises RowProblem."""
        found = self.web.fetch(url, most=int(self._options.max_megabytes * _MEGABYTE), again=True)
        assert found.path is not None  # `again` always has one
        return found.path

    def close(self) -> None:
        """Forget what was met, and remove what was downloaded."""
        self.web.close()
        self.origins.close()

    def _take(self, written: str | bytes, column: ValueColumn, key: str) -> str:
        find = self._way(written, column)
        if find is None:
            return str(written)
        taken = find(column, key)
        check(taken.content.name, taken.size, column.attribute)
        if taken.origin is not None:
            self.origins.note(taken.content.key, taken.origin)
        return str(taken.content)

    def _way(self, written: str | bytes, column: ValueColumn) -> Callable[[ValueColumn, str], _Taken] | None:
        """Tell how the content of a cell is found; None for a code of the PIM."""
        if isinstance(written, str) and written[:5].lower() == "data:":
            return lambda column, key: self._embedded(written, column, key)
        if {column.name, column.attribute.code} & set(self._options.base64):
            return lambda column, key: self._base64(written, column, key)
        if isinstance(written, bytes):
            return lambda column, key: self._copied(written, "", column, key)
        if is_address(written):
            return lambda column, _key: self._downloaded(written, column)
        if CODE.fullmatch(written) and not self._folder.has(written):
            return None
        return lambda _column, _key: self._local(written)

    def _local(self, written: str) -> _Taken:
        try:
            path = self._folder.path(written)
            found = self._found(path)
        except OutsideError:
            reason = said("which lies outside the folder of the media files")
            remedy = said(
                "Give a path below {folder}; your administrator can have another folder taken.",
                folder=str(self._folder.root),
            )
            detail = "`media: {folder: …}` names the folder"
            raise RowProblem(None, None, reason, kind=ProblemKind.PERMISSION, remedy=remedy, detail=detail) from None
        name = clean_name(path.name)
        return _Taken(Content(found.digest, name), found.size, Origin(FILE, str(path)))

    def _found(self, path: Path) -> Found:
        try:
            return self._folder.find(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            reason = said("there is no such file")
        except IsADirectoryError:
            reason = said("this is a folder, not a file")
        except OSError as error:
            reason = said("the file cannot be read: {why}", why=str(error.strerror))
        remedy = said("Put it below {folder}, or correct the path at the source.", folder=str(self._folder.root))
        raise RowProblem(None, None, reason, kind=ProblemKind.MISSING, remedy=remedy) from None

    def _downloaded(self, url: str, column: ValueColumn) -> _Taken:
        limit = int(self._options.max_megabytes * _MEGABYTE)
        found = self.web.fetch(url, most=min(limit, most_bytes(column.attribute.max_file_size) or limit))
        content = Content(found.about.digest, found.about.name)
        if found.path is None:
            return _Taken(content, found.about.size, Origin(ADDRESS, url))
        if column.attribute.kind == "image" and content.extension in {"html", "htm", "xhtml"}:
            found.path.unlink()
            reason = said("the address gives a web page, not a picture")
            raise RowProblem(None, None, reason, remedy=said("Give the address of the picture itself."))
        return _Taken(content, found.about.size, self._kept(content, found.path, url))

    def _kept(self, content: Content, path: Path, url: str) -> Origin:
        """Keep a downloaded copy until it is uploaded; what the PIM has already is not uploaded."""
        if self._needs(content):
            return Origin(COPY, str(path), url)
        path.unlink()
        return Origin(ADDRESS, url)

    def _needs(self, content: Content) -> bool:
        """Tell whether the bytes of a content will be asked for: a plan uploads nothing."""
        return not self._dry and not self._memory.get(UPLOADED, [content.key])

    def _embedded(self, url: str, column: ValueColumn, key: str) -> _Taken:
        try:
            content, kind = embedded.from_data_url(url)
        except ValueError:
            raise _broken(said("which is no data URL: it has no content that can be read")) from None
        return self._copied(content, kind, column, key)

    def _base64(self, text: str | bytes, column: ValueColumn, key: str) -> _Taken:
        try:
            return self._copied(embedded.from_base64(text), "", column, key)
        except ValueError:
            raise _broken(said("which is no base64 text")) from None

    def _copied(self, content: bytes, kind: str, column: ValueColumn, key: str) -> _Taken:
        extension = embedded.extension_for(content[:_START], kind)
        name = clean_name("-".join([key.replace("/", "_").replace("\\", "_"), column.whole]))
        found = Content(digest_of([content]), f"{name}.{extension}" if extension else name)
        if not self._needs(found):
            return _Taken(found, len(content), None)
        path = self.origins.new_file()
        with room():
            path.write_bytes(content)
        return _Taken(found, len(content), Origin(COPY, str(path)))


def is_address(cell: Any) -> bool:
    """Tell whether a cell is an address of the web."""
    return isinstance(cell, str) and cell.strip()[:8].lower().startswith(("http://", "https://"))


def check(name: str, size: int, attribute: Attribute) -> None:
    """Hold a file against the limits of its attribute. Raises RowProblem, without field and value."""
    allowed = [one.lower() for one in attribute.allowed_extensions]
    extension = extension_of(name)
    if allowed and extension not in allowed:
        types = ", ".join(allowed)
        reason = said("this is a file without extension, and the PIM takes {types} here", types=types)
        if extension:
            reason = said(
                "this is a file of type '{type}', and the PIM takes {types} here", type=extension, types=types
            )
        raise RowProblem(None, None, reason, remedy=said("Give a file of one of these types."))
    most = most_bytes(attribute.max_file_size)
    if most is not None and size > most:
        reason = said(
            "the file has {size:.2f} MB, and the PIM takes {most:g} MB here",
            size=size / _MEGABYTE,
            most=most / _MEGABYTE,
        )
        remedy = said("Give a smaller one, or have the limit of the attribute raised in the PIM.")
        raise RowProblem(None, None, reason, kind=ProblemKind.TOO_LARGE, remedy=remedy)


def _broken(reason: str) -> RowProblem:
    return RowProblem(None, None, reason, remedy=said("Correct it at the source."))


def _shown(cell: Any) -> str:
    """Give what a report may show of a cell: no secrets of an address, not a whole picture."""
    if is_address(cell):
        return shown(cell.strip())
    if isinstance(cell, bytes):
        return said("{number} bytes", number=len(cell))
    text = str(cell)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
