"""Content of a media file: how a payload names it, and under which name the PIM gets it. No I/O."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Self

MEDIA = frozenset({"image", "file"})
"""The types of attributes whose values are media files, without their prefix."""

CODE = re.compile(r"\w/\w/\w/\w/[^/]+")
"""A code as the PIM gives it to an upload: `f/2/e/6/f2e6…_manual.pdf`."""

_PREFIX = "media"
BEGINNING = f"{_PREFIX}:"
"""How the text of a payload begins that names a content."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 100
_MEGABYTE, _KILOBYTE, _KILOBYTES = 1_000_000, 1_000, 1024


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, named by their blake2b-16 in hex digits, and the name under which they are uploaded."""

    digest: str
    name: str

    def __str__(self) -> str:
        return f"{_PREFIX}:{self.digest}:{self.name}"

    @classmethod
    def of(cls, value: object) -> Self | None:
        """Read the text of a payload; None for anything else, such as a code of the PIM."""
        if not isinstance(value, str) or not value.startswith(BEGINNING):
            return None
        parts = value.split(":", 2)
        return cls(parts[1], parts[2]) if len(parts) == 3 else None

    @property
    def extension(self) -> str:
        """In lower case, without the dot."""
        return extension_of(self.name)

    @property
    def key(self) -> str:
        """What an uploaded file is remembered by: the PIM checks the extension, so equal bytes are not enough."""
        return f"{self.digest}.{self.extension}"


def digest_of(chunks: Iterable[bytes]) -> str:
    """Give the name of some bytes."""
    found = hashlib.blake2b(digest_size=16)
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def extension_of(name: str) -> str:
    """Give what follows the last dot, in lower case: the PIM does not look further."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def clean_name(name: str) -> str:
    """Make a name that can be uploaded: without folders and control characters, at most 100 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = _CONTROL.sub("", last).replace('"', "_").strip()  # quotes do not survive the form of an upload
    if len(plain) > _LONGEST:
        suffix = PurePosixPath(plain).suffix[:10]
        plain = plain[: _LONGEST - len(suffix)].rstrip() + suffix
    return plain if plain.strip(".") else "file"


def original_name(code: str) -> str:
    """Give the file name that a code of the PIM ends with: all behind the first `_` of its last part."""
    last = code.rpartition("/")[2]
    return last.partition("_")[2] or last


def most_bytes(max_file_size: str | None) -> int | None:
    """Give the size limit of an attribute in bytes; None where it has none.

    The PIM counts whole megabytes as 1,000,000 bytes, others as kilobytes of which it finds 1,024 in each. Source: its
    class FileGuesser.
    """
    try:
        size = Decimal(str(max_file_size or 0))
    except InvalidOperation:
        return None
    if size <= 0:
        return None
    return int(size) * _MEGABYTE if size == int(size) else int(size * _KILOBYTES) * _KILOBYTE
