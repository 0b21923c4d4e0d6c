"""What changed since the last read, by the stamps of the documents.

A document is stamped before its transaction ends, so that a long one shows behind stamps already read: a read begins
`overlap` before the latest stamp that the last one could see. No clock but the site's own is asked.
"""

from __future__ import annotations

import datetime as dt

from pimflow import Window
from pimflow_erp import cursors
from pimflow_erpnext import stamps
from pimflow_erpnext.kinds import Kind
from pimflow_erpnext.session import Session


def window(session: Session, kind: Kind, cursor: str | None, asked: str, overlap: dt.timedelta) -> Window:
    """Fix the range of stamps: up to the latest there is; from the last read on, where that asked for the same."""
    latest = _latest(session, kind)
    if latest is None:
        return Window()
    kept = cursors.kept(stamps.parsed(latest), asked)
    last = cursors.last(cursor, asked)
    if last is None:
        return Window(cursor=kept)
    zone = session.time_zone
    since = stamps.before(stamps.here(last, zone), overlap, zone)
    return Window(since=stamps.text(since), until=latest, cursor=kept)


def _latest(session: Session, kind: Kind) -> str | None:
    """Give the latest stamp of all documents of a kind; what falls out of its conditions is stamped too."""
    found = session.listed(kind.doctype, ["modified"], order="modified desc, name desc", limit=1)
    return str(found[0]["modified"]) if found else None
