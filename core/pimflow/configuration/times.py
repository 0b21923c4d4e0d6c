"""What a schedule may say: times, time zones, lengths of time. Loaded where a file has a schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pytimeparse.timeparse import timeparse

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_EVERY = re.compile(r"every (?:(?P<number>\d+) )?(?P<unit>minute|hour)s?")
_AT = re.compile(rf"every (?P<day>day|night|weekday|{'|'.join(_DAYS)}) at (?P<hour>\d\d?):(?P<minute>\d\d)")
_EXPECTED = (
    "five fields as cron has them (*/15 6-20 * * 1-5), or words were expected: every 15 minutes, every 2 hours, "
    "every day at 03:00, every weekday at 18:30, every Sunday at 03:00"
)


def cron_of(text: object) -> str:
    """Give what somebody wrote as the five fields of cron. Raises ValueError, which says what was expected."""
    if not isinstance(text, str):
        raise ValueError(_EXPECTED)  # noqa: TRY004 - pydantic takes this one only
    words = " ".join(text.lower().split())
    cron = _from_words(words) if words.startswith("every") else text
    five = len(cron.split()) == 5
    try:
        CronSim(cron if five else "", datetime(2026, 1, 1, tzinfo=UTC))  # it takes seconds as well
    except CronSimError as error:
        said = f" ({str(error).lower()})" if five else ""
        raise ValueError(f"{_EXPECTED}; found {text!r}{said}") from None
    return " ".join(cron.split())


def _from_words(words: str) -> str:
    if found := _EVERY.fullmatch(words):
        number, most = int(found["number"] or 1), 60 if found["unit"] == "minute" else 24
        if not 1 <= number < most or most % number:
            return ""  # such as every 7 minutes: the hour would begin anew in between
        return f"*/{number} * * * *" if most == 60 else f"0 */{number} * * *"
    if found := _AT.fullmatch(words):
        days = {"day": "*", "night": "*", "weekday": "1-5"}
        day = days.get(found["day"]) or str(_DAYS.index(found["day"]))
        return f"{int(found['minute'])} {int(found['hour'])} * * {day}"
    return ""


def zone_of(name: object) -> str:
    """Give the name of a time zone. Raises ValueError where there is none of this name."""
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"a time zone such as Europe/Paris was expected; found {name!r}") from None


def length_of(text: object, least: timedelta, most: timedelta) -> timedelta:
    """Give a length of time such as `26h`. Raises ValueError for another form, and where it is too long or short."""
    seconds = timeparse(text) if isinstance(text, str) else None
    if seconds is None or not least <= timedelta(seconds=seconds) <= most:
        limit = f"{most.days}d" if most.days else f"{most // timedelta(hours=1)}h"
        raise ValueError(f"a length of time such as 30s, 10m or 26h, {limit} at most, was expected; found {text!r}")
    return timedelta(seconds=seconds)


def times_after(cron: str, moment: datetime) -> Iterator[datetime]:
    """Give the times after a moment, in its time zone; none where it is on a day that never comes."""
    yield from CronSim(cron, moment)


def latest_until(cron: str, moment: datetime) -> datetime | None:
    """Give the latest time up to a moment, that moment included."""
    after = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)  # no clock is changed there
    return next(CronSim(cron, after.astimezone(moment.tzinfo), reverse=True), None)
