"""Pictures of products: files of a folder. Odoo takes them inside the record."""

from __future__ import annotations

import base64
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pimflow_erp.codecs import Codec
from pimflow_odoo.places import IMAGE, Place

_LARGEST = 20 * 1024 * 1024


def place(folder: Path) -> Place:
    """Give where the column `image` is written: the name of a file in the folder."""
    return Place(IMAGE, "image_1920", Codec(partial(_named, folder)), "Image")


def content(folder: Path, value: str) -> str:
    """Give the file that a value names, in base64."""
    return base64.b64encode((folder / value.rpartition(" ")[0]).read_bytes()).decode()


def _named(folder: Path, cell: Any) -> str:
    """Give the file's name and a hash of its content: Odoo may keep other bytes than it gets, which tell no change."""
    path = folder / str(cell).strip()
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError("and there is no such file in the folder of pictures")
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"and the file is larger than {_LARGEST // 1024 // 1024} MB")
    return f"{path.relative_to(folder)} {blake2b(path.read_bytes(), digest_size=16).hexdigest()}"
