"""Values as people read them."""

from __future__ import annotations

from typing import Any

from pimflow.words import plainly


def shown(value: Any) -> str:
    """Write a value as a person would; an empty text stands for none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else plainly(value)
