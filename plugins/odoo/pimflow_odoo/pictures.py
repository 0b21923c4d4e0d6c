"""Pictures of products: files of a folder. Odoo takes them inside the record."""

from __future__ import annotations

import base64
from pathlib import Path

from pimflow import said
from pimflow_erp import pictures
from pimflow_odoo.places import IMAGE, Place


def place(folder: Path) -> Place:
    """Give where the column `image` is written: the name of a file in the folder."""
    return Place(IMAGE, "image_1920", pictures.codec(folder), said("Image"))


def content(folder: Path, value: str) -> str:
    """Give the file that a value names, in base64."""
    return base64.b64encode(pictures.path_of(folder, value).read_bytes()).decode()
