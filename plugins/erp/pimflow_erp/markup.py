"""Texts in HTML as ERPs store them, which clean them: `A & B` becomes `A &amp; B`. No I/O."""

from __future__ import annotations

import re
from typing import Any

from pimflow_erp.codecs import Codec

_TAG = re.compile(r"(<!--.*?-->|</?[a-z][^>]*>)", re.DOTALL | re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?!#?\w+;)")


def cleaned(text: str) -> str:
    """Write the signs of HTML that are between its tags as an ERP does; outer blanks are cut."""
    parts = _TAG.split(text.strip(" \t\r\n"))
    return "".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _accept(cell: Any) -> str:
    return cleaned(str(cell))


HTML = Codec(_accept, read=cleaned)
"""Cell and record are compared as they are when they are clean."""
