"""Pictures out of a folder: a cell names a file in it."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pimflow import said
from pimflow_erp.codecs import Codec

_LARGEST = 20 * 1024 * 1024


def codec(folder: Path) -> Codec:
    """Make the codec of a picture: its value is the file's name and a hash of its content, which tells a change.

    ERPs may keep other bytes than they get, which would tell none.
    """
    return Codec(partial(_named, folder))


def path_of(folder: Path, value: str) -> Path:
    """Give the file that a value of the codec names."""
    return folder / value.rpartition(" ")[0]


def _named(folder: Path, cell: Any) -> str:
    path = folder / str(cell).strip()
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError(said("and there is no such file in the folder of pictures"))
    if path.stat().st_size > _LARGEST:
        raise ValueError(said("and the file is larger than {number} MB", number=_LARGEST // 1024 // 1024))
    return f"{path.relative_to(folder)} {blake2b(path.read_bytes(), digest_size=16).hexdigest()}"
