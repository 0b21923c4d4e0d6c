"""Codes of product models, made from the text of their group.

They hold letters, digits, `_` and `-`, which the PIM takes in any place, and at most 255 characters. Capital and small
letters are the same to the PIM. A root code never holds `__`, so that those of sub models, which do, clash with none.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

_LONGEST = 100
_HAS_HASH = re.compile(r"_x[0-9a-f]{12}$", re.IGNORECASE)


def plain_code(text: str) -> str:
    """Write a text with the characters of a code; different texts may give one code, and a strange one gives none."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^A-Za-z0-9-]+", "_", letters).strip("_")


def own_code(text: str, *, shared: bool) -> str:
    """Give a code that no other text gets: with a hash of the text where the plain code is `shared` by several.

    A code that looks as if it had a hash gets one too, as do those too long, and `0`, which the PIM takes for none.
    """
    plain = plain_code(text)
    if not shared and plain not in {"", "0"} and len(plain) <= _LONGEST and not _HAS_HASH.search(plain):
        return plain
    start = plain[:_LONGEST].rstrip("_") or "model"
    return f"{start}_x{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


def sub_code(root: str, values: tuple[str, ...], *, shared: bool) -> str:
    """Give the code of the sub model with these axis values; `shared` tells of a sibling with the same plain values."""
    return f"{root}__{own_code(joined(values), shared=shared)}"


def joined(values: tuple[str, ...]) -> str:
    """Make one text of several, from which they can be told apart."""
    return "\x1f".join(values)
