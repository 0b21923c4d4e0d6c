"""Keeps what libraries log to itself: they tell addresses in full, and addresses hold passwords and tokens."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

_LIBRARIES = ("apprise", "urllib3", "httpx", "httpcore")
_BETWEEN = re.compile(r"[/:@?&=,#]+")
_SHORTEST = 4
"""Shorter parts are no secrets, and masking them would garble the rest."""


class _Collecting(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect the lines that the libraries log meanwhile; nobody else gets them."""
    lines: list[str] = []
    handler = _Collecting(lines)
    loggers = [logging.getLogger(name) for name in _LIBRARIES]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    try:
        yield lines
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate


def parts_of(*addresses: str) -> set[str]:
    """Give the parts of addresses between the signs that part them, also as they are meant: `%40` is `@`."""
    written = {part for address in addresses for part in (address, *_BETWEEN.split(address))}
    return {form for part in written for form in (part, unquote(part)) if len(form) >= _SHORTEST}


def private_parts(addresses: Iterable[str], public: str) -> set[str]:
    """Give the parts of addresses that do not stand in the form which may be shown."""
    return parts_of(*addresses) - parts_of(public)
