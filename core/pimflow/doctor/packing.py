"""Writes a zip whose entries come piece by piece."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pimflow.errors import ConfigError, Mistake

Entry = tuple[str, Iterable[bytes]]
"""Name of a file in the zip, and its content."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of a zip and its size."""

    name: str
    size: int


def write_zip(file: Path, entries: Iterable[Entry], made: datetime, *, force: bool) -> list[Packed]:
    """Write a zip as a whole or not at all, readable by its owner only. Raises ConfigError where one is there."""
    check_free(file, force=force)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as opened:
            part.chmod(0o600)
            packed = _pack(opened, entries, made)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except OSError as error:
        told = f"cannot be written: {error.strerror or error}. Name another place that has room"
        raise ConfigError(Mistake(told, str(file))) from None
    finally:
        part.unlink(missing_ok=True)
    return packed


def check_free(file: Path, *, force: bool) -> None:
    """Raise ConfigError where a file may not be written."""
    if file.is_dir():
        raise ConfigError(Mistake("is a folder; name the file to write, such as support.zip", str(file)))
    if file.exists() and not force:
        raise ConfigError(Mistake("is there already; name another file, or add `--force` to overwrite it", str(file)))


def _pack(opened: IO[bytes], entries: Iterable[Entry], made: datetime) -> list[Packed]:
    packed: list[Packed] = []
    taken: set[str] = set()
    stamp = made.timetuple()[:6]
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        for wanted, content in entries:
            name = wanted if wanted not in taken else f"{wanted}.{len(taken)}"
            taken.add(name)
            info = zipfile.ZipInfo(name, (max(stamp[0], 1980), *stamp[1:]))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            size = 0
            with archive.open(info, "w", force_zip64=True) as entry:
                for piece in content:
                    size += entry.write(piece)
            packed.append(Packed(name, size))
    return packed
