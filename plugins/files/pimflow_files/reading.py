"""What all sources of files share: which files are read, and how their rows become one table.

petl, and what takes files out of drop folders, is loaded where something is read.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from pimflow import BadValue, FlowError, Header, OutputPath, RemoteError, Row, Source, Use, Window, said, said_by
from pimflow_files.connection import FilesConnection
from pimflow_files.drop import Drop, Order
from pimflow_files.folders import Folder, LocalFolder, chosen, is_pattern
from pimflow_files.local import BadFileError, OutOfReachError
from pimflow_files.pieces import in_pieces

if TYPE_CHECKING:
    import petl

    from pimflow_files.taking import DropFolder


def _located(value: Any, beside: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Path:
    """See that a file of this machine is there before anything runs, save where files come and go."""
    if info.data.get("connection"):
        return Path(value)
    path: Path = beside(value)
    if info.data.get("drop") is None and not is_pattern(str(path)) and not path.exists():
        msg = f"file {str(path)!r} does not exist"
        raise ValueError(msg)
    return path


SourcePath = Annotated[OutputPath, WrapValidator(_located)]
"""A file, or a pattern of files, which holds the records themselves; a relative path starts as all do."""


class FileSource(Source):
    """Reads one file, all files that fit a pattern as one table, or those that come into a drop folder."""

    same_columns: ClassVar[bool] = True
    """Whether each of several files has to have all columns."""

    connection: Use[FilesConnection] = Field(
        "",  # type: ignore[arg-type]  # none
        description="Connection to the server where the files are; this machine when left out.",
    )
    drop: Drop | None = Field(None, description="How files are taken that others put here, each once.")
    order: Order = Field("name", description="Order in which several files are read: by `name` or `time` of change.")
    path: SourcePath = Field(description="The file to read, or a pattern such as `in/*.csv`.")

    @property
    def title(self) -> str:
        """The file's name, that of its folder for a pattern."""
        folder = self.path.parent.name if is_pattern(str(self.path)) else ""
        return self.path.name if folder in {"", ".."} else folder

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)

    def ready(self, session: Folder | None, now: datetime) -> str | None:
        """Say that nothing has ever come into a drop folder. Raises RemoteError where a file is overdue."""
        return self._dropped(session).ready(now) if self.drop else None

    def window(self, session: Folder | None, cursor: str | None) -> Window:
        """Take the files of a drop folder that are complete; all others are read as they are when their turn comes."""
        return self._dropped(session).window(cursor) if self.drop else Window()

    def done(self, session: Folder | None, window: Window, error: FlowError | None) -> Sequence[str]:
        """Put files of a drop folder away."""
        return self._dropped(session).put_away(window, error) if self.drop else ()

    def extract(self, session: Folder | None, window: Window) -> petl.Table:
        """Give the rows of all files, one after the other, under the columns of the first.

        Raises RemoteError, BadFileError where a file itself is at fault; `rows` tells more.
        """
        from pimflow import ChunkedTable
        from pimflow_files.taking import Taken

        folder = session or LocalFolder()
        if self.drop is None:
            paths = [found.path for found in sorted(chosen(folder, str(self.path)), key=self._place)]
            return ChunkedTable(lambda: self._chunks(folder, paths))
        taken = Taken.of(window) if window.partition else self._dropped(session).at_hand()
        if not taken.read:
            only_header = self._dropped(session).at_hand().read
            return ChunkedTable(lambda: _first(self._chunks(folder, only_header)))
        newest_first = taken.read[::-1]
        return ChunkedTable(lambda: self._chunks(folder, newest_first))

    def keys(self, file: Path) -> Header:  # noqa: ARG002 - a table tells its columns itself
        """Give the columns that occur in a file, for formats in which each record names its own."""
        return ()

    def rows(self, file: Path, header: Header) -> Generator[Row, None, None]:
        """Read one file of this machine: the header first, which is `header` unless that is empty.

        Raises RemoteError where the file cannot be read on.
        """
        raise NotImplementedError

    def chunks(self, file: Path, header: Header) -> Generator[Sequence[Row], None, None]:
        """Give the same in lists, of which the first is the header alone; for formats that have them at hand."""
        return in_pieces(self.rows(file, header))

    def _place(self, found: Any) -> tuple[Any, ...]:
        return (found.modified, found.path) if self.order == "time" else (found.path,)

    def _dropped(self, session: Folder | None) -> DropFolder:
        from pimflow_files.taking import DropFolder

        assert self.drop is not None
        return DropFolder(session or LocalFolder(), str(self.path), self.order, self.drop)

    def _chunks(self, folder: Folder, paths: Sequence[str]) -> Generator[Sequence[Row], None, None]:
        with ExitStack() as fetched:
            files = [(path, fetched.enter_context(folder.fetched(path))) for path in paths]
            header = self._keys(files)
            if header:
                yield [header]
            later = _Later(self.drop.key if self.drop and len(paths) > 1 else None)
            for path, file in files:
                with _fault_of(path), closing(self._of_file(file, header)) as chunks:
                    names = tuple(next(chunks)[0])
                    if not header:
                        header = names
                        yield [header]
                    yield from later.without(_reordered(chunks, file, names, header), header)

    def _keys(self, files: Sequence[tuple[str, Path]]) -> Header:
        """Give the columns of all files together; none where the first file tells them."""
        if self.same_columns:
            return ()
        keys: dict[str, None] = {}
        for path, file in files:
            with _fault_of(path):
                keys |= dict.fromkeys(self.keys(file))
        return tuple(keys)

    def _of_file(self, file: Path, header: Header) -> Generator[Sequence[Row], None, None]:
        number = -1
        with closing(self.chunks(file, () if self.same_columns else header)) as chunks:
            for number, chunk in enumerate(chunks):  # noqa: B007 - counted
                yield chunk
        if number == 0 and self.drop and self.drop.empty == "problem":
            raise RemoteError(said("{file} holds no record. Ask the ERP team whether the export ran", file=file.name))


