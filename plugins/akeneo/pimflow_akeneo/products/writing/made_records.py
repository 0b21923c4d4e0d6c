"""Records that a flow made in this run. When what they waited for has come they go again, the same as before."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

_REMEMBERED = 20_000

Prices = Mapping[str, Any]
"""Amounts by column name, as far as a change has any."""


class MadeRecords:
    """Remembers the prices of the latest, by key in whatever letter case. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._prices: OrderedDict[str, Prices] = OrderedDict()

    def add(self, key: str, prices: Prices) -> None:
        """Take note of a record that the PIM says is new, and of the prices that it was sent with."""
        with self._lock:
            self._prices[key.lower()] = prices
            if len(self._prices) > _REMEMBERED:
                self._prices.popitem(last=False)

    def has(self, key: str, prices: Prices) -> bool:
        """Tell whether a record was made with just these prices: then the PIM has no others of it."""
        with self._lock:
            return self._prices.get(key.lower()) == prices
