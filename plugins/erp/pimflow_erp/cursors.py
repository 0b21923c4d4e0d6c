"""Cursors of sources that read what changed since a moment: the moment, and what was asked for.

A cursor holds for the columns and records that were asked for; with others, everything has to be read anew.
"""

from __future__ import annotations

import datetime as dt
from hashlib import blake2b
from typing import Any

import orjson

from pimflow import Source, Window

_NO_MATTER = {"connection", "overlap", "page_size"}


def asked_of(source: Source, *parts: Any) -> str:
    """Tell apart what a source asks for: by its options, save those that do not change its rows, and further parts.

    Such as columns and company; parts are plain data.
    """
    told = (source.model_dump(mode="json", exclude=_NO_MATTER), *parts)
    return blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def window(cursor: str | None, asked: str, latest: dt.datetime | None, overlap: float) -> Window:
    """Begin `overlap` minutes before the latest change that the last read could see; read everything without one.

    `latest` is the latest change that this read can see: the next one begins there.
    """
    now, before = kept(latest, asked), last(cursor, asked)
    if before is None:
        return Window(cursor=now)
    return Window(since=(before - dt.timedelta(minutes=overlap)).isoformat(), cursor=now)


def kept(at: dt.datetime | None, asked: str) -> str | None:
    """Write a cursor: it holds for what was asked for."""
    return None if at is None else orjson.dumps({"at": at.isoformat(), "asked": asked}).decode()


def kept_by_hand(moment: dt.datetime) -> str:
    """Write a cursor for a time that a person names: it holds for whatever is asked for. Stamps are UTC."""
    return orjson.dumps({"at": moment.astimezone(dt.UTC).isoformat()}).decode()


def last(cursor: str | None, asked: str) -> dt.datetime | None:
    """Read a cursor; None where there is none that can be read, or where other columns or records were asked for."""
    if cursor is None:
        return None
    try:
        found = orjson.loads(cursor)
        at = dt.datetime.fromisoformat(found["at"])
    except (ValueError, TypeError, KeyError):  # a person set it
        return None
    return at if found.get("asked", asked) == asked else None
