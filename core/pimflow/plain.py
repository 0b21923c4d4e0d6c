"""JSON of whatever product data holds: no value of a source may stop its being remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson


def to_json(value: Any, option: int = 0) -> bytes:
    """Give JSON; what it cannot express becomes text. `option` adds orjson's own."""
    option |= orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(value, default=_expressed, option=option)
    except TypeError:  # a number beyond 64 bits, or text that is no Unicode: rare, so looked for only then
        return orjson.dumps(_plain(value), default=_expressed, option=option)


def as_json(value: Any) -> Any:
    """Give a value in the form that it has after it was kept as JSON."""
    return orjson.loads(to_json(value))


def _expressed(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


usual_json = partial(orjson.dumps, default=_expressed, option=orjson.OPT_SORT_KEYS)
"""Gives sorted JSON as `to_json` does, of what needs nothing special; raises TypeError for all else."""


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
