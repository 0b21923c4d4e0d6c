"""Where downloaded files lie below their folder: the same for every PIM, and for no two records the same. No I/O.

The layout is that of Akeneo's own exports: `files/IDENTIFIER/ATTRIBUTE[/LOCALE][/CHANNEL]/FILENAME`, for product
models `models/CODE/…`, as a product may have the code of a model.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import quote

from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.kinds import MODELS, Kind
from pimflow_akeneo.media.content import original_name

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST, _KEPT = 180, 120


def record_folder(kind: Kind, key: str | None, uuid: str | None = None) -> str:
    """Give the folder of one record; a product without an identifier has its uuid there."""
    root = "models" if kind is MODELS else "files"
    return f"{root}/{safe(key) if key else f'%uuid-{uuid}'}"


def place(folder: str, column: ValueColumn) -> str:
    """Give the folder of one value of a record; there is one file in it."""
    return "/".join(part for part in (folder, column.attribute.code, column.locale, column.scope) if part)


def file_name(code: str) -> str:
    """Give the name of a downloaded file: the one that it was uploaded with, as the PIM's code has it."""
    return safe(original_name(code))


def safe(text: str) -> str:
    """Write a text so that it names one file or folder on any system; different texts have different names.

    Other characters than letters, digits, blanks and `_.-~` become `%XX` as in addresses; what no name may be, or is
    too long, is marked by a `%` that stands for no character.
    """
    name = quote(text, safe=" ")
    if name[:1] in {".", " "}:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name[-1:] in {".", " "}:
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    if _RESERVED.fullmatch(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if len(name) > _LONGEST:
        name = f"{name[:_KEPT]}%~{blake2b(text.encode(), digest_size=16).hexdigest()}"
    return name or "%~"
