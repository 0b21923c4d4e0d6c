"""Watches for what a component leaves behind: threads, open files, and secrets in what it says."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loguru import logger

_OPEN_FILES = Path("/proc/self/fd")
_PATIENCE = 2.0
"""Seconds that a thread may take to end after it was told to, and a file or socket to be closed by it."""


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Collect every line that is logged meanwhile, by loguru or by standard logging, at any level."""
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level=0, format="{level} {message} {extra}", diagnose=False)
    handler = logging.Handler(0)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(0)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        logger.remove(sink)


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Fail when threads or files are still open at the end that were not at the beginning."""
    gc.collect()
    threads, files = set(threading.enumerate()), _open_files()
    yield
    gc.collect()
    left = _once_gone(lambda: [thread.name for thread in threading.enumerate() if thread not in threads])
    assert not left, f"threads still run after closing: {', '.join(left)}"
    opened = _once_gone(lambda: [target for name, target in _open_files().items() if files.get(name) != target])
    assert not opened, f"still open after closing: {', '.join(opened)}"


def _once_gone(look: Callable[[], list[str]]) -> list[str]:
    """Give what is still seen when patience has ended; a server may take a moment to close its end of a call."""
    end = time.monotonic() + _PATIENCE
    while (left := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def _open_files() -> dict[str, str]:
    if not _OPEN_FILES.is_dir():
        return {}
    found = {}
    for link in _OPEN_FILES.iterdir():
        try:
            found[link.name] = str(link.readlink())
        except OSError:  # the descriptor of this very listing
            continue
    return found


def assert_silent(secrets: Iterable[str], *said: str) -> None:
    """Fail when one of the secrets occurs in what was said; the failure does not repeat it."""
    for number, secret in enumerate(secrets, 1):
        places = [text.replace(secret, "*****") for text in said if secret and secret in text]
        assert not places, f"secret number {number} is told in: {places[0][:300]}"
