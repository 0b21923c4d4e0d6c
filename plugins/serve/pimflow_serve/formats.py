"""How numbers, moments and spans of time are written for people, in their language.

Moments are in the time of this machine; a browser in another time zone writes them anew, in its own (pimflow.js).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup, escape

_NAMED = re.compile("`([^`]+)`")
_UNKNOWN = "\N{EN DASH}"
_NO_TIME = Markup("&ndash;")


def number(value: float | None, language: str) -> str:
    """Write a number: `12,345`; an en dash for one that is not known."""
    return _UNKNOWN if value is None else str(format_decimal(value, locale=language))


def moment(value: datetime | str | None) -> datetime | None:
    """Give a moment that the state may keep as text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if value else None
    return value


def when(value: datetime | str | None, now: datetime, language: str) -> Markup:
    """Write a moment in the time of this machine, short: `14:15`, `Mon 14:15`, `3 Nov 2025, 14:15`."""
    at = moment(value)
    if at is None:
        return _NO_TIME
    local, today = at.astimezone(), now.astimezone()
    clock = format_time(local, "HH:mm", locale=language)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        text = clock
    elif days < 7:
        text = f"{format_date(local.date(), 'EEE', locale=language)} {clock}"
    else:
        skeleton = "MMMd" if local.year == today.year else "yMMMd"
        text = f"{format_skeleton(skeleton, local, locale=language)}, {clock}"
    whole = format_datetime(local, "full", locale=language)
    return Markup('<time datetime="{}" title="{}" data-when="short">{}</time>').format(at.isoformat(), whole, text)


def ago(value: datetime | str | None, now: datetime, language: str) -> Markup:
    """Write how far away a moment is: `5 minutes ago`, `in 2 hours`."""
    at = moment(value)
    if at is None:
        return _NO_TIME
    text = format_timedelta(at - now, add_direction=True, locale=language)
    whole = format_datetime(at.astimezone(), "full", locale=language)
    return Markup('<time datetime="{}" title="{}" data-when="ago">{}</time>').format(at.isoformat(), whole, text)


def duration(seconds: float | timedelta | None, language: str) -> str:
    """Write how long something takes: `45 sec`, `2 min`, `1.5 hr`."""
    if seconds is None:
        return _UNKNOWN
    span = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if span < 90:
        return str(format_unit(max(1, round(span)), "duration-second", "short", locale=language))
    if span < 5400:
        return str(format_unit(round(span / 60), "duration-minute", "short", locale=language))
    return str(format_unit(round(span / 3600, 1), "duration-hour", "short", locale=language))


def told(sentence: str) -> Markup:
    """Write a sentence of pimflow's: what stands between backticks is a name in a file, or a command."""
    return Markup(_NAMED.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704  # nosec B704 - what it holds is escaped
