"""Small helps for messages: suggestions for misspelt words, sentences that end."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Continue a sentence about an unknown word with the nearest known one, or with all where they are few."""
    names = sorted(known)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if found:
        return f"; did you mean {found[0]!r}?"
    return f"; known here: {', '.join(names)}" if 0 < len(names) <= 20 else ""


def titled(pipeline: str, environment: str | None) -> str:
    """Name a pipeline or target, and the environment where there is one: `products (test)`."""
    return f"{pipeline} ({environment})" if environment else pipeline


def full_stop(text: str) -> str:
    """End a text as a sentence."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def capital(text: str) -> str:
    """Begin a text as a sentence; one that begins with a name, such as that of a file, stays as it is."""
    is_word = text.partition(" ")[0].isalpha()
    return text[:1].upper() + text[1:] if is_word else text
