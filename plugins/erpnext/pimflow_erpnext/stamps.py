"""Stamps of documents: naive times in the time zone of the site, to the microsecond. No calls.

They are compared by the site alone, and never with another clock.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORM = "%Y-%m-%d %H:%M:%S.%f"
_HOUR = dt.timedelta(hours=1)
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?")


def text(moment: dt.datetime) -> str:
    """Write a stamp as the site does."""
    return moment.strftime(_FORM)


def parsed(stamp: str) -> dt.datetime:
    """Read a stamp as the site writes it."""
    return dt.datetime.fromisoformat(stamp)


def is_stamp(text_: str) -> bool:
    """Tell whether this is a stamp as the site writes it, and not the name of a document."""
    return bool(_WRITTEN.fullmatch(text_))


def here(moment: dt.datetime, zone: str) -> dt.datetime:
    """Give a moment as the site would stamp it; a naive one is a stamp already."""
    found = _zone(zone)
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(found or dt.UTC).replace(tzinfo=None) - (dt.timedelta() if found else 24 * _HOUR)


def before(stamp: dt.datetime, overlap: dt.timedelta, zone: str) -> dt.datetime:
    """Give the stamp from which changes are read again.

    In the hour that comes twice in autumn a later document can have an earlier stamp: then that hour is read again too.
    So it is at any time where this machine does not know the time zone.
    """
    found = _zone(zone)
    if found is None:
        return stamp - overlap - _HOUR
    first, second = (stamp.replace(tzinfo=found, fold=fold).utcoffset() or dt.timedelta() for fold in (0, 1))
    return stamp - overlap - max(first - second, dt.timedelta())


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
