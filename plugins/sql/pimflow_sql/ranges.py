"""Ranges of a key, by which a read is cut into parts: written as text into a window, and read again. No I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from pimflow import ConfigError

_READ: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "str": str,
    "Decimal": Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "UUID": UUID,
}
"""How bounds are read, by the names of their types; `str` writes all of them."""


@dataclass(frozen=True)
class Range:
    """Keys from `low` on, up to `high`, which does not belong to it; None where it has no such end."""

    low: Any = None
    high: Any = None


EVERY = Range()


def written(keys: Range) -> str:
    """Write a range. Raises ConfigError for a key that is neither a number, a text, a time nor a UUID."""
    return orjson.dumps([_bound(keys.low), _bound(keys.high)]).decode()


def read(text: str | None) -> Range:
    """Read a range; one without ends where there is no text."""
    low, high = orjson.loads(text) if text else (None, None)
    return Range(*(None if bound is None else _READ[bound[0]](bound[1]) for bound in (low, high)))


def between(bounds: Sequence[Any]) -> list[Range]:
    """Give the ranges that bounds cut all keys into. They are in the order of keys; some may be equal."""
    ends = [None, *dict.fromkeys(bounds), None]
    return [Range(low, high) for low, high in pairwise(ends)]


def _bound(key: Any) -> tuple[str, str] | None:
    kind = type(key).__name__
    if key is None or kind in _READ:
        return None if key is None else (kind, str(key))
    raise ConfigError(
        f"partitions: the key holds values of type {kind}, by which no ranges are cut. Name a column of numbers, texts "
        "or times under `page_by`, or leave `partitions` out."
    )
