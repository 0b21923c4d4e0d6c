"""Values in Tryton's JSON -> Python's, and back. No I/O."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

_MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def decoded(value: Any) -> Any:
    """Read a value of an answer, with all that is inside. Moments are in UTC; amounts keep their scale."""
    if isinstance(value, list):
        return [decoded(one) for one in value]
    if not isinstance(value, dict):
        return value
    decode = _DECODERS.get(value.get("__class__", ""))
    return decode(value) if decode else {name: decoded(one) for name, one in value.items()}


def encoded(value: Any) -> Any:
    """Write a value as Tryton's JSON has it."""
    if isinstance(value, Mapping):
        return {name: encoded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(one) for one in value]
    encode = _ENCODERS.get(type(value))
    return encode(value) if encode else value


def _moment(value: dt.datetime) -> dict[str, Any]:
    moment = value.astimezone(dt.UTC)
    return {"__class__": "datetime", **{name: getattr(moment, name) for name in _MOMENT}}


_ENCODERS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Decimal: lambda value: {"__class__": "Decimal", "decimal": str(value)},
    bytes: lambda value: {"__class__": "bytes", "base64": base64.b64encode(value).decode()},
    dt.datetime: _moment,
    dt.date: lambda value: {"__class__": "date", "year": value.year, "month": value.month, "day": value.day},
}


def _numbers(value: Mapping[str, Any], *names: str) -> list[int]:
    return [int(value.get(name, 0)) for name in names]


_DECODERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "Decimal": lambda value: Decimal(value["decimal"]),
    "datetime": lambda value: dt.datetime(*_numbers(value, *_MOMENT), tzinfo=dt.UTC),  # type: ignore[misc, arg-type]
    "date": lambda value: dt.date(*_numbers(value, "year", "month", "day")),
    "time": lambda value: dt.time(*_numbers(value, *_MOMENT[3:])).isoformat(),  # type: ignore[arg-type]
    "timedelta": lambda value: float(value["seconds"]),
    "bytes": lambda value: base64.b64decode(value["base64"]),
}
