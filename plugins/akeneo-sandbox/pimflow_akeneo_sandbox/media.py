"""Media files: the code that the PIM gives to an upload, and what it tells about it."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import uuid4


@dataclass(frozen=True)
class MediaFile:
    """An uploaded file with its bytes."""

    code: str
    original_filename: str
    mime_type: str
    content: bytes

    @property
    def extension(self) -> str:
        """Without the dot, as sent."""
        return PurePosixPath(self.original_filename).suffix.lstrip(".")


MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def mime_type_of(filename: str, content: bytes) -> str:
    """Return the type that the content tells, else that of the name; text under the name of an image stays text."""
    for start, kind in MAGIC:
        if content.startswith(start):
            return kind
    guessed = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    if content and guessed.startswith("image/") and guessed in {kind for _, kind in MAGIC}:
        return "text/plain" if _is_text(content) else "application/octet-stream"
    return guessed


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def media_file(filename: str, content: bytes, code: str | None = None) -> MediaFile:
    """Return a file under a fresh code such as `6/2/e/3/62e376…_name.png`: every upload has its own."""
    safe = re.sub(r"[^A-Za-z0-9.]", "_", filename)[-100:]
    digest = hashlib.sha1(uuid4().bytes + content, usedforsecurity=False).hexdigest()
    found = code or f"{'/'.join(digest[:4])}/{digest}_{safe}"
    return MediaFile(found, filename, mime_type_of(filename, content), content)
