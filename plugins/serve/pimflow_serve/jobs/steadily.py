"""Goes on where something fails: a state that cannot be reached now can be later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loguru import logger

from pimflow.errors import PimflowError


class Steadily:
    """Does work again and again, whatever becomes of it; the log is told of the same trouble once, and of its end.

    `trouble` says what cannot be done.
    """

    def __init__(self, trouble: str) -> None:
        self._trouble = trouble
        self._told = ""

    def do(self, work: Callable[[], Any]) -> None:
        """Do what may fail."""
        try:
            work()
        except PimflowError as error:
            if str(error) != self._told:
                logger.warning("{}: {}", self._trouble, error)
            self._told = str(error)
        except Exception:  # noqa: BLE001 - nothing would be begun any more
            logger.exception(self._trouble)
        else:
            if self._told:
                logger.info("no longer so: {}", self._trouble)
            self._told = ""
