"""Temporary files that may have no room."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pimflow import FlowError, said


@contextmanager
def room() -> Iterator[None]:
    """Turn what the disk says against a temporary file into a FlowError in words."""
    try:
        yield
    except OSError as error:
        raise FlowError(
            said(
                "media files cannot be put aside on this machine. Make room in the folder for temporary files, or name "
                "another in the environment variable TMPDIR (TEMP on Windows)"
            ),
            detail=f"{error.strerror}: {error.filename or tempfile.gettempdir()}",
        ) from error
