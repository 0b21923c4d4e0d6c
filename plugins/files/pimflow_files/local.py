"""What sources and sinks of local files share."""

from __future__ import annotations

from pathlib import Path

from pimflow import Component


class LocalFile(Component):
    """A source or sink that is one file."""

    path: Path

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)
