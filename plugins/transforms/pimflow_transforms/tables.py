"""Lookup tables kept in a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pimflow import ConfigError, Known, said
from pimflow_transforms.options import positions
from pimflow_transforms.values import is_empty


def load_table(path: Path, key: str | None = None, value: str | None = None) -> Mapping[str, str]:
    """Read a table from a UTF-8 CSV file with a header; its first two columns, unless `key` and `value` name others.

    Raises ConfigError when the file cannot be read, has no such column, or gives one key two values.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            rows = csv.reader(file, delimiter=max(";,\t|", key=first.count), strict=True)
            header = next(rows, [])
            key_at, value_at = _columns(path, header, key, value)
            return _pairs(path, ((rows.line_num, row[key_at], row[value_at]) for row in rows if any(row)))
    except (OSError, csv.Error, UnicodeDecodeError, IndexError) as error:
        raise ConfigError(f"table {path.name} cannot be read: {error}") from error


def _columns(path: Path, header: list[str], key: str | None, value: str | None) -> list[int]:
    names = [name.strip() for name in header]
    if len(names) < 2:
        raise ConfigError(f"table {path.name} needs a header and two columns: the value found, and what it becomes")
    if key is None and value is None and len(names) > 2:
        raise ConfigError(f"table {path.name} has {len(names)} columns: say which under `key:` and `value:`")
    return positions([key or names[0], value or names[1]], names, f"table {path.name}: ")


def _pairs(path: Path, lines: Iterable[tuple[int, str, str]]) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for number, key, value in lines:
        if table.setdefault(key, value) != value:
            raise ConfigError(f"table {path.name}, line {number}: {key!r} has two values, {table[key]!r} and {value!r}")
    return table


def known_values(values: Iterable[Any], origin: str) -> tuple[Known, ...]:
    """Give the values that a column can have by what stands there, each once; an empty one is none."""
    found = {repr(value): Known(value, origin) for value in values if not is_empty(value)}
    return tuple(found.values())


def of_table(path: Path | None) -> str:
    """Name a table as the origin of values."""
    return said("the table {name}", name=path.name) if path else ""
