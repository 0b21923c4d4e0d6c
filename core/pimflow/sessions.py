"""The sessions of one run: opened when a flow first needs them, closed together at the end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from loguru import logger

from pimflow.assemble import Assembly
from pimflow.components import Component, Source
from pimflow.ledger import Ledger
from pimflow.options import connection_names


class Sessions:
    """The sessions of one run: opened when a flow first needs them, closed together at the end.

    `ledger` is that of sources that look back; without one they have nothing to tell.
    """

    def __init__(self, assembly: Assembly, ledger: Ledger | None = None) -> None:
        self._assembly = assembly
        self._ledger = ledger
        self._stack = ExitStack()
        self._open: dict[str, Any] = {}

    def __enter__(self) -> Sessions:  # noqa: PYI034 - nobody derives from it
        """Begin without any session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all sessions. One that does not close well spoils no report."""
        try:
            self._stack.close()
        except Exception as error:  # noqa: BLE001 - closing is somebody else's code, and all is done
            logger.opt(exception=True).warning("a connection did not close well: {}", error)

    def of(self, component: Component) -> Any:
        """Give the session of the connection that a source or sink names, or None."""
        if isinstance(component, Source) and component.looks_back:
            return self._ledger
        return next((self.connect(name) for name in connection_names(component)), None)

    def connect(self, name: str) -> Any:
        """Give the session of a connection."""
        if name not in self._open:
            self._open[name] = self._stack.enter_context(self._assembly.connections[name].open())
        return self._open[name]
