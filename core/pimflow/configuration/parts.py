"""Pieces of configuration with the place where they stand, and what an environment lays over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimflow.configuration.document import Document, Trail
from pimflow.errors import Mistake


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of configuration with the place where it stands.

    `over` is what an environment lays over it; `data` holds the result.
    """

    document: Document
    trail: Trail
    data: Any
    over: Part | None = None

    def under(self, over: Part) -> Part:
        """Lay another part over this one: mappings are merged, other values replaced."""
        return Part(self.document, self.trail, _laid(self.data, over.data), over)

    def holder(self, *steps: str | int) -> Part:
        """Give the part in whose file the value behind `steps` stands: this one, or what is laid over it."""
        return self.over if self.over is not None and _leads_inside(self.over.data, steps) else self

    def mistake(self, message: str, *steps: str | int) -> Mistake:
        """Tell what is wrong here, or `steps` further inside."""
        holder = self.holder(*steps)
        return holder.document.mistake((*holder.trail, *steps), message)

    @property
    def place(self) -> str:
        """Give file and line."""
        return f"{self.document.file}:{self.document.line(self.trail)}"

    @property
    def context(self) -> Mapping[str, Any]:
        """What options need to know of the place: the folder where relative paths start, and that of single options."""
        over = {} if self.over is None else dict.fromkeys(self.over.data, self.over.document.folder)
        return {"folder": self.document.folder, "folders": over}

    def folder(self, *steps: str | int) -> Path:
        """Give the folder where a relative path behind `steps` starts."""
        return self.holder(*steps).document.folder


def _laid(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: _laid(below.get(name), value) for name, value in above.items()}}


def _leads_inside(data: Any, steps: Sequence[str | int]) -> bool:
    """Tell whether there are steps, and all of them lead to something in the data."""
    for step in steps:
        inside = isinstance(step, int) and step < len(data) if isinstance(data, list) else False
        if not (inside or (isinstance(data, dict) and step in data)):
            return False
        data = data[step]
    return bool(steps)
