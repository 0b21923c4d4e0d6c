"""The project that is served: its pipelines as their files are now, or as they were when they last had no mistakes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pimflow.answer_table import table_of
from pimflow.assemble import Assembly, assemble
from pimflow.configuration.loading import PROJECT_FILE, keep_texts, load_pipeline
from pimflow.doctor.project import pipeline_files
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry


@dataclass(frozen=True, slots=True)
class Served:
    """One pipeline file. `assembly` is what it says, or said before it had `mistakes`; None if it always had some.

    `kept` is the folder where its text lies as it was then.
    """

    name: str
    file: Path
    assembly: Assembly | None
    mistakes: tuple[str, ...] = ()
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    stamps: Mapping[Path, int]
    served: Served


@dataclass
class Project:
    """A folder with pipelines, in one of its environments. May be asked from any thread."""

    root: Path
    environment: str | None = None
    _read: dict[Path, _Read] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def pipelines(self) -> dict[str, Served]:
        """Give all pipelines by name; a file is read anew when it, or the project file, has changed."""
        with self._lock:
            files = list(pipeline_files(self.root))
            self._read = {file: self._current(file) for file in files}
            return {one.served.name: one.served for one in self._read.values()}

    def forget(self) -> None:
        """Read all files anew when somebody asks next: what they name may have changed, as a password in a file."""
        with self._lock:
            self._read = {file: _Read({}, one.served) for file, one in self._read.items()}

    def known(self) -> list[Served]:
        """Give the pipelines as they were read last; waits for nobody, and looks at no file."""
        return [one.served for one in self._read.values()]

    def pipeline(self, name: str) -> Served | None:
        """Give the pipeline of this name."""
        return self.pipelines().get(name)

    def _current(self, file: Path) -> _Read:
        before = self._read.get(file)
        stamps = self._stamps(file, before.served if before else None)
        if before is not None and before.stamps == stamps:
            return before
        served = self._served(file, before.served if before else None)
        return _Read(self._stamps(file, served), served)

    def _stamps(self, file: Path, served: Served | None) -> dict[Path, int]:
        """Tell when the files that say what a pipeline is were changed."""
        beside = [self.root / PROJECT_FILE, *([table_of(self.root, served.name)] if served else [])]
        return {path: path.stat().st_mtime_ns for path in (file, *beside) if path.is_file()}

    def _served(self, file: Path, before: Served | None) -> Served:
        kept = self.root / ".pimflow" / (self.environment or "") / "last_good" / file.stem
        try:
            assembly = assemble(load_pipeline(file, self.environment), create_registry())
        except ConfigError as error:
            mistakes = tuple(str(mistake).replace(f"{self.root}{os.sep}", "") for mistake in error.mistakes)
            last = self._last_good(file, kept)
            name = last.pipeline.name if last else before.name if before else file.stem
            return Served(name, file, last, mistakes, kept)
        with suppress(OSError):  # then there is nothing to go back to
            keep_texts(file, kept)
        return Served(assembly.pipeline.name, file, assembly)

    def _last_good(self, file: Path, kept: Path) -> Assembly | None:
        """Give what a file said when it last had no mistakes, also before the server began."""
        if not (kept / file.name).is_file():
            return None
        try:
            return assemble(load_pipeline(file, self.environment, kept), create_registry())
        except ConfigError:  # what it goes by has changed since: its plugins, its variables, its answers
            return None
