"""When a schedule is due: its times are those of its time zone, also in the nights in which clocks are changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from heapq import merge
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

from pimflow.configuration.times import latest_until, times_after
from pimflow.configuration.timetable import Timetable

_LOOKED_AT = timedelta(days=8)
_TOLERANCE = timedelta(hours=2)
"""A run may take so long, and begin so much later, before people are told that none ended."""


def zone_of(timetable: Timetable) -> tzinfo:
    """Give the time zone in which a schedule is meant: that of this machine where it names none."""
    return ZoneInfo(timetable.time_zone) if timetable.time_zone else get_localzone()


def kept_as(timetable: Timetable, kind: str) -> str:
    """Give the times of a kind of run as they are remembered, so that other times are seen to be others."""
    return f"{timetable.kinds[kind]} {zone_of(timetable)}"


def next_time(cron: str, moment: datetime, zone: tzinfo) -> datetime | None:
    """Give the first time after a moment, in UTC."""
    found = next(iter(times_after(cron, moment.astimezone(zone))), None)
    return found.astimezone(UTC) if found else None


def due_time(cron: str, moment: datetime, zone: tzinfo) -> datetime | None:
    """Give the latest time up to a moment, in UTC."""
    found = latest_until(cron, moment.astimezone(zone))
    return found.astimezone(UTC) if found else None


def gap(timetable: Timetable, moment: datetime) -> timedelta:
    """Give the longest time between two runs by a schedule, and what a run may take on top of it."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    crons = tuple(timetable.kinds.values())
    return _gap(crons, hour.astimezone(zone_of(timetable)).replace(hour=0)) + _TOLERANCE


@lru_cache(maxsize=256)
def _gap(crons: tuple[str, ...], begin: datetime) -> timedelta:
    """Look at a week; where a schedule is rarer than that, at the time until it comes twice."""
    times: Iterable[datetime] = merge(*(times_after(cron, begin) for cron in crons))
    utc = (one.astimezone(UTC) for one in times)
    first = next(utc)
    second = next(utc)
    within = takewhile(lambda one: one - first <= _LOOKED_AT, utc)
    return max(later - earlier for earlier, later in pairwise([first, second, *within]))
