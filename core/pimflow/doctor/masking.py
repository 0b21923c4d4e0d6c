"""Takes secrets out of texts and data that are to leave the house, known ones and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote_plus

import orjson

from pimflow.log import MASK, SHORTEST, Mask, masker

_WORDS = r"passw|passphrase|secret|token|(?:api|access|private)[-_]?key|pwd|credential|authorization|signature"
_NAME = re.compile(_WORDS, re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/@\s\"']+@")
_HEADER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_NAMED = rf"(?<![\w/.-])([\w-]*(?:{_WORDS})[\w-]*[\"']?\s*[=:]\s*)"
_STATED = re.compile(_NAMED + r"(\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)", re.IGNORECASE)
"""As in `password=…` or `token: …`, not in the path of a call such as /oauth/token: …"""


def looks_secret(name: str) -> bool:
    """Tell whether the name of an option, header or variable speaks of a secret."""
    return bool(_NAME.search(name))


def mask_addresses(text: str) -> str:
    """Take user names and passwords out of the addresses in a text."""
    return _USERINFO.sub(f"{MASK}@", text)


def known_masker(secrets: Iterable[str]) -> Mask:
    """Give a function that masks these secrets in a text or in data, and passwords in addresses and headers.

    A secret is also found as it stands in JSON, in forms of the web, as a number and in names.
    """
    return _through(_known(secrets), lambda text: text, lambda _name: False)


def strict_masker(secrets: Iterable[str]) -> Mask:
    """Give a function that masks what `known_masker` does, and whatever a text or a name states as a secret."""
    return _through(_known(secrets), lambda text: _STATED.sub(rf"\1{MASK}", text), looks_secret)


def _known(secrets: Iterable[str]) -> frozenset[str]:
    return frozenset(secret for secret in secrets if len(secret) >= SHORTEST)


def _through(known: frozenset[str], further: Callable[[str], str], is_secret: Callable[[str], bool]) -> Mask:
    hide = masker({form for one in known for form in (one, quote_plus(one), orjson.dumps(one).decode()[1:-1])})

    def text(value: str) -> str:
        return further(_HEADER.sub(rf"\1 {MASK}", mask_addresses(hide(value))))

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Mapping):
            return {text(str(name)): _of(str(name), one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [mask(one) for one in value]
        return MASK if isinstance(value, int | float) and str(value) in known else value

    def _of(name: str, value: Any) -> Any:
        return MASK if isinstance(value, str) and value and is_secret(name) else mask(value)

    return mask
