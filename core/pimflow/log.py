"""Logging, configured here and nowhere else: warnings on the console, everything of a run in one JSON-lines file.

Secrets are replaced before a record is formatted: in the message, in bound values and in the text of exceptions.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from loguru import logger

from pimflow.plain import to_json

if TYPE_CHECKING:
    from loguru import Message, Record

MASK = "********"
_SHORTEST = 4
"""Values below this length are no secrets, and masking them would garble the rest."""


def masker(secrets: Iterable[str]) -> Callable[[Any], Any]:
    """Give a function that replaces these secrets in a text, or in the texts of a mapping or list."""
    hidden = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            for secret in hidden:
                value = value.replace(secret, MASK)
            return value
        if isinstance(value, dict):
            return {key: mask(item) for key, item in value.items()}
        return [mask(item) for item in value] if isinstance(value, list | tuple) else value

    return mask


def configure_console(level: str = "WARNING") -> None:
    """Send what is worth a look while working to standard error, and standard logging into the same stream."""
    logger.remove()
    logger.add(sys.stderr, level=level, format="<level>{level: <8}</level> {message}", backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[_FromStandardLogging()], level=logging.WARNING, force=True)


@contextmanager
def run_log(path: Path, secrets: Iterable[str]) -> Iterator[None]:
    """Write one JSON object a line to `path` while a run goes on. Masks the console as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = masker(secrets)
    with path.open("ab") as file:

        def write(message: Message) -> None:
            file.write(to_json(mask(_entry(message.record)), orjson.OPT_APPEND_NEWLINE))

        handler = logger.add(write, level="DEBUG", format="{message}", catch=False)
        logger.configure(patcher=lambda record: _mask_record(record, mask))
        try:
            yield
        finally:
            logger.configure(patcher=lambda _: None)
            logger.remove(handler)


def _entry(record: Record) -> dict[str, Any]:
    entry = {
        "time": record["time"].isoformat(),
        "level": record["level"].name,
        "logger": record["name"],
        "message": record["message"],
        **record["extra"],
    }
    error = record["exception"]
    if error is not None and error.type is not None:
        entry["exception"] = "".join(traceback.format_exception(error.type, error.value, error.traceback))
    return entry


def _mask_record(record: Record, mask: Callable[[Any], Any]) -> None:
    record["message"] = mask(record["message"])
    record["extra"] = mask(record["extra"])
    error = record["exception"]
    if error is not None and error.value is not None:
        error.value.args = tuple(mask(list(error.value.args)))


class _FromStandardLogging(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in {"WARNING", "ERROR", "CRITICAL"} else "DEBUG"
        logger.opt(depth=6, exception=record.exc_info).log(level, record.getMessage())
