"""Values as people read them."""

from __future__ import annotations

from typing import Any

from pimflow.sentences import said
from pimflow.words import plainly


def shown(value: Any) -> str:
    """Write a value as a person would; an empty text stands for none."""
    if isinstance(value, bool):
        return said("Yes") if value else said("No")
    return "" if value is None else plainly(value)
