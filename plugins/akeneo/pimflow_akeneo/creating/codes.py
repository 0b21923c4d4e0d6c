"""Codes made of texts: letters, digits and `_`, as the PIM wants them. No I/O."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from slugify import slugify

_CODE = re.compile(r"[A-Za-z0-9_]+")
_WORDS = re.compile(r"[a-z0-9]+([ _-]+[a-z0-9]+)*")
_LONGEST = 100


def code_of(text: str) -> str:
    """Give the code of a text, always the same.

    A text that is a code stays as it is. Texts that differ in case, accents, blanks and hyphens only share a code; any
    other signs would be lost (`-5` and `5`), so that a hash of the text is put behind.
    """
    if _CODE.fullmatch(text) and len(text) <= _LONGEST:
        return text
    plain = slugify(text, separator="_")
    if len(plain) <= _LONGEST and _WORDS.fullmatch(_without_accents(text).lower()):
        return plain
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{plain[:80].rstrip('_') or 'code'}_x{digest}"


def _without_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))
