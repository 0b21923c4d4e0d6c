"""How many things one run may make: options, categories and attributes count alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from pimflow import said


class Allowance:
    """Counts what is going to be made. Safe for several threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.exceeded = False
        self._lock = threading.Lock()
        self._left = most

    def take(self) -> bool:
        """Tell whether one thing more may be made, and count it."""
        with self._lock:
            self.exceeded = self.exceeded or not self._left
            self._left -= bool(self._left)
            return not self.exceeded

    def notes(self) -> Iterator[str]:
        """Tell where it was too small."""
        if self.exceeded:
            yield said(
                "{most:,} may be created in one run, and that was reached: what else is missing was not created. "
                "Look at what was created before more is allowed.",
                most=self.most,
            )
