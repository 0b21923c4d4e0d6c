"""JSON of whatever product data holds: no value of a source may stop its being remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from pimflow.sentences import Said, expressed


def to_json(value: Any, option: int = 0) -> bytes:
    """Give JSON; what it cannot express becomes text. `option` adds orjson's own."""
    option |= orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(value, default=_expressed, option=option)
    except TypeError:  # a number beyond 64 bits, or text that is no Unicode: rare, so looked for only then
        return orjson.dumps(_plain(value), default=_expressed, option=option)


def to_kept_json(value: Any) -> bytes:
    """Give JSON that remembers how sentences are made, which `understood` in `pimflow.sentences` makes again."""
    try:
        return orjson.dumps(value, default=_kept, option=_KEEPING)
    except TypeError:
        return orjson.dumps(_plain(value, _remembered), default=_kept, option=_KEEPING)


def as_json(value: Any) -> Any:
    """Give a value in the form that it has after it was kept as JSON."""
    return orjson.loads(to_json(value))


def _expressed(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


_KEEPING = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def _kept(value: Any) -> Any:
    """Give what orjson does not express; texts, numbers and mappings of a kind of their own are what they are."""
    if isinstance(value, Said):
        return expressed(value)
    usual = next((kind for kind in (str, int, dict, list) if isinstance(value, kind)), None)
    return _expressed(value) if usual is None else usual(value)


usual_json = partial(orjson.dumps, default=_expressed, option=orjson.OPT_SORT_KEYS)
"""Gives sorted JSON as `to_json` does, of what needs nothing special; raises TypeError for all else."""


def _as_text(value: str) -> Any:
    return value.encode("utf-8", "backslashreplace").decode()


def _remembered(value: str) -> Any:
    return _plain(expressed(value), _remembered) if isinstance(value, Said) else _as_text(value)


def _plain(value: Any, text: Callable[[str], Any] = _as_text) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, Mapping):
        return {
            _as_text(key) if isinstance(key, str) else _plain(key): _plain(item, text) for key, item in value.items()
        }
    return [_plain(item, text) for item in value] if isinstance(value, list | tuple) else value
