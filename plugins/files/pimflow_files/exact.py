"""JSON without loss: decimals are text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Give JSON; dates are ISO text. Raises TypeError for what has no form in it."""
    return orjson.dumps(value, default=_exact)


def _exact(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
