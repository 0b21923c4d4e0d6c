"""The key `schedule` of a pipeline file: when a server runs the pipeline by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BeforeValidator, Field, model_validator
from pytimeparse.timeparse import timeparse

from pimflow.configuration.checked import Checked

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_EVERY = re.compile(r"every (?:(?P<number>\d+) )?(?P<unit>minute|hour)s?")
_AT = re.compile(rf"every (?P<day>day|night|weekday|{'|'.join(_DAYS)}) at (?P<hour>\d\d?):(?P<minute>\d\d)")
_EXPECTED = (
    "five fields as cron has them (*/15 6-20 * * 1-5), or words were expected: every 15 minutes, every 2 hours, "
    "every day at 03:00, every weekday at 18:30, every Sunday at 03:00"
)


def cron_of(text: str) -> str:
    """Give what somebody wrote as the five fields of cron. Raises ValueError, which says what was expected."""
    words = " ".join(text.lower().split())
    cron = _from_words(words) if words.startswith("every") else text
    try:
        CronSim(cron or "", datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        said = f" ({str(error).lower()})" if cron and len(cron.split()) == 5 else ""
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


def _cron(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_EXPECTED)  # noqa: TRY004 - pydantic takes this one only
    return cron_of(value)


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError, TypeError):
        raise ValueError(f"a time zone such as Europe/Paris was expected; found {value!r}") from None


def _length(least: timedelta, most: timedelta) -> Callable[[Any], timedelta]:
    def length(value: Any) -> timedelta:
        seconds = timeparse(value) if isinstance(value, str) else None
        if seconds is None or not least <= timedelta(seconds=seconds) <= most:
            raise ValueError(f"a length of time such as 30s, 10m or 26h, {most} at most, was expected; found {value!r}")
        return timedelta(seconds=seconds)

    return length


Cron = Annotated[str, BeforeValidator(_cron)]
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)


class Timetable(Checked):
    """When `pimflow serve` runs a pipeline by itself."""

    changes: Cron | None = Field(
        None, description="When changes only are read: `every 15 minutes`, or as cron says it."
    )
    everything: Cron | None = Field(
        None, description="When everything is read: `every Sunday at 03:00`, or as cron says it."
    )
    time_zone: Annotated[str, BeforeValidator(_zone)] | None = Field(
        None,
        description="The time zone of these times, such as Europe/Paris; that of the server's machine unless given.",
    )
    jitter: Annotated[timedelta, BeforeValidator(_length(timedelta(), _HOUR))] = Field(
        timedelta(), description="Up to how much later a run begins, by chance, so that not all begin at once: `30s`."
    )
    late_after: Annotated[timedelta, BeforeValidator(_length(timedelta(minutes=1), 53 * _WEEK))] | None = Field(
        None, description="After how long without a good run people are told, such as `26h`; by the times unless given."
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.kinds:
            raise ValueError("when? `changes` or `everything` is missing, such as `changes: every 15 minutes`")
        return self

    @property
    def kinds(self) -> Mapping[str, str]:
        """The times as cron says them, by what is read then: `changes`, `everything`."""
        both = {"changes": self.changes, "everything": self.everything}
        return {kind: cron for kind, cron in both.items() if cron is not None}


def times_after(cron: str, moment: datetime) -> Iterator[datetime]:
    """Give the times after a moment, in its time zone; none where it is on a day that never comes."""
    yield from CronSim(cron, moment)


def latest_until(cron: str, moment: datetime) -> datetime | None:
    """Give the latest time up to a moment, that moment included."""
    minute = moment.replace(second=0, microsecond=0)
    return next(CronSim(cron, minute + timedelta(minutes=1), reverse=True), None)
