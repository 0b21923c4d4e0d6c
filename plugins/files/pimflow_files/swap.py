"""A file that is written beside its target and takes its place only when it is complete."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from pimflow import AccessError, said
from pimflow_files.local import told_by_system

_LONGEST_RUN = timedelta(days=1)
_BLOCK = 1 << 16


class SwapFile:
    """Collects bytes in a hidden file in the folder of `target`; readers of `target` never see half a file.

    Those of runs that were killed are removed when they are a day older than `now`: younger ones may still be written.
    """

    def __init__(self, target: Path, mark: str, now: datetime) -> None:
        self._target = target.resolve()
        self._part = self._target.with_name(f".{self._target.name}.{mark}.part")
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._remove_left((now - _LONGEST_RUN).timestamp())
            self._file = self._part.open("wb")
        except OSError as error:
            raise _not_writable(target, error) from error

    def _remove_left(self, before: float) -> None:
        for left in self._part.parent.glob(f".{escape(self._target.name)}.*.part"):
            with suppress(FileNotFoundError):  # another run may remove it at the same time
                if left.stat().st_mtime < before:
                    left.unlink()

    @property
    def closed(self) -> bool:
        """Tell whether it is closed."""
        return self._file.closed

    def write(self, content: bytes) -> None:
        """Append. Raises AccessError where the disk is full or the folder is gone."""
        try:
            self._file.write(content)
        except OSError as error:
            raise _not_writable(self._target, error) from error

    def close(self, *, keep: bool) -> bool:
        """Put the content in place of the target, unless it is the same or `keep` is False; tell whether it was put.

        Closing twice is fine.
        """
        if self._file.closed:
            return False
        try:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
            changed = keep and not self._is_target()
            if changed:
                self._take_place()
        except OSError as error:
            raise _not_writable(self._target, error) from error
        finally:
            self._part.unlink(missing_ok=True)
        return changed

    def _is_target(self) -> bool:
        return self._target.exists() and _is_same(self._part, self._target)

    def _take_place(self) -> None:
        if self._target.exists():
            shutil.copymode(self._target, self._part)
        self._part.replace(self._target)


def _is_same(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same. filecmp reads 8 KB at a time, which takes as long as writing them."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb", buffering=0) as ours, other.open("rb", buffering=0) as theirs:
        while block := ours.read(_BLOCK):
            if block != theirs.read(_BLOCK):
                return False
    return True


def _not_writable(path: Path, error: OSError) -> AccessError:
    message = said("{file} cannot be written: {why}.", file=path.name, why=told_by_system(error))
    return AccessError(message, detail=f"{path}: {error}")
