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


def media_file(filename: str, content: bytes, code: str | None = None) -> MediaFile:
    """A file under a fresh code such as `6/2/e/3/62e376…_name.png`: every upload has its own."""
    safe = re.sub(r"[^A-Za-z0-9.]", "_", filename)[-100:]
    digest = hashlib.sha1(uuid4().bytes + content, usedforsecurity=False).hexdigest()
    mime_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return MediaFile(code or f"{'/'.join(digest[:4])}/{digest}_{safe}", filename, mime_type, content)
