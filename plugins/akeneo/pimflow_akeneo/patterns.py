"""Regular expressions as the PIM keeps them: those of PHP, with delimiters and modifiers."""

from __future__ import annotations

import re
from functools import lru_cache

from pimflow import said

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
_DIGITS = (said("digit"), said("digits"))
_SIGNS = {
    "[0-9]": _DIGITS,
    r"\d": _DIGITS,
    "[A-Z]": (said("capital letter"), said("capital letters")),
    "[a-z]": (said("small letter"), said("small letters")),
    "[A-Z0-9]": (said("capital letter or digit"), said("capital letters or digits")),
}
_ONE_KIND = re.compile(
    rf"(?P<edge>[/#~])\^(?P<signs>{'|'.join(map(re.escape, _SIGNS))})"
    r"\{(?P<least>[0-9]+)(?P<open>,(?P<most>[0-9]+)?)?\}\$(?P=edge)"
)


def matches(pattern: str, text: str) -> bool:
    """Tell whether the text fits; True where Python does not understand the pattern, for the PIM to decide."""
    compiled = _compiled(pattern.strip())
    return compiled is None or compiled.search(text) is not None


def in_words(pattern: str) -> str:
    """Say a pattern of one kind of sign, such as /^[0-9]{13}$/, as people do: "13 digits"; empty for any other."""
    found = _ONE_KIND.fullmatch(pattern.strip())
    if found is None:
        return ""
    least, most = int(found["least"]), int(found["most"] or found["least"])
    one, several = _SIGNS[found["signs"]]
    if found["open"] and not found["most"]:
        return said("at least {least} {signs}", least=least, signs=several)
    if least == most:
        return said("{number} {signs}", number=least, signs=one if most == 1 else several)
    return said("{least} to {most} {signs}", least=least, most=most, signs=several)


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
