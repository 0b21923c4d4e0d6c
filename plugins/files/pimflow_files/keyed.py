"""Files in which each record names its own values: which columns they have together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pimflow import Header, RemoteError, said


def keys_of(file: Path, records: Iterable[Mapping[str, Any]]) -> Header:
    """Give all keys that occur, in the order in which they appear. Raises RemoteError when there are none."""
    keys: dict[str, None] = {}
    for record in records:
        keys |= dict.fromkeys(record)
    if not keys:
        raise RemoteError(
            said("{file} holds no record. Name its keys under `columns:` if that may be.", file=file.name)
        )
    return tuple(keys)
