"""Goes on where something fails: a state that cannot be reached now can be later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from loguru import logger

from pimflow.errors import PimflowError

_AGAIN = 600.0
"""Seconds after which the log is told of the same trouble again; the work is tried each second."""


class Steadily:
    """Does work again and again, whatever becomes of it; the log is told of the same trouble now and then.

    `trouble` says what cannot be done.
    """

    def __init__(self, trouble: str) -> None:
        self._trouble = trouble
        self._told, self._at = "", 0.0

    def do(self, work: Callable[[], Any]) -> None:
        """Do what may fail."""
        try:
            work()
        except PimflowError as error:
            now = time.monotonic()
            if str(error) != self._told or now - self._at > _AGAIN:
                logger.warning("{}: {}", self._trouble, error)
                self._told, self._at = str(error), now
        except Exception:  # noqa: BLE001 - nothing would be begun any more
            logger.exception(self._trouble)
