"""Regular expressions as the PIM keeps them: those of PHP, with delimiters and modifiers."""

from __future__ import annotations

import re
from functools import lru_cache

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def matches(pattern: str, text: str) -> bool:
    """Tell whether the text fits; True where Python does not understand the pattern, for the PIM to decide."""
    compiled = _compiled(pattern.strip())
    return compiled is None or compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if not pattern or pattern[0].isalnum() or pattern[0] == "\\":
        return None
    body, closed, modifiers = pattern[1:].rpartition(_CLOSING.get(pattern[0], pattern[0]))
    if not closed:
        return None
    flags = re.RegexFlag(0)
    for letter in modifiers:
        flags |= _FLAGS.get(letter, re.RegexFlag(0))
    try:
        return re.compile(body, flags)
    except re.error:
        return None
