"""Words that are spelled alike, for those who mistyped one. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.75
"""How alike codes of the PIM must be to be proposed: many differ in a letter only, and mean another thing."""


def alike(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Give the known word that is spelled most alike, in whatever letter case; none where none is."""
    spelled = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), spelled, n=1, cutoff=cutoff)
    return spelled[found[0]] if found else ""
