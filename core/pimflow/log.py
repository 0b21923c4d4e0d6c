"""Logging, configured here and nowhere else: warnings on the console, everything of a run in one JSON-lines file.

Secrets are replaced before a record is formatted: in the message, in bound values and in the text of exceptions.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

import orjson
from loguru import logger

from pimflow.errors import PimflowError
from pimflow.model import Problem
from pimflow.plain import to_json
from pimflow.sentences import Said, masked

if TYPE_CHECKING:
    from loguru import Message, Record

MASK = "********"
Mask = Callable[[Any], Any]
SHORTEST = 4
"""Values below this length are no secrets, and masking them would garble the rest."""


def masker(secrets: Iterable[str]) -> Mask:
    """Give a function that replaces these secrets in a text, or in the texts of a mapping or list.

    A secret is also found as it stands in addresses and between quotes.
    """
    long = [secret for secret in secrets if len(secret) >= SHORTEST]
    written = {form for secret in long for form in (secret, quote(secret, safe=""), repr(secret)[1:-1])}
    hidden = sorted(written, key=len, reverse=True)

    def mask(value: Any) -> Any:
        if isinstance(value, Said):
            return masked(value, mask)
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
    logger.add(_to_console, level=level, format=_console_line, colorize=sys.stderr.isatty())
    logging.basicConfig(handlers=[_FromStandardLogging()], level=logging.WARNING, force=True)


def _to_console(message: Message) -> None:
    """Write to standard error. Where that is closed, loguru would print the whole record, secrets and all."""
    with suppress(OSError, ValueError):
        sys.stderr.write(message)


def _console_line(_record: Record) -> str:
    """Leave tracebacks to the log: a format given as text would add them."""
    return "<level>{level: <8}</level> {message}\n"


def masked_problem(problem: Problem, mask: Mask) -> Problem:
    """Give a problem without secrets in its texts: what a plugin failed with may hold some."""
    texts = {name: mask(getattr(problem, name)) for name in ("reason", "remedy", "detail", "effect")}
    return replace(problem, **texts)


@contextmanager
def run_log(path: Path, secrets: Iterable[str]) -> Iterator[None]:
    """Write one JSON object a line to `path` while a run goes on. Masks the console as well."""
    mask = masker(secrets)
    with _opened(path) as file:
        full = False

        def write(message: Message) -> None:
            nonlocal full
            if full:
                return
            try:
                file.write(to_json(_entry(message.record, mask), orjson.OPT_APPEND_NEWLINE))
            except OSError as error:  # a run does not depend on its log
                full = True
                _warn(f"the log {path} cannot be written any further: {error.strerror}. The run goes on without it")

        handler = logger.add(write, level="DEBUG", format="{message}", catch=False)
        logger.configure(patcher=lambda record: _mask_message(record, mask))
        try:
            yield
        finally:
            logger.configure(patcher=lambda _: None)
            logger.remove(handler)


@contextmanager
def server_log(path: Path, mask: Mask, days: int, largest: int = 10_000_000) -> Iterator[None]:
    """Write one JSON object a line to `path` while a server runs. Masks the console as well.

    Each day, and behind `largest` bytes, the file is put aside and a new one begun; those older than `days` go.
    """

    def line(record: Record) -> str:
        record["extra"] = {"line": to_json(_entry(record, mask)).decode()}
        return "{extra[line]}\n"

    try:
        handler = logger.add(
            path,
            level="INFO",
            format=line,
            rotation=partial(_is_over, largest),
            retention=timedelta(days=days),
            catch=True,
        )
    except OSError as error:
        raise PimflowError(f"the log {path} cannot be written: {error.strerror}. Nothing was started") from None
    logger.configure(patcher=lambda record: _mask_message(record, mask))
    try:
        yield
    finally:
        logger.configure(patcher=lambda _: None)
        logger.remove(handler)


def _is_over(largest: int, message: Message, file: TextIO) -> bool:
    known, now = os.fstat(file.fileno()), message.record["time"]
    is_of_today = datetime.fromtimestamp(known.st_mtime, now.tzinfo).date() >= now.date()
    return known.st_size > 0 and (not is_of_today or known.st_size + len(message) > largest)


def _opened(path: Path) -> FileIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab", buffering=0)  # what cannot be written is known at once, and a killed run leaves all
    except OSError as error:
        raise PimflowError(f"the log {path} cannot be written: {error.strerror}. Nothing was run") from None


def _warn(text: str) -> None:
    """Warn from within a log, where loguru takes no other message."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"WARNING  {text}\n")


def _mask_message(record: Record, mask: Mask) -> None:
    record["message"] = mask(record["message"])


def _entry(record: Record, mask: Mask) -> dict[str, Any]:
    entry = {
        "time": record["time"].isoformat(),
        "level": record["level"].name,
        "logger": record["name"],
        "message": mask(record["message"]),
        **mask(orjson.loads(to_json(record["extra"]))),
    }
    error = record["exception"]
    if error is not None and error.type is not None:
        entry["exception"] = mask("".join(traceback.format_exception(error.type, error.value, error.traceback)))
    return entry


class _FromStandardLogging(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in {"WARNING", "ERROR", "CRITICAL"} else "DEBUG"
        logger.opt(depth=6, exception=record.exc_info).log(level, record.getMessage())
