"""Keeps secrets out of whatever people or logs get to see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MASK = "***"
SHORTEST = 4
"""Shorter values are no secrets, and masking them would garble the rest."""
_SECRET_NAME = re.compile(r"token|secret|passw|pwd|api_?key|^key$|auth|signature|^sig$|credential", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def redact_url(url: str) -> str:
    """Give the URL without user name, password and fragment, query values with secret names masked."""
    parts = urlsplit(url)
    query = [(name, MASK if _SECRET_NAME.search(name) else value) for name, value in parse_qsl(parts.query, True)]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="*"), ""))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the given secrets, credentials of authorization headers and user names inside URLs."""
    for secret in sorted((one for one in secrets if len(one) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _USERINFO.sub("", _AUTHORIZATION.sub(rf"\1 {MASK}", text))
