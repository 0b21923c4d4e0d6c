"""Who sent an event: HMAC-SHA256 of what came, byte by byte, in hexadecimal digits."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

_TOLERANCE = timedelta(minutes=5)
"""A request that was signed longer ago may be one that somebody wrote down and sends again."""
_PREFIX = "sha256="


def signed(body: bytes, keys: Iterable[str], given: Iterable[str]) -> bool:
    """Tell whether one of these signatures is that of the body by one of these keys."""
    made = [hmac.new(key.encode(), body, hashlib.sha256).hexdigest().encode() for key in keys]
    told = [one.strip().removeprefix(_PREFIX).lower().encode("utf-8", "replace") for one in given if one]
    return any([hmac.compare_digest(one, other) for one in made for other in told])  # noqa: C419 - always all pairs


def signed_at(body: bytes, keys: Iterable[str], given: str, timestamp: str, now: datetime) -> bool:
    """Tell whether a signature is that of `TIMESTAMP.BODY`, made within the last minutes; seconds since 1970."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > _TOLERANCE.total_seconds():
        return False
    return signed(timestamp.encode() + b"." + body, keys, [given])
