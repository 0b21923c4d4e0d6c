"""Times of day as people write them: `daily at 07:00`, `weekdays at 07:00 Europe/Paris`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FORM = re.compile(r"(daily|weekdays) at (\d{1,2}):(\d{2})(?: ([A-Za-z][A-Za-z0-9_+/-]*))?")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Daily:
    """A time of each day, or each day from Monday to Friday; in the zone of this machine where none is named."""

    at: time
    weekdays: bool = False
    zone: ZoneInfo | None = None

    def latest(self, now: datetime) -> datetime:
        """Give the latest such moment that has come."""
        day = now.astimezone(self.zone).date()
        while True:
            moment = datetime.combine(day, self.at, self.zone).astimezone(self.zone)
            if moment <= now and not (self.weekdays and day.weekday() >= _SATURDAY):
                return moment
            day -= timedelta(days=1)


def daily(text: str) -> Daily:
    """Read a time of day. Raises ValueError with what was expected."""
    found = _FORM.fullmatch(text.strip())
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        msg = f"`daily at 07:00`, or `weekdays at 07:00 Europe/Paris`, was expected; found {text!r}"
        raise ValueError(msg)
    return Daily(time(int(found[2]), int(found[3])), found[1] == "weekdays", _zone(found[4]) if found[4] else None)


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most name none, and all that is loaded waits for it

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        msg = f"no time zone is called {name!r}; one is called Europe/Paris"
        raise ValueError(msg) from None
