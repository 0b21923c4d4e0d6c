"""Secrets that the other side keeps, of which the state has a hash: what a browser holds, and tokens of programs."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN = "pimflow_"  # noqa: S105 - what tokens begin with, so that they are known where they were left lying
_BYTES = 32


def new_secret() -> str:
    """Make a secret that nobody guesses."""
    return secrets.token_urlsafe(_BYTES)


def new_token_secret() -> str:
    """Make a secret for a program."""
    return TOKEN + new_secret()


def digest(secret: str) -> str:
    """Give what is kept of a secret. It is random already: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_secret(session: str) -> str:
    """Give what a form of this session holds, which no other site can know."""
    return hmac.digest(session.encode(), b"form", "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare without telling by the time it takes where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
