"""What changed since the last read: the cursor, and a time as the clock of the PIM's server shows it.

The PIM searches `updated` by the second, in a list that lags behind what was written, with times of a clock that
nobody tells: of the server's time zone in some versions, of UTC in others. The search therefore begins an overlap
before the last read did, at the earlier of the two clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.session import Session, was_set_back

_SECOND = timedelta(seconds=1)
_SUMMER = timedelta(hours=1)
_WESTMOST = timedelta(hours=-12)
_SAMPLE = "10"


def cursor(started: datetime, asked: str) -> str:
    """Keep when a read began by the server's time, and what it asked for."""
    return f"{started.astimezone(UTC).isoformat(timespec='seconds')} {asked}"


def last_read(kept: str | None, asked: str) -> datetime | None:
    """Give when the last read began; None where there was none, or where it asked for something else."""
    when, _, what = (kept or "").partition(" ")
    try:
        return datetime.fromisoformat(when).astimezone(UTC) if what == asked else None
    except ValueError:
        return None


def beginning(last: datetime, started: datetime, overlap: timedelta) -> datetime | None:
    """Tell from when on changes are asked for; None where the server's clock was set back meanwhile.

    Nobody knows then when the last read was, nor what is dated as if it were older.
    """
    if was_set_back(last, started):
        return None
    return min(last, started) - overlap - _SECOND


def on_server_clock(moment: datetime, offsets: set[timedelta], zone: ZoneInfo | None) -> str:
    """Write a time as the PIM reads it, early rather than late where the time zone of its server is not sure.

    `offsets` from UTC are those of times that the server wrote: where they are west of UTC, summer may have been or
    come between them and `moment`; without any, the server may be anywhere.
    """
    if zone is not None:
        wall = moment.astimezone(zone)
    else:
        west = min(offsets, default=_WESTMOST + _SUMMER)
        wall = moment.astimezone(UTC) + (west - _SUMMER if west < timedelta() else timedelta())
    return wall.strftime("%Y-%m-%d %H:%M:%S")


def offsets(session: Session, kind: Kind) -> set[timedelta]:
    """Find out the offsets from UTC of a few records' times, in one call."""
    identifier = session.catalog.model.identifier.code
    page = session.get(kind.path, {"limit": _SAMPLE, "pagination_type": "search_after", "attributes": identifier})
    return {offset for item in page["_embedded"]["items"] for offset in _offsets(item)}


def _offsets(item: dict[str, Any]) -> Iterator[timedelta]:
    for name in ("created", "updated"):
        try:
            offset = datetime.fromisoformat(str(item.get(name))).utcoffset()
        except ValueError:
            continue
        if offset is not None:
            yield offset
