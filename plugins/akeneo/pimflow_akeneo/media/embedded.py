"""Media files inside cells: base64 text, data URLs, bytes. No I/O."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from urllib.parse import unquote_to_bytes

import filetype

_UNKNOWN = ""


def from_base64(text: str | bytes) -> bytes:
    """Decode base64 text, of either alphabet, with or without line breaks and padding. Raises ValueError."""
    plain = b"".join((text.encode() if isinstance(text, str) else text).split())
    plain = plain.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def from_data_url(url: str) -> tuple[bytes, str]:
    """Give content and type of `data:TYPE[;base64],CONTENT`. Raises ValueError."""
    head, comma, body = url.partition(",")
    if not comma:
        raise ValueError("no comma")
    kind, *options = head.removeprefix("data:").split(";")
    content = unquote_to_bytes(body)
    return (from_base64(content) if "base64" in options else content), kind.strip().lower()


def extension_for(start: bytes, kind: str = _UNKNOWN) -> str:
    """Give the extension of a file by how it begins, else by its type; empty where neither tells."""
    found: str | None = filetype.guess_extension(start)
    return found or (mimetypes.guess_extension(kind) or "").removeprefix(".")
