"""Values of Odoo -> cells, and back. No I/O.

Odoo gives `false` for what is empty, save for numbers and booleans; moments are text in UTC without a zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
_MOMENT = "%Y-%m-%d %H:%M:%S"


def moment(text: Any) -> dt.datetime | None:
    """Read a moment: `2026-11-22 19:26:05`, with a fraction or without."""
    if not isinstance(text, str) or not text:
        return None
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def written(value: dt.datetime) -> str:
    """Write a moment for a condition. Odoo ignores zones, so it has to be UTC."""
    return value.astimezone(dt.UTC).strftime(_MOMENT)


def day(text: Any) -> dt.date | None:
    """Read a date."""
    return dt.date.fromisoformat(text[:10]) if isinstance(text, str) and text else None


def number_of(value: Any) -> int | None:
    """Give the id of a record that another one refers to: `[8, "All / Desks"]`, or `8`."""
    found = value[0] if isinstance(value, Sequence) and not isinstance(value, str) and value else value
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def label_of(value: Any) -> str | None:
    """Give the name of a record that another one refers to; None where Odoo told its id alone."""
    return str(value[1]) if isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 1 else None


def filled(value: Any) -> Any:
    """Give a value, None in place of `false`."""
    return None if value is False or value == "" else value