class _Later:
    """Leaves out what a newer file has told already; within one file, twins stay for the flow to tell."""

    def __init__(self, key: str | None) -> None:
        self._key = key
        self._told: set[str] = set()

    def without(self, chunks: Iterator[Sequence[Row]], header: Header) -> Iterator[Sequence[Row]]:
        """Give the rows whose key no newer file has."""
        if self._key is None:
            yield from chunks
            return
        if self._key not in header:
            raise RemoteError(said("the file has no column {name!r}, which `drop: {{key: …}}` names", name=self._key))
        at = header.index(self._key)
        here: set[str] = set()
        for chunk in chunks:
            keys = [None if isinstance(row[at], BadValue) else str(row[at]) for row in chunk]
            left = [row for row, key in zip(chunk, keys, strict=True) if key not in self._told]
            here.update(key for key in keys if key is not None)
            if left:
                yield left
        self._told |= here


def _reordered(chunks: Iterator[Sequence[Row]], file: Path, names: Header, header: Header) -> Iterator[Sequence[Row]]:
    if names == header:
        yield from chunks
        return
    if set(names) != set(header):
        odd = ", ".join(sorted(set(names) ^ set(header))[:5])
        raise RemoteError(
            said(
                "{file} has not the same columns as the file before it: {names}. Export all files alike",
                file=file.name,
                names=odd,
            )
        )
    places = [names.index(name) for name in header]
    for chunk in chunks:
        yield [[row[at] for at in places] for row in chunk]


def _first(chunks: Generator[Sequence[Row], None, None]) -> Generator[Sequence[Row], None, None]:
    with closing(chunks):
        yield next(chunks)


@contextmanager
def _fault_of(path: str) -> Iterator[None]:
    """Say of which file it is that something is wrong with what it holds."""
    try:
        yield
    except (OutOfReachError, BadFileError):
        raise
    except RemoteError as error:
        raise BadFileError(said_by(error), path=path, detail=error.detail) from error
