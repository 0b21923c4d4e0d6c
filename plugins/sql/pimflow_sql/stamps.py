"""Values of a cursor column: kept as text, and moved back by the overlap. No I/O.

A column holds moments, days, numbers that grow, or moments as ISO text, which compare as they stand.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

import orjson

from pimflow import RemoteError, said

Stamp = dt.datetime | dt.date | Decimal | str
MINUTES = 10.0
NUMBERS = 1000.0
_AHEAD = dt.timedelta(hours=26)
"""Local times are at most so far ahead of UTC; what is stamped later was stamped by a wrong clock."""


def stamp(value: Any, column: str) -> Stamp:
    """Make a stamp of what the database gave. Raises RemoteError for what cannot tell earlier from later."""
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, str) and _moment(value) is not None:
        return value
    raise RemoteError(
        said(
            "cursor: column {column!r} holds {value!r}, which is neither a time nor a number that grows. Name another "
            "column, or cast it in a `query`.",
            column=column,
            value=str(value)[:40],
        )
    )


def kept(value: Stamp) -> str:
    """Write a stamp."""
    kind = next(name for types, name in _KINDS if isinstance(value, types))
    return orjson.dumps([kind, value.isoformat() if isinstance(value, dt.date) else str(value)]).decode()


def kept_by_hand(moment: dt.datetime) -> str:
    """Write a stamp for a time that a person names; it becomes one of the column's kind by `like`."""
    return orjson.dumps(["moment", moment.astimezone(dt.UTC).isoformat()]).decode()


def read(text: str | None) -> Stamp | None:
    """Read a stamp; None where there is none that can be read."""
    try:
        kind, value = orjson.loads(text or "null")
        if kind == "moment":
            return dt.datetime.fromisoformat(value)
        if kind == "day":
            return dt.date.fromisoformat(value)
        return Decimal(value) if kind == "number" else str(value)
    except (ValueError, TypeError, ArithmeticError):  # a person set it
        return None


def bound(text: str | None) -> dt.date | int | float | str | None:
    """Read a stamp as every driver takes it."""
    value = read(text)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def like(value: Stamp, other: Stamp) -> Stamp | None:
    """Give a stamp in the form of another; None where they have nothing in common. A column without zone holds UTC."""
    if type(value) is type(other) and not isinstance(value, dt.datetime):
        return value
    moment = _moment(value) if isinstance(value, str) else value
    if not isinstance(moment, dt.datetime):
        return None
    if isinstance(other, str):
        return _as_text(_without_zone(moment), other)
    if isinstance(other, dt.datetime):
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC) if other.tzinfo else _without_zone(moment)
    return moment.date() if isinstance(other, dt.date) else None


def before(value: Stamp, overlap: float | None) -> Stamp:
    """Move a stamp back: minutes for moments, whole days for days, and so much for numbers."""
    minutes = MINUTES if overlap is None else overlap
    if isinstance(value, Decimal):
        return value - Decimal(str(NUMBERS if overlap is None else overlap))
    if isinstance(value, str):
        found = _moment(value)
        assert found is not None, "stamp() let it pass"
        return _as_text(found - dt.timedelta(minutes=minutes), value)
    if isinstance(value, dt.datetime):
        return value - dt.timedelta(minutes=minutes)
    return value - dt.timedelta(days=math.ceil(minutes / 1440))


def after(value: Stamp) -> Stamp:
    """Give a stamp just behind this one: the end of a window, which does not belong to it."""
    if isinstance(value, Decimal):
        return value + 1
    if isinstance(value, str):
        found = _moment(value)
        assert found is not None, "stamp() let it pass"
        return _as_text(found + dt.timedelta(seconds=1), value)
    return value + (dt.timedelta(seconds=1) if isinstance(value, dt.datetime) else dt.timedelta(days=1))


def is_earlier(value: Stamp, other: Stamp) -> bool:
    """Tell whether one stamp is before another of the same kind."""
    return bool(value < other)  # type: ignore[operator]


def latest_possible(value: Stamp, now: Any) -> Stamp | None:
    """Give the last stamp that a right clock could have set, where this one is beyond it; `now` is the database's."""
    moment = _moment(now) if isinstance(now, str) else now
    if isinstance(value, Decimal) or not isinstance(moment, dt.datetime):
        return None
    limit = like(_without_zone(moment) + _AHEAD, value)
    return limit if limit is not None and is_earlier(limit, value) else None


_SORTS = re.compile(r"\d{4}-\d\d-\d\d($|[ T])")
_KINDS: tuple[tuple[Any, str], ...] = ((dt.datetime, "moment"), (dt.date, "day"), (Decimal, "number"), (str, "text"))


def _moment(text: str) -> dt.datetime | None:
    """Read a moment in the form that sorts by time: `2026-01-31`, with a time behind it or not."""
    try:
        return dt.datetime.fromisoformat(text) if _SORTS.match(text) else None
    except ValueError:
        return None


def _without_zone(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _as_text(moment: dt.datetime, sample: str) -> str:
    """Write a moment in the form of another text, to the second: a shorter text is the earlier one."""
    if len(sample) <= len("2026-01-31"):
        return moment.strftime("%Y-%m-%d")
    return moment.strftime(f"%Y-%m-%d{sample[10]}%H:%M:%S")
