"""CSV files that people edit in a spreadsheet: read with their line numbers, and replaced in one step."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pimflow.errors import ConfigError, Mistake

DELIMITERS = ";,\t"
"""What may stand between cells; the first is written."""


def csv_lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the lines of a CSV file with their numbers, the header first. Raises ConfigError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            delimiter = _most_frequent(opened.readline())
            opened.seek(0)
            rows = csv.reader(opened, delimiter=delimiter, strict=True)
            for row in rows:
                yield rows.line_num, row
    except UnicodeDecodeError:
        raise ConfigError(Mistake("is not UTF-8 text; in Excel, save it as 'CSV UTF-8'", str(file))) from None
    except OSError as error:
        raise ConfigError(Mistake(f"cannot be read: {error.strerror}", str(file))) from None
    except csv.Error as error:
        raise ConfigError(Mistake(f"is no CSV file: {error}", str(file), rows.line_num)) from None


def delimiter_of(file: Path) -> str:
    """Give what stands between the cells of a CSV file: what its first line has most often."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return _most_frequent(opened.readline())


def _most_frequent(line: str) -> str:
    return max(DELIMITERS, key=line.count)


@contextmanager
def replaced(file: Path) -> Iterator[Path]:
    """Give a file beside this one, which takes its place in one step when it is complete. Raises ConfigError."""
    beside = file.with_name(f".{os.getpid()}.{file.name}")
    try:
        yield beside
        beside.replace(file)
    except OSError as error:
        raise ConfigError(Mistake(f"cannot be written: {error.strerror}. Nothing was changed", str(file))) from None
    finally:
        beside.unlink(missing_ok=True)
