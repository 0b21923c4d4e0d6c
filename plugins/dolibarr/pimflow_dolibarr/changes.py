"""What changed since the last read, by the stamps that products carry.

Dolibarr compares stamps as text without a time zone: as the database wrote it, which may be another zone's time than
PHP's. PHP tells a stamp in seconds as if it were of its own zone; told in that zone again it is the text that is
compared. No other clock is asked, save where no stamp is told.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from pimflow_dolibarr import filters
from pimflow_dolibarr.fields import moment
from pimflow_dolibarr.session import Session

_FARTHEST = dt.timedelta(hours=14)
"""So far the database's time may be from PHP's."""


_FEW = 20


def latest(session: Session) -> dt.datetime | None:
    """Give the latest stamp that is told, or a moment before it; None where there is no product.

    Dolibarr 23 tells none of products that have no extra fields. One in the future would hide what changes until then.
    """
    order = {"sortfield": "t.tms,t.rowid", "sortorder": "DESC,DESC"}
    found = session.listed("products", **order, limit=_FEW, properties="id,date_modification")
    if not found:
        return None
    stamps = (moment(one.get("date_modification")) for one in found)
    last = session.server.now + _FARTHEST
    told = [stamp for stamp in stamps if isinstance(stamp, dt.datetime) and stamp <= last]
    return told[0] if told else by_hand(session.server.now)


def by_hand(told: dt.datetime) -> dt.datetime:
    """Give the stamp from which to read for a time that a person names: the database may be in any zone."""
    return told - _FARTHEST


def condition(session: Session, since: dt.datetime) -> str:
    """Give the condition for what was stamped then or later; extra fields have a stamp of their own."""
    told = literal(since, session.server.zone)
    extra = filters.at_least("ef.tms", told) if session.catalog.extra_fields else ""
    return filters.either(filters.at_least("t.tms", told), extra)


def literal(at: dt.datetime, zone: ZoneInfo) -> str:
    """Write a stamp as the database compares it.

    Where PHP's clocks were put forward in the hour before, the hour earlier is given: stamps of the hour that is left
    out there are told as if they were of the next one.
    """
    here, earlier = at.astimezone(zone), (at - dt.timedelta(hours=1)).astimezone(zone)
    told = here if here.utcoffset() == earlier.utcoffset() else earlier
    return told.strftime("%Y-%m-%d %H:%M:%S")
